using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using ShitOps.Aggregation;
using ShitOps.Cli.Import;
using ShitOps.Cli.Import.GitHub;
using ShitOps.Cli.Import.Jira;
using ShitOps.Cli.Input;
using ShitOps.Events;
using ShitOps.Flow;
using ShitOps.Forecasting;
using ShitOps.Projects;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>backtest</c>: how well forecasts of the past would have held.</summary>
internal sealed class BackTestCommand(Terminal terminal, StorageCommand storage)
{
    private static readonly int[] Horizons = [4, 12];

    private readonly Argument<string[]> _files = FilesArgument.Create("Jira or GitHub records as \"import\" reads them (.jsonl, .jsonl.gz); - is standard input.", ArgumentArity.ZeroOrMore);

    private readonly Option<bool> _live = new("--live") { Description = "Take the projects of the live aggregates, instead of files." };

    private readonly Option<bool> _leaveOneOut = new("--leave-one-out") { Description = "Choose the methods' settings for each project by how they do on all the others, and tell which were chosen. Takes about twelve times as long." };

    private readonly Option<int> _seed = new("--seed") { Description = "The same seed gives the same figures.", HelpName = "N", DefaultValueFactory = _ => 1, CustomParser = result => WholeNumber.Of(result) };

    private readonly Option<bool> _json = new("--json") { Description = "Print the figures as JSON." };

    public Command Create()
    {
        var command = new ExampleCommand(
            "backtest",
            "Forecast at every second week of the past, from what was known then, how many items will be done in 4 and 12 weeks, and score it by what came, beside the 12-week bootstrap.",
            "shitops backtest issues.jsonl.gz",
            "shitops backtest --json --seed 7 export/*.jsonl.gz",
            "shitops backtest --leave-one-out issues.jsonl.gz",
            "shitops backtest --live");
        command.Arguments.Add(_files);
        command.Options.Add(_live);
        command.Options.Add(_leaveOneOut);
        command.Options.Add(_seed);
        command.Options.Add(_json);
        storage.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_live) == result.GetValue(_files) is { Length: > 0 }) result.AddError("backtest wants either FILEs or --live");
        });
        command.SetAction((arguments, stopping) => arguments.GetValue(_live)
            ? storage.RunAsync(arguments, (account, settings, progress) => RunAsync(arguments, account, settings, progress, stopping), "Nothing was changed.", stopping)
            : RunAsync(arguments, stopping));
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, StorageAccount account, IConfiguration settings, StorageCommand.Progress progress, CancellationToken stopping)
    {
        var table = await LiveAggregates.FromSettings(settings, account, TimeProvider.System).ReadCountedAsync(stopping);
        List<ProjectHistory> projects = [];
        await foreach (var project in table.AllProjectsAsync(after: null, few: null, stopping))
        {
            projects.Add(await ProjectForecaster.HistoryAsync(table, project, stopping));
            progress.Tell("reading projects", projects.Count, 0);
        }

        return Score(arguments, [.. projects.OrderBy(project => project.Project, StringComparer.Ordinal)], progress.Tell, stopping);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken stopping)
    {
        var histories = new SortedDictionary<string, List<TaskHistory>>(StringComparer.Ordinal);
        var rejected = 0;
        foreach (var path in arguments.GetRequiredValue(_files))
        {
            terminal.Report($"reading {path}");
            rejected += await ReadAsync(new JsonLinesFile(path), histories, stopping);
        }

        var ended = Score(arguments, [.. histories.Select(project => new ProjectHistory(project.Key, project.Value))], (what, done, of) => terminal.Report($"{what}, {done:N0} of {of:N0}"), stopping);
        return rejected == 0 ? ended : ExitCode.Failure;
    }

    private int Score(ParseResult arguments, ProjectHistory[] projects, Action<string, long, long> tell, CancellationToken stopping)
    {
        var seed = arguments.GetValue(_seed);
        var choices = arguments.GetValue(_leaveOneOut) ? MethodChoice.All : [MethodChoice.All[0]];
        List<HorizonScores> scores = [];
        foreach (var horizon in Horizons)
        {
            List<List<IReadOnlyList<Origin>>> byChoice = [];
            foreach (var choice in choices)
            {
                List<IReadOnlyList<Origin>> here = [];
                foreach (var project in projects)
                {
                    stopping.ThrowIfCancellationRequested();
                    here.Add(BackTest.Origins(project, horizon, seed, choice.Methods));
                    if (here[^1].Count > 0) tell($"{project.Project}, {Quantity.Of(horizon, "week")}{(choices.Count > 1 ? $", {choice.Name}" : "")}: {Quantity.Of(here[^1].Count, "origin")}", here.Count, projects.Length);
                }

                byChoice.Add(here);
            }

            var origins = byChoice[0];
            if (choices.Count > 1 && origins.Any(project => project.Count > 0))
            {
                if (origins.Count(project => project.Count > 0) == 1)
                {
                    terminal.Report("--leave-one-out needs two projects with enough history: beside one there are no others to choose by.");
                    return ExitCode.Failure;
                }

                var chosen = Enumerable.Range(0, projects.Length).Select(left => MethodChoice.Best([.. byChoice.Select(here => here.Where((_, project) => project != left).ToList())])).ToList();
                origins = [.. chosen.Select((choice, project) => byChoice[choice][project])];
                for (var project = 0; project < projects.Length; project++)
                    if (origins[project].Count > 0) terminal.Report($"{projects[project].Project}, {Quantity.Of(horizon, "week")}: {choices[chosen[project]].Name}, by the others");
            }

            if (BackTest.Score(origins, horizon, seed) is { } score) scores.Add(score);
        }

        if (scores.Count == 0)
        {
            terminal.Report("Not enough history: a back-test needs a project with 80 weeks and 300 items done.");
            return ExitCode.Failure;
        }

        terminal.Output.Write(arguments.GetValue(_json) ? Json(scores, choices.Count > 1 ? "left out" : choices[0].Name) : Table(scores));
        return ExitCode.Success;
    }

    /// <summary>Adds the tasks of a file to their projects.</summary>
    /// <returns>How many lines were no records.</returns>
    private async Task<int> ReadAsync(JsonLinesFile file, SortedDictionary<string, List<TaskHistory>> histories, CancellationToken stopping)
    {
        var rejected = 0;
        try
        {
            await foreach (var line in file.ReadAsync(stopping))
            {
                try
                {
                    using var json = JsonDocument.Parse(line.Json ?? throw new BadRecordException("the line is too long"));
                    var task = json.RootElement.TryGetProperty("repository", out _)
                        ? GitHubImport.Import(json.RootElement, StatusMappingFile.None.GitHub, source: null)
                        : JiraImport.Import(json.RootElement, StatusMappingFile.None.Jira, source: null);
                    var state = new TaskState();
                    foreach (var one in task.Events) state.Apply(one, name => name, out _);
                    if (!histories.TryGetValue(task.Project, out var tasks)) histories[task.Project] = tasks = [];
                    tasks.Add(TaskHistory.Of(((TaskCreated)task.Events[0].Data!).Task, state, projectTeam: null));
                }
                catch (Exception exception) when (exception is JsonException or BadRecordException or InvalidOperationException)
                {
                    if (++rejected <= 10) terminal.Report($"{file.Name}:{line.Number}: {exception.Message}");
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or NotGzipException)
        {
            rejected++;
            terminal.Report($"{file.Name}: cannot be read: {exception.Message}");
        }

        return rejected;
    }

    /// <param name="settings">Whether the methods' settings are those that are shipped, or chosen by the other projects.</param>
    private static string Json(IEnumerable<HorizonScores> scores, string settings) => JsonSerializer.Serialize(new
    {
        settings,
        horizons = scores.Select(score => new
        {
            weeks = score.Weeks,
            origins = score.Origins,
            coverage = Shares(score.Model.Coverage),
            coverageSe = Shares(score.Model.CoverageSe),
            crpsRelative = Finite(score.Model.CrpsRelative),
            maeRelative = Finite(score.Model.MaeRelative),
            pinball15 = score.Model.Pinball15,
            pinball05 = score.Model.Pinball05,
            bootstrap = Of(score.Bootstrap),
            naive = Of(score.Naive),
        }),
    }) + "\n";

    private static object Of(MethodScores method) => new
    {
        coverage = Shares(method.Coverage),
        coverageSe = Shares(method.CoverageSe),
        crpsRelative = Finite(method.CrpsRelative),
        maeRelative = Finite(method.MaeRelative),
        pinball15 = method.Pinball15,
        pinball05 = method.Pinball05,
    };

    /// <summary>A ratio; null: there was no error to divide by.</summary>
    private static double? Finite(double ratio) => double.IsFinite(ratio) ? ratio : null;

    private static object Shares(PromiseShares shares) => new { p50 = shares.P50, p85 = shares.P85, p95 = shares.P95 };

    private static string Table(IEnumerable<HorizonScores> scores)
    {
        var table = new StringWriter(CultureInfo.InvariantCulture);
        table.WriteLine("weeks origins method         P50 held      P85 held      P95 held   CRPS    MAE  pinball15 pinball05");
        foreach (var score in scores)
        {
            Row("model", score.Model);
            Row("bootstrap", score.Bootstrap);
            Row("naive", score.Naive);

            void Row(string method, MethodScores of) => table.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{score.Weeks,5} {score.Origins,7} {method,-9} {Share(of.Coverage.P50, of.CoverageSe.P50)} {Share(of.Coverage.P85, of.CoverageSe.P85)} {Share(of.Coverage.P95, of.CoverageSe.P95)} {of.CrpsRelative,6:F3} {of.MaeRelative,6:F3} {of.Pinball15,10:F3} {of.Pinball05,9:F3}"));
        }

        table.WriteLine("CRPS and MAE relative to naive: as many as in the same time before. ± is one standard error.");
        return table.ToString();
    }

    private static string Share(double coverage, double error) => string.Create(CultureInfo.InvariantCulture, $"{100 * coverage,6:F1}% ±{100 * error,4:F1}");
}
