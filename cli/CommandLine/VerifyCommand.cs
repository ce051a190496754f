using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.History;
using ShitOps.Pipeline;
using ShitOps.Verification;

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
                if (arguments.GetValue(only) is null or "archive")
                {
                    // Positions of all streams are read, whichever this app's own is.
                    var positions = new ArchivePositions(account, new KafkaStream("any"));
                    var archive = new ArchiveVerification(account, table, new ArchiveManifest(account, positions, NullLogger<ArchiveManifest>.Instance), positions, TimeProvider.System);
                    Add("The archive, {0:N0} events", await archive.RunAsync(Tell, stopping));
                }

                if (arguments.GetValue(only) is null or "aggregates")
                {
                    var aggregates = new AggregateVerification(account, live, table, TimeProvider.System);
                    Add("The aggregates of {0:N0} events", await aggregates.RunAsync(Tell, stopping));
                    var leaving = ArchiveTableSettings.FromSettings(settings).Retention.Types;
                    if (findings.Count > 0 && leaving.Count > 0)
                        storage.Output.WriteLine($"  Events of {string.Join(", ", leaving)} leave the archive, and the aggregates keep what they said: differences that come of it are no faults, and go with a replay.");
                }

                if (arguments.GetValue(only) is null or "blocks")
                {
                    var history = HistorySettings.FromSettings(settings);
                    using var blocks = new HistoryBlocks(account, history, TimeProvider.System);
                    Add("The blocks, {0:N0} days of projects", await new BlockVerification(live, blocks, history, TimeProvider.System).RunAsync(Tell, stopping));
                }

                return findings.Count == 0 ? ExitCode.Success : ExitCode.Failure;

                void Tell(VerificationProgress one) => progress.Tell(one.Phase, one.Done, one.Of);

                void Add(string what, Verified verified)
                {
                    findings.AddRange(verified.Findings);
                    var subject = string.Format(System.Globalization.CultureInfo.CurrentCulture, what, verified.Events);
                    storage.Output.WriteLine(verified.Findings.Count == 0 ? $"{subject}: all is as it should be." : $"{subject}: {verified.Findings.Count:N0} faults.");
                    foreach (var finding in verified.Findings) storage.Output.WriteLine($"  {finding}");
                }
            },
            "Nothing was changed; run it again.",
            stopping));
        return command;
    }
}
