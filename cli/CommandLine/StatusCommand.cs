using System.CommandLine;
using ShitOps.Cli.Health;
using ShitOps.Pipeline;
using Spectre.Console;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>status</c>: how the function app is doing.</summary>
internal sealed class StatusCommand(Terminal terminal)
{
    /// <summary>The report's status where there is nothing to complain about.</summary>
    private const string Healthy = "healthy";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    private readonly Option<Uri> _url = AppOption.Url();

    private readonly Option<string?> _key = AppOption.Key();

    private readonly Option<bool> _watch = new("--watch") { Description = "Look again every 2 s until Ctrl-C." };

    public Command Create()
    {
        var command = new ExampleCommand(
            "status",
            "Show how far the function app has processed and archived each partition and how old what it knows is, what it has counted, the projects with the most open tasks, and on standard error what is wrong. The exit code is 0 if it is healthy, else 1.",
            "shitops status",
            "shitops status --watch",
            "shitops status --url https://shitops.example.com --key \"$FUNCTION_KEY\"");
        command.Options.Add(_url);
        command.Options.Add(_key);
        command.Options.Add(_watch);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken stopping)
    {
        var url = arguments.GetRequiredValue(_url);

        // A proxy would look for the app on its own machine.
        using var handler = new SocketsHttpHandler { UseProxy = !url.IsLoopback };
        using var http = new HttpClient(handler) { Timeout = AnswerTimeout };
        var endpoint = new HealthEndpoint(http, url, arguments.GetValue(_key));
        var projects = new ProjectsEndpoint(http, url, arguments.GetValue(_key));
        if (arguments.GetValue(_watch)) return await WatchAsync(endpoint, projects, stopping);
        try
        {
            var report = await endpoint.AskAsync(stopping);
            foreach (var line in HealthText.Lines(report, terminal.Clock.GetUtcNow(), await projects.AskAsync(stopping))) terminal.Output.WriteLine(line);
            foreach (var fault in report.Faults) terminal.Report(fault);
            return report.Status == Healthy ? ExitCode.Success : ExitCode.Failure;
        }
        catch (HealthUnavailableException exception)
        {
            terminal.Report(exception.Message);
            return ExitCode.Failure;
        }
    }

    /// <summary>Watching outlives an app that is away for a while; the exit code tells what was seen last.</summary>
    private async Task<int> WatchAsync(HealthEndpoint endpoint, ProjectsEndpoint projects, CancellationToken stopping)
    {
        var exitCode = ExitCode.Failure;
        try
        {
            if (terminal.Live is { } live)
                await live.Live(new Text("")).StartAsync(screen => WatchAsync(
                    async report => screen.UpdateTarget(new Text(string.Join('\n', Fitting(report, await projects.AskAsync(stopping), live.Profile)))),
                    fault => screen.UpdateTarget(new Text(fault))));
            else
                await WatchAsync(WriteLineAsync, terminal.Error.WriteLine);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Ctrl-C is how watching ends.
        }

        return exitCode;

        // The cursor takes a line of its own.
        IReadOnlyList<string> Fitting(HealthReport report, ProjectsSeen seen, Profile screen) => HealthText.Fit(report, terminal.Clock.GetUtcNow(), screen.Width, screen.Height - 1, seen);

        Task WriteLineAsync(HealthReport report)
        {
            foreach (var fault in report.Faults) terminal.Error.WriteLine(fault);
            terminal.Output.WriteLine(HealthText.Lines(report, terminal.Clock.GetUtcNow())[0]);
            return Task.CompletedTask;
        }

        async Task WatchAsync(Func<HealthReport, Task> showAsync, Action<string> complain)
        {
            while (true)
            {
                try
                {
                    var report = await endpoint.AskAsync(stopping);
                    exitCode = report.Status == Healthy ? ExitCode.Success : ExitCode.Failure;
                    await showAsync(report);
                }
                catch (HealthUnavailableException exception)
                {
                    exitCode = ExitCode.Failure;
                    complain(exception.Message);
                }

                await Task.Delay(BetweenLooks, terminal.Clock, stopping);
            }
        }
    }
}
