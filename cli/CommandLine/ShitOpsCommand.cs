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
    /// <param name="settings">Reads the settings for Kafka; asked only by commands that need them.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, Func<IConfiguration> settings)
    {
        var parsed = Create(terminal, settings).Parse(arguments);
        var unknown = UnknownOption.In(parsed);
        if ((parsed.Errors.Count > 0 || unknown is not null) && parsed.Action is not ExampleHelp)
        {
            var command = parsed.CommandResult.Command;
            if (unknown is not null)
                terminal.Error.WriteLine(unknown);
            else if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var word, ..])
                terminal.Error.WriteLine($"Unrecognized command \"{word}\"");
            else
                foreach (var error in parsed.Errors) terminal.Error.WriteLine(error.Message);
            terminal.Error.WriteLine($"See {CommandPath(command)} --help");
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration { Output = terminal.Output, Error = terminal.Error, ProcessTerminationTimeout = FlushTimeout };
        return await parsed.InvokeAsync(configuration);
    }

    private static RootCommand Create(Terminal terminal, Func<IConfiguration> settings)
    {
        var events = new EventCommand(terminal, settings);
        var storage = new StorageCommand(terminal, settings);
        var root = new RootCommand(
            """
            Operate ShitOps: send events, import history, see how it is doing, build projections anew, verify, erase people, ask, forecast, tell costs.
            In the source tree, "shitops …" is "dotnet run --project cli -- …"; "dotnet publish cli -o DIR -p:FunctionsRuntime=Local" makes an executable DIR/shitops.
            """)
        {
            ProduceCommand.Create(events),
            ImportCommand.Create(events),
            new StatusCommand(terminal).Create(),
            ReplayCommand.Create(storage),
            VerifyCommand.Create(storage),
            new DeadLettersCommand(storage, events, settings).Create(),
            ErasePersonCommand.Create(storage),
            new AskCommand(terminal).Create(),
            new TrainCommand(terminal).Create(),
            new BackTestCommand(terminal, storage).Create(),
            new CostCommand(terminal).Create(),
            ForecastCommand.Create(storage),
        };
        root.Options.OfType<HelpOption>().Single().Action = new ExampleHelp();
        return root;
    }

    private static string CommandPath(Command command) =>
        command is RootCommand || command.Parents.OfType<Command>().FirstOrDefault() is not { } parent ? "shitops" : $"{CommandPath(parent)} {command.Name}";
}
