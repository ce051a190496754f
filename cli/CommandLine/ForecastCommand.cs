using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using ShitOps.Aggregation;
using ShitOps.Forecasting;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>forecast</c>: a stored forecast, computed once more from what it was computed from; or those of a project's past, made after their time.</summary>
internal static class ForecastCommand
{
    public static Command Create(StorageCommand storage)
    {
        var project = new Option<string>("--project") { Description = "The project, as events name it.", Required = true, HelpName = "PROJECT" };
        var asOf = Time("--as-of", "The latest forecast whose cutoff is not later than this. [default: now]");
        var from = Time("--from", "Make the forecasts of past cutoffs from this time on that were not made in their time, as for an imported history.");
        var to = Time("--to", "The last of these cutoffs is not later than this. [default: now]");
        var every = new Option<TimeSpan>("--every")
        {
            Description = "How far these cutoffs are apart: 6h to 14d, in whole quarters of a day.",
            HelpName = "STEP",
            DefaultValueFactory = _ => TimeSpan.FromDays(7),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && text[^1] is 'd' or 'h' && number <= 336)
                {
                    var step = text[^1] == 'd' ? TimeSpan.FromDays(number) : TimeSpan.FromHours(number);
                    if (step > TimeSpan.Zero && step <= ForecastAge.Oldest && step.TotalHours % ProjectForecaster.CutoffHours == 0) return step;
                }

                result.AddError($"--every: expected days or hours, 6h to 14d in whole quarters of a day, such as 7d, found \"{text}\"");
                return default;
            },
        };
        var json = new Option<bool>("--json") { Description = "Print the forecast as JSON, with all that it was computed from." };
        var command = new ExampleCommand(
            "forecast",
            "Show a stored forecast of a project, and compute it once more from the series, the model, the calibration and the seed that are stored with it: it has to come out the same, digit by digit. With --from, make the forecasts of its past instead, each from what was known at its cutoff.",
            "shitops forecast --project APOLLO",
            "shitops forecast --project APOLLO --as-of 2026-01-31 --json",
            "shitops forecast --project APOLLO --from 2024-01-01 --every 7d");
        foreach (var option in (Option[])[project, asOf, from, to, every, json]) command.Options.Add(option);
        storage.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(from) is null && (result.GetResult(to) is not null || result.GetResult(every) is { Implicit: false })) result.AddError("--to and --every go with --from");
            if (result.GetResult(from) is not null && (result.GetResult(asOf) is not null || result.GetResult(json) is { Implicit: false })) result.AddError("--from makes forecasts: --as-of and --json show one");
        });
        command.SetAction((arguments, stopping) => storage.RunAsync(
            arguments,
            async (account, settings, progress) =>
            {
                if (arguments.GetValue(from) is { } begin)
                    return await MakeAsync(arguments.GetRequiredValue(project), begin, arguments.GetValue(to), arguments.GetValue(every), account, settings, progress, storage.Output, stopping);

                var (name, time) = (arguments.GetRequiredValue(project), arguments.GetValue(asOf) ?? TimeProvider.System.GetUtcNow());
                if (await new ForecastTable(account).AsOfAsync(name, time, stopping) is not { } found)
                    throw new InvalidDataException($"No forecast of the project \"{name}\" with a cutoff up to {time:yyyy-MM-dd HH:mm:ss}Z is stored. Letter case counts, and forecasts are made from when events come in.");
                if (found.Source.Input.Model != ForecastInput.PresentModel)
                    throw new InvalidDataException($"The forecast was computed by version {found.Source.Input.Model} of the model; this is version {ForecastInput.PresentModel}, which cannot reproduce it.");
                var again = ProjectForecast.Of(found.Source.Input);
                var isSame = JsonSerializer.Serialize(again with { Tasks = [] }) == JsonSerializer.Serialize(found.Forecast.Forecast);
                storage.Output.Write(arguments.GetValue(json) ? Json(again, found.Source, isSame) : Text(again, found.Source, isSame));
                return isSame ? ExitCode.Success : ExitCode.Failure;
            },
            "Nothing was changed but forecasts that were made; the same command goes on.",
            stopping));
        return command;
    }

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
            result.AddError($"{name}: expected a time such as 2026-01-31T12:00:00Z or a date, found \"{result.Tokens[0].Value}\"");
            return default;
        },
    };

    private static async Task<int> MakeAsync(
        string project, DateTimeOffset from, DateTimeOffset? to, TimeSpan every, StorageAccount account, IConfiguration settings, StorageCommand.Progress progress, TextWriter output, CancellationToken stopping)
    {
        var aggregates = LiveAggregates.FromSettings(settings, account, TimeProvider.System);
        await aggregates.ReadCountedAsync(stopping);
        var forecasts = new ForecastTable(account);

        // What is later than the latest is made in its time.
        var latest = (await forecasts.OutlookAsync(project, stopping))?.Latest.Forecast.Cutoff;
        var cutoffs = PastForecaster.Cutoffs(from, latest is null || to < latest ? to ?? DateTimeOffset.MaxValue : latest.Value, every, TimeProvider.System.GetUtcNow());
        if (cutoffs.Count == 0) throw new InvalidDataException("There is no cutoff in this time that is over: cutoffs are 00:00, 06:00, 12:00 and 18:00 (UTC).");
        var made = await new PastForecaster(aggregates, forecasts, TimeProvider.System).RunAsync(project, cutoffs, done => progress.Tell("forecasts of past cutoffs", done, cutoffs.Count), stopping)
            ?? throw new InvalidDataException($"No project \"{project}\" is known. Letter case counts.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(made, "forecast was", "forecasts were")} made; {Quantity.Of(cutoffs.Count - made, "was", "were")} there, or lie before its first event: {project}, {cutoffs[0]:yyyy-MM-dd HH:mm}Z to {cutoffs[^1]:yyyy-MM-dd HH:mm}Z."));
        if (latest is null) output.WriteLine("Series show them once the app has made the forecast of the present, within minutes of the project's events.");
        return ExitCode.Success;
    }

    private static string Json(ProjectForecast forecast, ForecastSource source, bool isSame) =>
        JsonSerializer.Serialize(new { reproduced = isSame, forecast, source }, JsonSerializerOptions.Web) + "\n";

    private static string Text(ProjectForecast forecast, ForecastSource source, bool isSame)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine($"{forecast.Project}, as of {forecast.Cutoff:yyyy-MM-dd HH:mm}Z: {Quantity.Of(forecast.Backlog, "open task")}; {forecast.Pace:0.##} leave and {forecast.Growth:0.##} arrive in a week.");
        if (forecast.Shortage is { } shortage) text.WriteLine($"Nothing is promised: {shortage}. What follows is a wide guess.");
        text.WriteLine();
        text.WriteLine("items in       at 50%   at 85%   at 95%");
        foreach (var items in forecast.Items) text.WriteLine($"{items.Weeks,3} {Quantity.Noun(items.Weeks, "week"),-5}    {items.P50,8:0} {items.P85,8:0} {items.P95,8:0}");
        if (forecast is { Completion: { } present, CompletionWithGrowth: { } growing })
        {
            text.WriteLine();
            text.WriteLine("done by             at 50%       at 85%       at 95%       on time");
            Line("present backlog", present);
            Line("with growth", growing);
        }

        text.WriteLine();
        text.WriteLine($"{(isSame ? "Reproduced exactly" : "NOT reproduced")}: model {source.Input.Model}, seed {source.Input.Seed}, {Quantity.Of(source.Input.Done.Length, "week")} of history, {Quantity.Of(source.Input.Records.Sum(record => record.Ranks.Count), "outcome")} learned from.");
        return text.ToString();

        void Line(string what, CompletionForecast completion) =>
            text.WriteLine($"{what,-16} {Day(completion.P50),12} {Day(completion.P85),12} {Day(completion.P95),12} {(completion.OnTime is { } odds ? odds.ToString("P0", CultureInfo.InvariantCulture) : "no due day"),13}");

        static string Day(DateTimeOffset? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "after 3 years";
    }
}
