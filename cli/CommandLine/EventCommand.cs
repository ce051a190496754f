using System.CommandLine;
using Microsoft.Extensions.Configuration;
using ShitOps.Cli.Input;
using ShitOps.Cli.Output;
using ShitOps.Local.Worker;
using ShitOps.Wording;

namespace ShitOps.Cli.CommandLine;

/// <summary>What the commands that send events have in common: where to, how far they have come, and how they end.</summary>
internal sealed class EventCommand(Terminal terminal, Func<IConfiguration> settings)
{
    /// <summary>What to do about a run that did not come to its end, and what that does to the events that had arrived.</summary>
    public const string RunAgain = "Run the same command again for the rest: events that are sent twice keep their ids and state the same again, but each record counts.";

    private readonly KafkaOptions _kafka = new();

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print the events as JSON lines instead of producing them." };

    /// <summary>Gives a command its options.</summary>
    public void AddTo(Command command)
    {
        _kafka.AddTo(command);
        command.Options.Add(_dryRun);
    }

    /// <summary>Runs <paramref name="send"/> with everything around it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="files">What is read, for the progress bar.</param>
    /// <param name="send">Reads and sends.</param>
    /// <param name="summarise">Writes more than the usual summary before it; null: nothing.</param>
    /// <param name="stopping">Ctrl-C.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(
        ParseResult arguments, IReadOnlyList<JsonLinesFile> files, Func<EventRun, Task> send, Action<TextWriter, EventRun>? summarise, CancellationToken stopping)
    {
        var isDryRun = arguments.GetValue(_dryRun);
        try
        {
            await using EventOutput output = isDryRun
                ? new LinesOutput(terminal.OutputBytes)
                : await KafkaOutput.ConnectAsync(_kafka.Connection(arguments, settings()), terminal);
            var run = new EventRun(output, terminal);
            var isComplete = await SendAllAsync(run, files, send, stopping);

            var summary = isDryRun ? terminal.Error : terminal.Output;
            summarise?.Invoke(summary, run);
            RunSummary.Write(summary, run);
            if (run.Rejected > 0) terminal.Report($"{Quantity.Of(run.Rejected, "input was", "inputs were")} left out, see above");
            return isComplete && run.Rejected == 0 ? ExitCode.Success : ExitCode.Failure;
        }
        catch (OutputFailedException exception)
        {
            terminal.Report(exception.Message);
            return ExitCode.Failure;
        }
        catch (Exception exception) when (exception is SettingException or FunctionAppException)
        {
            terminal.Report(exception.Message);
            return ExitCode.Usage;
        }
    }

    /// <summary>Whether the sending came to its end.</summary>
    private async Task<bool> SendAllAsync(EventRun run, IReadOnlyList<JsonLinesFile> files, Func<EventRun, Task> send, CancellationToken stopping)
    {
        try
        {
            await RunProgress.Of(terminal, run, files).DuringAsync(Task.Run(() => send(run), CancellationToken.None));
            await run.FlushAsync();
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await run.FlushAsync();
            terminal.Report($"Interrupted after {Quantity.Of(run.Written, "event, which has", "events, all of which have")} arrived. {RunAgain}");
            return false;
        }
        finally
        {
            run.ReportOmitted();
        }
    }
}
