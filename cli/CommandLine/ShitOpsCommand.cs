using System.CommandLine;
using System.CommandLine.Help;
using Microsoft.Extensions.Configuration;

namespace ShitOps.Cli.CommandLine;

/// <summary>The whole command line.</summary>
internal static class ShitOpsCommand
{
    /// <summary>Long enough to see a full producer queue acknowledged after Ctrl-C.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(40);

    /// <summary>Runs one command.</summary>
    /// <param name="arguments">As the shell gave them.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="environment">The settings for Kafka.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, IConfiguration environment)
    {
        var parsed = Create(terminal, environment).Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not ExampleHelp)
        {
            foreach (var error in parsed.Errors) terminal.Error.WriteLine(error.Message);
            terminal.Error.WriteLine($"See {CommandPath(parsed.CommandResult.Command)} --help");
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration { Output = terminal.Output, Error = terminal.Error, ProcessTerminationTimeout = FlushTimeout };
        return await parsed.InvokeAsync(configuration);
    }

    private static RootCommand Create(Terminal terminal, IConfiguration environment)
    {
        var events = new EventCommand(terminal, environment);
        var root = new RootCommand("Operate ShitOps: send events, import history, see how it is doing.")
        {
            ProduceCommand.Create(events),
            ImportCommand.Create(events),
            new StatusCommand(terminal).Create(),
        };
        root.Options.OfType<HelpOption>().Single().Action = new ExampleHelp();
        return root;
    }

    private static string CommandPath(Command command) =>
        command is RootCommand || command.Parents.OfType<Command>().FirstOrDefault() is not { } parent ? "shitops" : $"{CommandPath(parent)} {command.Name}";
}
