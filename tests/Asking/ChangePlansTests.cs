using System.Text.Json;
using ShitOps.Planning;
using ShitOps.Tests.Archive;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary>What changed is the same whether the archive is searched project by project or as a whole.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class ChangePlansTests(BrokerFixture kafka, ArchiveAzurite azurite)
{
    [Fact]
    public async Task Changes_are_the_same_by_every_plan()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 3);
        await stage.AppendAsync(partitions: 2, segments: 6, rows: 60);
        var rows = stage.Rows.Values.SelectMany(all => all).ToList();
        var times = rows.Select(row => row.Time).Order().ToList();
        var (first, middle) = (DateOnly.FromDateTime(times[0].UtcDateTime), DateOnly.FromDateTime(times[times.Count / 2].UtcDateTime));
        var projects = rows.CountBy(row => row.Project, StringComparer.Ordinal).OrderByDescending(one => one.Value).Select(one => one.Key).Take(3).ToList();
        var started = await RowsApp.StartAsync(kafka, azurite);
        started.Time.Advance(times[^1].AddDays(1) - started.Time.GetUtcNow());
        using var app = new AskApp(started, stage.Audit());

        var withRows = 0;
        foreach (var names in (string[])[Quoted(projects[0]), string.Join(", ", projects.Select(Quoted)), "\"nowhere\""])
        {
            foreach (var line in (string[])
            [
                $"audit changes where project = {names}", $"audit changes count where project = {names}", $"audit changes count where project = {names} by project", $"audit changes where project = {names} from {first:yyyy-MM-dd} to {middle:yyyy-MM-dd}",
                $"audit changes count where project = {names} and change = \"status\" by change", $"audit changes where project = {names} and task = \"T-3\" limit 5",
            ])
            {
                var query = QueryText.Parse(line);
                var plans = QueryPlans.Of(query, app.Now);
                Assert.Equal([PlanReach.Listed, PlanReach.All], plans.Select(plan => plan.Reach).Distinct().Order());
                var expected = await app.RowsOfAsync(query, plans[0]);
                withRows += JsonDocument.Parse(expected).RootElement.GetArrayLength() > 1 ? 1 : 0;
                foreach (var plan in plans) Assert.Equal(expected, await app.RowsOfAsync(query, plan));
            }
        }

        Assert.True(withRows > 4, $"{withRows} answers have rows");

        static string Quoted(string name) => JsonSerializer.Serialize(name, new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
