using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.History;
using ShitOps.Projects;
using ShitOps.Replay;
using ShitOps.Wording;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>replay</c>: builds a projection anew from the archive, beside the live one, and switches to it.</summary>
internal static class ReplayCommand
{
    public static Command Create(StorageCommand storage)
    {
        var projection = new Option<string>("--projection") { Description = "What to build anew: aggregates (projects, tasks, people, teams and their history) from the archive, or only the blocks of history from the aggregates.", Required = true, HelpName = "NAME" };
        projection.AcceptOnlyFromAmong("aggregates", "blocks");
        var slices = new Option<int?>("--slices") { Description = $"How many slices the new table has, 1 to {SliceId.Most}. [default: as many as the live one]", HelpName = "N", CustomParser = result => WholeNumber.Of(result, 1, SliceId.Most) };
        var from = new Option<DateTimeOffset?>("--from")
        {
            Description = "Only records that were put on the topic from then on: what was stated before is not in the new table. [default: all]",
            HelpName = "TIME",
            CustomParser = result =>
            {
                if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
                result.AddError($"--from: expected a time such as 2026-01-31T12:00:00Z or a date, found \"{result.Tokens[0].Value}\"");
                return null;
            },
        };
        var streams = new Option<string[]>("--stream") { Description = "Only what came by this stream; may be given several times. [default: all that are archived]", HelpName = "NAME" };
        var abandon = new Option<bool>("--abandon") { Description = "Give up a replay that was stopped: its table is deleted, the live one goes on." };
        var clean = new Option<bool>("--clean") { Description = "Delete the tables that are live no more." };
        var command = new ExampleCommand(
            "replay",
            "Build a projection anew from the archive, beside the live one, then switch to it. The functions go on meanwhile; they wait during the switch, as long as the archive is behind. Ctrl-C pauses; the same command goes on.",
            "shitops replay --projection aggregates",
            "shitops replay --projection aggregates --slices 64",
            "shitops replay --projection aggregates --clean",
            "shitops replay --projection blocks");
        foreach (var option in (Option[])[projection, slices, from, streams, abandon, clean]) command.Options.Add(option);
        storage.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(abandon) && result.GetValue(clean)) result.AddError("--abandon and --clean are two commands: give one of them");
            if (result.GetResult(projection) is { Tokens: [{ Value: "blocks" }] } && new Option[] { slices, from, streams, abandon, clean }.Any(option => result.GetResult(option) is { Implicit: false }))
                result.AddError("--projection blocks takes no other option than those of the storage account");
        });
        command.SetAction((arguments, stopping) => storage.RunAsync(
            arguments,
            async (account, settings, progress) =>
            {
                var live = LiveAggregates.FromSettings(settings, account, TimeProvider.System);
                await live.ReadCountedAsync(stopping);
                if (arguments.GetValue(projection) == "blocks")
                {
                    storage.Output.WriteLine(await BuildAsync(isAnew: true) is { } built ? $"{Quantity.Of(built, "block of history was", "blocks of history were")} built anew." : "The functions are building blocks just now; run it again in a minute.");
                    return ExitCode.Success;
                }

                var replay = new AggregateReplay(
                    account, live, new ArchiveTable(account, ArchiveTableSettings.FromSettings(settings), TimeProvider.System), TimeProvider.System);
                if (arguments.GetValue(abandon))
                {
                    storage.Output.WriteLine(await replay.AbandonAsync(stopping) ? "The replay was given up." : "There is no replay under way.");
                    return ExitCode.Success;
                }

                if (arguments.GetValue(clean))
                {
                    var former = await replay.CleanAsync(stopping);
                    storage.Output.WriteLine(former.Count == 0 ? "There is no table but the live one." : $"Deleted: {string.Join(", ", former)}");
                    return ExitCode.Success;
                }

                var options = new ReplayOptions { Slices = arguments.GetValue(slices), From = arguments.GetValue(from), Streams = arguments.GetValue(streams) ?? [] };
                var result = await replay.RunAsync(options, one => progress.Tell(one.Phase, one.Done, one.Of), stopping);
                storage.Output.WriteLine($"{Quantity.Of(result.Events, "event is", "events are")} in {result.Table}, which is live now{(options.From is { } since ? $", and only those put on the topic since {since:u}" : "")}. {result.Former} does not change any more; --clean deletes it.");
                try
                {
                    await BuildAsync(isAnew: false);
                }
                catch (OperationCanceledException) when (stopping.IsCancellationRequested)
                {
                    storage.Output.WriteLine("The blocks of its history are not whole: the functions build the rest within the hour, or \"shitops replay --projection blocks\" now.");
                }

                return ExitCode.Success;

                async Task<int?> BuildAsync(bool isAnew)
                {
                    var history = HistorySettings.FromSettings(settings);
                    using var blocks = new HistoryBlocks(account, history, TimeProvider.System);
                    return await new BlockBuilder(account, live, blocks, history, TimeProvider.System, NullLogger<BlockBuilder>.Instance).BuildAsync(done => progress.Tell("building blocks of history", done, 0), isAnew, stopping);
                }
            },
            "What is built is kept; run the same command again to go on.",
            stopping));
        return command;
    }
}
