using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Planning;
using ShitOps.Storage;
using ShitOps.Tests.Worker;

namespace ShitOps.Tests.Asking;

/// <summary>What queries took, over a real store.</summary>
[Collection(nameof(AppCollection))]
public class QueryLogTests(AzuriteFixture azurite)
{
    // Ten seconds after midnight: what is asked for reaches into the day before.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 2, 1, 0, 0, 10, TimeSpan.Zero));
    private readonly string _table = Some.Name("q").Replace("-", "", StringComparison.Ordinal);

    [Fact]
    public async Task Load_is_what_all_instances_answered_within_a_span()
    {
        await using var one = Log();
        await using var other = Log();
        foreach (var (log, secondsAgo, expected) in ((QueryLog, int, double)[])[(one, 5, 1000), (one, 11, 30), (other, 30, 50), (other, 70, 40), (one, 71, 1000)]) log.Add(Query(secondsAgo, expected));
        foreach (var log in (QueryLog[])[one, other]) await log.FlushAsync(default);

        Assert.Equal(new QueryLoad(0.05, 40, 0.002), await one.LoadAsync(default));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(new QueryLoad(0, 0, 0), await one.LoadAsync(default));
    }

    [Fact]
    public async Task An_entry_is_written_even_if_no_other_follows()
    {
        await using var log = Log();
        log.Add(Query(0, 30));
        Assert.Empty(await log.LatestAsync(10, default));
        _time.Advance(QueryLog.FlushEvery);

        await Eventually.TrueAsync(() => log.LatestAsync(10, default).GetAwaiter().GetResult().Count == 1);
    }

    [Fact]
    public async Task Requests_of_a_form_are_written_together_and_are_load_too_but_teach_no_choice()
    {
        await using var log = Log();
        log.Add(Query(30, 50));
        foreach (var (secondsAgo, expected) in ((int, double)[])[(32, 10), (31, 30), (30, 20)]) log.AddForm(Query(secondsAgo, expected) with { Requests = (long)expected });
        log.AddForm(Query(30, 7) with { Shape = "another" });
        await log.FlushAsync(default);

        Assert.Single(await log.LatestAsync(10, default));
        var forms = await log.FormsAsync(TimeSpan.FromSeconds(31), default);
        Assert.Equal([("another", 1, 7.0, 1L), ("shape", 3, 20.0, 20L)], forms.Select(one => (one.Shape, one.Count, one.ExpectedMs, one.Requests)).Order());
        Assert.Equal(new QueryLoad(0.083, 23.4, 0.002), await log.LoadAsync(default));

        // Of forms there is much, and what is of use is their last hour.
        var now = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromDays(QueryLog.FormsKeptDays + 2));
        await log.ExpireAsync(default);
        _time.AdjustTime(now);
        Assert.Equal(new QueryLoad(0.017, 50, 0.001), await log.LoadAsync(default));
    }

    private LoggedQuery Query(int secondsAgo, double expectedMs) =>
        new(_time.GetUtcNow().AddSeconds(-secondsAgo), "shape", QueryPlan.Parse("tasks/all/8") ?? throw new InvalidOperationException(), new PlanEstimate(1, 1, 1, 1), expectedMs, 5, 1, 1, 1, 1, 1);

    private QueryLog Log() => new(StorageAccount.FromSettings(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build()), _time, NullLogger<QueryLog>.Instance, _table);
}
