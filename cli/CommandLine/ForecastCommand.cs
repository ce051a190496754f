using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ShitOps.Forecasting;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>forecast</c>: a stored forecast, computed once more from what it was computed from.</summary>
internal static class ForecastCommand
{
    public static Command Create(StorageCommand storage)
    {
        var project = new Option<string>("--project") { Description = "The project, as events name it.", Required = true, HelpName = "PROJECT" };
        var asOf = new Option<DateTimeOffset>("--as-of")
        {
            Description = "The latest forecast whose cutoff is not later than this. [default: now]",
            HelpName = "TIME",
            DefaultValueFactory = _ => TimeProvider.System.GetUtcNow(),
            CustomParser = result =>
            {
                if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
                result.AddError($"--as-of: expected a time such as 2026-01-31T12:00:00Z or a date, found \"{result.Tokens[0].Value}\"");
                return default;
            },
        };
        var json = new Option<bool>("--json") { Description = "Print the forecast as JSON, with all that it was computed from." };
        var command = new ExampleCommand(
            "forecast",
            "Show a stored forecast of a project, and compute it once more from the series, the model, the calibration and the seed that are stored with it: it has to come out the same, digit by digit.",
            "shitops forecast --project APOLLO",
            "shitops forecast --project APOLLO --as-of 2026-01-31 --json");
        foreach (var option in (Option[])[project, asOf, json]) command.Options.Add(option);
        storage.AddTo(command);
        command.SetAction((arguments, stopping) => storage.RunAsync(
            arguments,
            async (account, _, _) =>
            {
                var (name, time) = (arguments.GetRequiredValue(project), arguments.GetValue(asOf));
                if (await new ForecastTable(account).AsOfAsync(name, time, stopping) is not { } found)
                    throw new InvalidDataException($"No forecast of the project \"{name}\" with a cutoff up to {time:yyyy-MM-dd HH:mm:ss}Z is stored. Letter case counts, and forecasts are made from when events come in.");
                if (found.Source.Input.Model != ForecastInput.PresentModel)
                    throw new InvalidDataException($"The forecast was computed by version {found.Source.Input.Model} of the model; this is version {ForecastInput.PresentModel}, which cannot reproduce it.");
                var again = ProjectForecast.Of(found.Source.Input);
                var isSame = JsonSerializer.Serialize(again with { Tasks = [] }) == JsonSerializer.Serialize(found.Forecast.Forecast);
                storage.Output.Write(arguments.GetValue(json) ? Json(again, found.Source, isSame) : Text(again, found.Source, isSame));
                return isSame ? ExitCode.Success : ExitCode.Failure;
            },
            "Nothing was changed.",
            stopping));
        return command;
    }

    private static string Json(ProjectForecast forecast, ForecastSource source, bool isSame) =>
        JsonSerializer.Serialize(new { reproduced = isSame, forecast, source }, JsonSerializerOptions.Web) + "\n";

    private static string Text(ProjectForecast forecast, ForecastSource source, bool isSame)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine($"{forecast.Project}, as of {forecast.Cutoff:yyyy-MM-dd HH:mm}Z: {forecast.Backlog} open tasks; {forecast.Pace:0.##} leave and {forecast.Growth:0.##} arrive in a week.");
        if (forecast.Shortage is { } shortage) text.WriteLine($"Nothing is promised: {shortage}. What follows is a wide guess.");
        text.WriteLine();
        text.WriteLine("items in       at 50%   at 85%   at 95%");
        foreach (var items in forecast.Items) text.WriteLine($"{items.Weeks,3} week{(items.Weeks == 1 ? " " : "s")}    {items.P50,8:0} {items.P85,8:0} {items.P95,8:0}");
        if (forecast is { Completion: { } present, CompletionWithGrowth: { } growing })
        {
            text.WriteLine();
            text.WriteLine("done by             at 50%       at 85%       at 95%       on time");
            Line("present backlog", present);
            Line("with growth", growing);
        }

        text.WriteLine();
        text.WriteLine($"{(isSame ? "Reproduced exactly" : "NOT reproduced")}: model {source.Input.Model}, seed {source.Input.Seed}, {source.Input.Done.Length} weeks of history, {source.Input.Records.Sum(record => record.Ranks.Count)} outcomes learned from.");
        return text.ToString();

        void Line(string what, CompletionForecast completion) =>
            text.WriteLine($"{what,-16} {Day(completion.P50),12} {Day(completion.P85),12} {Day(completion.P95),12} {(completion.OnTime is { } odds ? odds.ToString("P0", CultureInfo.InvariantCulture) : "no due day"),13}");

        static string Day(DateTimeOffset? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "after 3 years";
    }
}
