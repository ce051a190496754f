using System.Text;
using Microsoft.Extensions.Configuration;
using ShitOps.Cli.CommandLine;
using ShitOps.Events;

namespace ShitOps.Tests.Cli;

/// <summary>What one run of the command line came to.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error, byte[] OutputBytes)
{
    /// <summary>The events that a dry run printed.</summary>
    public IReadOnlyList<Event> Events => [.. Encoding.UTF8.GetString(OutputBytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Decoded)];

    /// <summary>Runs <c>shitops</c> with the arguments, an environment of its own, and a text on standard input.</summary>
    public static async Task<CommandRun> OfAsync(string[] arguments, Dictionary<string, string?>? environment = null, string input = "")
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var bytes = new MemoryStream();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(environment ?? []).Build();
        var exitCode = await ShitOpsCommand.RunAsync(arguments, new Terminal(output, error, bytes, Live: null, TimeProvider.System) { Input = new StringReader(input) }, () => settings);
        return new CommandRun(exitCode, output.ToString(), error.ToString(), bytes.ToArray());
    }

    private static Event Decoded(string line)
    {
        var result = new EventDecoder().DecodeStructured(Encoding.UTF8.GetBytes(line));
        Assert.True(result.IsDecoded, $"{result.Error}: {line}");
        return result.Event;
    }
}
