using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Events;
using ShitOps.Tests.Aggregation;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Cli;

/// <summary><c>forecast</c> over a real store.</summary>
[Collection(nameof(BrokerCollection))]
public class ForecastTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Status Todo = new("To Do", StatusCategory.Todo);

    [Fact]
    public async Task A_stored_forecast_comes_out_the_same()
    {
        var project = Some.Name("P");
        using var app = await RowsApp.StartAsync(kafka, azurite, forecasts: "forecasts");
        await app.StateAsync(Enumerable.Range(0, 90).SelectMany(i => (Event[])
        [
            At(i, new TaskCreated($"T-{i}", new TaskFields { Status = Todo })),
            .. i % 3 == 0 ? [] : (Event[])[At(i - 4, new TaskStatusChanged($"T-{i}", new Status("Done", StatusCategory.Done)))],
        ]));
        await app.Forecaster.RunAsync(default);
        var row = (await app.GetAsync($"forecasts?project={project}")).Rows.Single();

        var run = await CommandRun.OfAsync(["forecast", "--project", project, "--as-of", "2026-02-01", "--storage", azurite.ConnectionString]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"{project}, as of 2026-01-31 12:00Z: 30 open tasks; ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nReproduced exactly: model ", run.Output, StringComparison.Ordinal);
        Assert.Contains(row.GetProperty("completionP85").GetDateTimeOffset().ToString("yyyy-MM-dd"), run.Output, StringComparison.Ordinal);

        var json = JsonDocument.Parse((await CommandRun.OfAsync(["forecast", "--project", project, "--json", "--storage", azurite.ConnectionString])).Output).RootElement;
        Assert.True(json.GetProperty("reproduced").GetBoolean());
        Assert.Equal(row.GetProperty("completionP50").GetDateTimeOffset(), json.GetProperty("forecast").GetProperty("completion").GetProperty("p50").GetDateTimeOffset());
        Assert.NotEmpty(json.GetProperty("source").GetProperty("checkpoints").EnumerateArray());

        var none = await CommandRun.OfAsync(["forecast", "--project", project, "--as-of", "2026-01-31T11:00:00Z", "--storage", azurite.ConnectionString]);
        Assert.Equal(1, none.ExitCode);
        Assert.StartsWith($"No forecast of the project \"{project}\" with a cutoff up to 2026-01-31 11:00:00Z is stored.", none.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandRun.OfAsync(["forecast", "--project", project, "--as-of", "tomorrow"])).ExitCode);

        foreach (var (wrong, said) in ((string[], string)[])[(["--from", "2026-01-01", "--json"], "--as-of and --json show one"), (["--to", "2026-01-01"], "go with --from"), (["--from", "2026-01-01", "--every", "5h"], "6h to 14d in whole quarters of a day, such as 7d, found \"5h\"")])
        {
            var refused = await CommandRun.OfAsync(["forecast", "--project", project, .. wrong]);
            Assert.Equal((2, true), (refused.ExitCode, refused.Error.Contains(said, StringComparison.Ordinal)));
        }

        Event At(int daysAgo, EventData data) => Some.Event(Some.Name("e"), project, data) with { Time = Some.Time.AddDays(-Math.Max(0.5, daysAgo)) };
    }

    [Fact]
    public async Task A_back_test_takes_files_or_the_live_aggregates()
    {
        // Whose table is another one than that of the other tests.
        var slices = Some.Slices();
        var topic = await kafka.LongTopicAsync();
        using var stage = new AggregationStage(azurite, kafka, topic, slices) { TableName = "aggregates" };
        var task = 0;
        Event[] events = [.. Enumerable.Range(0, 104).SelectMany(week => Enumerable.Range(0, 4 + (week % 3)).SelectMany(i => (Event[])
        [
            Some.Event(Some.Name("e"), "LIVE", new TaskCreated($"T-{++task}", new TaskFields { Status = Todo })) with { Time = Some.Time.AddDays(-7 * (104 - week) - 1) },
            Some.Event(Some.Name("e"), "LIVE", new TaskStatusChanged($"T-{task}", new Status("Done", StatusCategory.Done))) with { Time = Some.Time.AddDays((-7 * (104 - week)) + i) },
        ]))];
        for (var at = 0; at < events.Length; at += 500)
            await stage.Aggregator().AggregateAsync([.. events[at..Math.Min(events.Length, at + 500)].Select((one, i) => new KafkaRecord { Topic = topic, Partition = 0, Offset = at + i, Key = [], Value = EventEncoder.Encode(one), Headers = [] })], default);

        var run = await CommandRun.OfAsync(["backtest", "--live", "--json", "--storage", azurite.ConnectionString], environment: new() { ["Slices"] = $"{slices}" });
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var horizons = JsonDocument.Parse(run.Output).RootElement.GetProperty("horizons").EnumerateArray().ToList();
        Assert.Equal([4, 12], horizons.Select(one => one.GetProperty("weeks").GetInt32()));
        Assert.All(horizons, one => Assert.InRange(one.GetProperty("origins").GetInt32(), 20, 60));

        Assert.Equal("as shipped", JsonDocument.Parse(run.Output).RootElement.GetProperty("settings").GetString());
        Assert.Equal(1, horizons[0].GetProperty("naive").GetProperty("maeRelative").GetDouble());

        // Every twelve weeks have as many as those before, so that a naive forecast is never wrong.
        Assert.Equal([JsonValueKind.Number, JsonValueKind.Null], horizons.Select(one => one.GetProperty("maeRelative").ValueKind));

        // Its past is forecast by the same command that shows a forecast, once.
        string[] past = ["forecast", "--project", "LIVE", "--from", "2025-06-01T01:00:00Z", "--to", "2025-06-29", "--storage", azurite.ConnectionString];
        foreach (var (made, there) in ((int, int)[])[(4, 0), (0, 4)])
        {
            var forecast = await CommandRun.OfAsync(past, environment: new() { ["Slices"] = $"{slices}" });
            Assert.Equal((0, $"{made} forecasts were made; {there} were there, or lie before its first event: LIVE, 2025-06-01 06:00Z to 2025-06-22 06:00Z.{Environment.NewLine}Series show them once the app has made the forecast of the present, within minutes of the project's events.{Environment.NewLine}"), (forecast.ExitCode, forecast.Output));
        }

        var shown = await CommandRun.OfAsync(["forecast", "--project", "LIVE", "--as-of", "2025-06-20", "--storage", azurite.ConnectionString]);
        Assert.StartsWith("LIVE, as of 2025-06-15 06:00Z: ", shown.Output, StringComparison.Ordinal);
        Assert.Contains("Reproduced exactly", shown.Output, StringComparison.Ordinal);
        var nobody = await CommandRun.OfAsync(["forecast", "--project", "NOBODY", "--from", "2025-06-01", "--storage", azurite.ConnectionString], environment: new() { ["Slices"] = $"{slices}" });
        Assert.Equal((1, true), (nobody.ExitCode, nobody.Error.Contains("No project \"NOBODY\" is known", StringComparison.Ordinal)));

        var alone = await CommandRun.OfAsync(["backtest", "--live", "--leave-one-out", "--storage", azurite.ConnectionString], environment: new() { ["Slices"] = $"{slices}" });
        Assert.Equal(1, alone.ExitCode);
        Assert.Contains("--leave-one-out needs two projects with enough history", alone.Error, StringComparison.Ordinal);

        foreach (var wrong in (string[][])[["backtest"], ["backtest", "--live", "-"]])
        {
            var refused = await CommandRun.OfAsync(wrong);
            Assert.Equal((2, true), (refused.ExitCode, refused.Error.Contains("either FILEs or --live", StringComparison.Ordinal)));
        }
    }
}
