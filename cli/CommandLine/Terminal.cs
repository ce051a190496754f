using System.Text;
using Spectre.Console;

namespace ShitOps.Cli.CommandLine;

/// <summary>Where a command writes.</summary>
/// <param name="Output">Standard output, for results.</param>
/// <param name="Error">Standard error, for what went wrong, and for all that is not the result.</param>
/// <param name="OutputBytes">Standard output as bytes, for events.</param>
/// <param name="Live">A screen on which lines may be redrawn; null where the output is redirected.</param>
/// <param name="Clock">Measures rates.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, Stream OutputBytes, IAnsiConsole? Live, TimeProvider Clock)
{
    /// <summary>Standard input as text, in UTF-8.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>The process' own.</summary>
    public static Terminal OfProcess()
    {
        if (!Console.IsOutputRedirected) Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var live = Console.IsErrorRedirected ? null : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return new Terminal(Console.Out, Console.Error, Console.OpenStandardOutput(), live, TimeProvider.System)
        {
            Input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8),
        };
    }

    /// <summary>Writes a line to standard error, above anything that is being redrawn.</summary>
    public void Report(string line)
    {
        if (Live is null) Error.WriteLine(line);
        else Live.WriteLine(line);
    }
}
