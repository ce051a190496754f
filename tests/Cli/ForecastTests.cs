using System.Text.Json;
using ShitOps.Tests.Rows;
using ShitOps.Events;

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
        var app = await RowsApp.StartAsync(kafka, azurite, forecasts: "forecasts");
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

        Event At(int daysAgo, EventData data) => Some.Event(Some.Name("e"), project, data) with { Time = Some.Time.AddDays(-Math.Max(0.5, daysAgo)) };
    }
}
