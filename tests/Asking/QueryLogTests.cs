using Azure.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Planning;
using ShitOps.Storage;
using ShitOps.Tests.Storage;

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
        Assert.Equal([40.0, 50.0], (await one.LatestAsync(10, default, byOthers: true)).Select(query => query.ExpectedMs));
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

        await Eventually.TrueAsync(async () => (await log.LatestAsync(10, default)).Count == 1);
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

    [Fact]
    public async Task What_comes_while_others_are_written_is_written_too()
    {
        using var hold = new ManualResetEventSlim();
        await using var log = Log(Slow(hold));
        log.Add(Query(1, 1));
        var first = log.FlushAsync(default);
        log.Add(Query(2, 2));
        var second = log.FlushAsync(default);
        hold.Set();
        await Task.WhenAll(first, second);

        Assert.Equal([2.0, 1.0], (await log.LatestAsync(10, default)).Select(one => one.ExpectedMs));
    }

    [Fact]
    public async Task So_many_are_written_at_once_and_those_that_come_meanwhile_after_a_while()
    {
        using var hold = new ManualResetEventSlim();
        await using var log = Log(Slow(hold));
        for (var i = 0; i < QueryLog.FlushFrom; i++) log.Add(Query(i, i));
        for (var i = 0; i < QueryLog.FlushFrom - 1; i++) log.Add(Query(i, 100));
        hold.Set();

        await Eventually.TrueAsync(() => CountOf(log) >= QueryLog.FlushFrom);
        _time.Advance(QueryLog.FlushEvery);
        await Eventually.TrueAsync(() => CountOf(log) == (2 * QueryLog.FlushFrom) - 1);
    }

    [Theory]
    [InlineData(Fault.Refused)]
    [InlineData(Fault.AnswerLost)]
    internal async Task What_storage_does_not_take_is_written_once_when_it_does_again(Fault fault)
    {
        var isDown = true;
        await using var log = Log(new FaultyTransport(request => isDown && request.Method != RequestMethod.Get ? fault : Fault.None));
        for (var i = 0; i < 120; i++) log.Add(Query(i % 5, i));
        log.AddForm(Query(3, 7));
        await log.FlushAsync(default);
        isDown = false;
        _time.Advance(QueryLog.FlushEvery);
        await Eventually.TrueAsync(() => CountOf(log) == 120);

        Assert.Equal(Enumerable.Range(0, 120).Select(i => (double)i), (await log.LatestAsync(1_000, default)).Select(one => one.ExpectedMs).Order());
        Assert.Equal(7, Assert.Single(await log.FormsAsync(TimeSpan.FromHours(1), default)).ExpectedMs);
    }

    [Fact]
    public async Task Whatever_waits_while_storage_is_down_is_bounded_and_the_latest()
    {
        var isDown = true;
        await using var log = Log(new FaultyTransport(_ => isDown ? Fault.Refused : Fault.None));
        for (var i = 0; i < QueryLog.MostWaiting + 70; i++) log.Add(Query(0, i));
        await log.FlushAsync(default);
        isDown = false;
        await log.FlushAsync(default);

        var kept = (await log.LatestAsync(QueryLog.MostWaiting * 2, default)).Select(one => one.ExpectedMs).Order().ToList();
        Assert.Equal((QueryLog.MostWaiting, 70.0), (kept.Count, kept[0]));
    }

    [Fact]
    public async Task An_end_while_others_are_written_waits_and_writes_the_rest()
    {
        using var hold = new ManualResetEventSlim();
        var log = Log(Slow(hold));
        log.Add(Query(1, 1));
        var first = log.FlushAsync(default);
        log.Add(Query(2, 2));
        var end = log.DisposeAsync().AsTask();
        Assert.False(end.IsCompleted);
        hold.Set();
        await end;
        await first;

        await using var other = Log();
        Assert.Equal(2, CountOf(other));
    }

    [Fact]
    public async Task Requests_of_a_form_are_put_together_only_with_those_of_a_like_estimate_and_by_the_middle_of_their_times()
    {
        await using var log = Log();
        foreach (var (entities, spent) in ((double, double)[])[(900, 10), (1_000, 1_000), (4_000, 70)]) log.AddForm(Query(1, 1) with { Estimate = new PlanEstimate(8, entities, 0, 0), SpentMs = spent });
        await log.FlushAsync(default);

        // The time in the middle by logarithms, as that is what is learnt: one slow request is not ten.
        Assert.Equal([(70.0, 1), (100.0, 2)], (await log.FormsAsync(TimeSpan.FromHours(1), default)).Select(one => (Math.Round(one.SpentMs, 6), one.Count)).Order());
    }

    [Fact]
    public async Task What_became_of_a_query_is_kept()
    {
        await using var log = Log();
        foreach (var outcome in Enum.GetValues<QueryOutcome>()) log.Add(Query((int)outcome, 1) with { Outcome = outcome });
        await log.FlushAsync(default);

        Assert.Equal([QueryOutcome.Failed, QueryOutcome.GivenUp, QueryOutcome.TimedOut, QueryOutcome.Answered], (await log.LatestAsync(10, default)).Select(one => one.Outcome));
    }

    /// <summary>Storage that takes nothing until it may.</summary>
    private static FaultyTransport Slow(ManualResetEventSlim hold) => new(request =>
    {
        if (request.Method != RequestMethod.Get) Assert.True(hold.Wait(TimeSpan.FromMinutes(1)), "nobody lets it go on");
        return Fault.None;
    });

    private static int CountOf(QueryLog log) => log.LatestAsync(10_000, default).GetAwaiter().GetResult().Count;

    private QueryLog Log(FaultyTransport transport) => new(TableLimitsTests.StorageOf(azurite, transport), _time, NullLogger<QueryLog>.Instance, _table);

    private LoggedQuery Query(int secondsAgo, double expectedMs) =>
        new(_time.GetUtcNow().AddSeconds(-secondsAgo), "shape", QueryPlan.Parse("tasks/all/8") ?? throw new InvalidOperationException(), new PlanEstimate(1, 1, 1, 1), expectedMs, 5, 1, 1, 1, 1, 1);

    private QueryLog Log() => new(StorageAccount.FromSettings(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build()), _time, NullLogger<QueryLog>.Instance, _table);
}
