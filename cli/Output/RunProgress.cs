using ShitOps.Cli.CommandLine;
using ShitOps.Cli.Input;
using ShitOps.Wording;
using Spectre.Console;

namespace ShitOps.Cli.Output;

/// <summary>Shows how far a run has come: a bar on a terminal, a line every few seconds elsewhere.</summary>
/// <param name="terminal">Where to show it.</param>
/// <param name="text">What is done, in words.</param>
/// <param name="share">How much of it, 0 to 1; null where that is not known.</param>
internal sealed class RunProgress(Terminal terminal, Func<string> text, Func<double?> share)
{
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    /// <summary>That of a run that sends events.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="run">What is counted.</param>
    /// <param name="files">What is read, for the share that is done; empty where that is not known.</param>
    public static RunProgress Of(Terminal terminal, EventRun run, IReadOnlyList<JsonLinesFile> files) => new(
        terminal,
        () => $"{Quantity.Of(run.Written, "event")}, {run.Rate:N0}/s{(run.Rejected > 0 ? $", {run.Rejected:N0} left out" : "")}",
        () =>
        {
            if (files.Count == 0 || files.Any(file => file.Length is null)) return null;
            var total = files.Sum(file => file.Length!.Value);
            return total == 0 ? 1 : (double)files.Sum(file => file.Position) / total;
        });

    /// <summary>Shows progress until <paramref name="work"/> ends.</summary>
    public async Task DuringAsync(Task work)
    {
        try
        {
            if (terminal.Live is { } live) await DrawAsync(live, work);
            else await WriteLinesAsync(work);
        }
        finally
        {
            // Whatever becomes of the drawing: nobody may take the output away while events are being written to it.
            await work;
        }
    }

    private async Task DrawAsync(IAnsiConsole live, Task work) => await live.Progress()
        .AutoClear(enabled: true)
        .Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .StartAsync(async context =>
        {
            var task = context.AddTask(text(), maxValue: 1);
            while (!work.IsCompleted)
            {
                task.IsIndeterminate = share() is null;
                task.Value = share() ?? 0;
                task.Description = text();
                await Task.WhenAny(work, Task.Delay(BetweenFrames, terminal.Clock));
            }
        });

    private async Task WriteLinesAsync(Task work)
    {
        while (await Task.WhenAny(work, Task.Delay(BetweenLines, terminal.Clock)) != work)
            terminal.Error.WriteLine(share() is { } done ? $"{done:P0}: {text()}" : text());
    }
}
