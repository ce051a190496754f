using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.History;
using ShitOps.Pipeline;
using ShitOps.Verification;
using ShitOps.Wording;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>verify</c>: compares the archive with its manifest, the live aggregates with the archive, and the blocks of history with the aggregates.</summary>
internal static class VerifyCommand
{
    public static Command Create(StorageCommand storage)
    {
        var only = new Option<string?>("--only") { Description = "What to verify: archive (against its manifest), aggregates (against the archive), or blocks (against the aggregates). [default: all]", HelpName = "WHAT" };
        only.AcceptOnlyFromAmong("archive", "aggregates", "blocks");
        var command = new ExampleCommand(
            "verify",
            "Compare the archive with its manifest, the live aggregates with what the archived events make, and the blocks of history with the aggregates. What is not as it should be is listed by name, and the exit code is 1. Events may come meanwhile.",
            "shitops verify",
            "shitops verify --only archive");
        command.Options.Add(only);
        storage.AddTo(command);
        command.SetAction((arguments, stopping) => storage.RunAsync(
            arguments,
            async (account, settings, progress) =>
            {
                var live = LiveAggregates.FromSettings(settings, account, TimeProvider.System);
                if (arguments.GetValue(only) != "archive") await live.ReadCountedAsync(stopping);
                var table = new ArchiveTable(account, ArchiveTableSettings.FromSettings(settings), TimeProvider.System);
                List<Finding> findings = [];
                Verified? archived = null;
                if (arguments.GetValue(only) is null or "archive")
                {
                    // Positions of all streams are read, whichever this app's own is.
                    var positions = new ArchivePositions(account, new KafkaStream("any"));
                    var archive = new ArchiveVerification(account, table, new ArchiveManifest(account, positions, NullLogger<ArchiveManifest>.Instance), positions, TimeProvider.System);
                    archived = await archive.RunAsync(Tell, stopping);
                    Add($"The archive, {Quantity.Of(archived.Events, "event")}", archived);
                    if (archived.Behind > 0) storage.Output.WriteLine($"  {Quantity.Of(archived.Behind, "record is", "records are")} archived and not in its manifest yet, which is extended every minute: not compared this time.");
                }

                if (arguments.GetValue(only) is null or "aggregates")
                {
                    var aggregates = new AggregateVerification(account, live, table, TimeProvider.System);
                    var aggregated = await aggregates.RunAsync(Tell, stopping);
                    Add($"The aggregates of {Quantity.Of(aggregated.Events, "event")}", aggregated);
                    foreach (var line in Differences(archived, aggregated, (await live.ReadAsync(stopping)).From)) storage.Output.WriteLine($"  {line}");
                    var leaving = ArchiveTableSettings.FromSettings(settings).Retention.Types;
                    if (findings.Count > 0 && leaving.Count > 0)
                        storage.Output.WriteLine($"  Events of {string.Join(", ", leaving)} leave the archive, and the aggregates keep what they said: differences that come of it are no faults, and go with a replay.");
                }

                if (arguments.GetValue(only) is null or "blocks")
                {
                    var history = HistorySettings.FromSettings(settings);
                    using var blocks = new HistoryBlocks(account, history, TimeProvider.System);
                    var looked = await new BlockVerification(live, blocks, history, TimeProvider.System).RunAsync(Tell, stopping);
                    Add($"The blocks, {Quantity.Of(looked.Events, "day")} of projects", looked);
                }

                return findings.Count == 0 ? ExitCode.Success : ExitCode.Failure;

                void Tell(VerificationProgress one) => progress.Tell(one.Phase, one.Done, one.Of);

                void Add(string subject, Verified verified)
                {
                    findings.AddRange(verified.Findings);
                    storage.Output.WriteLine(verified.Findings.Count == 0 ? $"{subject}: all is as it should be." : $"{subject}: {Quantity.Of(verified.Findings.Count, "fault")}.");
                    foreach (var finding in verified.Findings) storage.Output.WriteLine($"  {finding}");
                }
            },
            "Nothing was changed; run it again.",
            stopping));
        return command;
    }

    /// <summary>Why the aggregates are of another number of events than the archive has, where that is no fault.</summary>
    /// <param name="archived">Null: the archive was not verified.</param>
    /// <param name="aggregated">The aggregates.</param>
    /// <param name="from">They are only of what was put on the topic since then.</param>
    private static IEnumerable<string> Differences(Verified? archived, Verified aggregated, DateTimeOffset? from)
    {
        if (aggregated.Behind > 0) yield return $"{Quantity.Of(aggregated.Behind, "archived record was", "archived records were")} not aggregated yet when this began.";
        if (aggregated.Ahead > 0) yield return $"{Quantity.Of(aggregated.Ahead, "aggregated record was", "aggregated records were")} not archived yet when this began: the archive was waited for.";
        if (from is { } since) yield return $"Only what was put on the topic since {since:u} is aggregated.";
        if (aggregated.Events > archived?.Events) yield return "There are more than in the archive above, since events came after it was compared, or are not in its manifest yet.";
    }
}
