using System.CommandLine;
using ShitOps.Cli.Input;
using ShitOps.Cli.Output;
using ShitOps.Events;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>produce FILE…</c>: events that are there as JSON lines, unchanged onto the topic.</summary>
internal static class ProduceCommand
{
    public static Command Create(EventCommand events)
    {
        var files = FilesArgument.Create("CloudEvents as JSON lines (.jsonl, .jsonl.gz); - is standard input.");
        var command = new ExampleCommand(
            "produce",
            "Produce events that are there as CloudEvents JSON, one a line. A line that is no event of the contract is reported and left out.",
            "shitops produce events.jsonl.gz",
            "kubectl logs --follow deploy/tracker | shitops produce -",
            "shitops produce --kafka kafka.example.com:9093 --topic shitops-events day1.jsonl day2.jsonl");
        command.Arguments.Add(files);
        events.AddTo(command);
        command.SetAction((arguments, stopping) =>
        {
            var inputs = arguments.GetRequiredValue(files).Select(path => new JsonLinesFile(path)).ToArray();
            return events.RunAsync(arguments, inputs, run => SendAsync(inputs, run, stopping), summarise: null, stopping);
        });
        return command;
    }

    private static async Task SendAsync(IEnumerable<JsonLinesFile> files, EventRun run, CancellationToken stopping)
    {
        var decoder = new EventDecoder();
        foreach (var file in files)
        {
            await file.ForEachLineAsync(
                run,
                (place, json) =>
                {
                    var decoded = decoder.DecodeStructured(json);
                    if (decoded.IsDecoded) return run.SendAsync(place, decoded.Event, json);
                    run.Reject(place, InOneLine(decoded.Error));
                    return ValueTask.CompletedTask;
                },
                stopping);
        }
    }

    /// <summary>The JSON is one line of the file: which line of the JSON goes without saying.</summary>
    private static string InOneLine(DecodeError fault)
    {
        const string FirstLine = "line 1, ";
        var text = fault.ToString();
        return text.StartsWith(FirstLine, StringComparison.Ordinal) ? text[FirstLine.Length..] : text;
    }
}
