using ShitOps.Events;
using ShitOps.PromQL;
using ShitOps.PromQL.Parsing;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Datasource;

/// <summary>Runs alone: what other tests allocate meanwhile would count.</summary>
[CollectionDefinition(nameof(SeriesMemoryCollection), DisableParallelization = true)]
public class SeriesMemoryCollection : ICollectionFixture<BrokerFixture>;

/// <summary>What series take of memory.</summary>
[Collection(nameof(SeriesMemoryCollection))]
public sealed class SeriesMemoryTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    [Fact]
    public async Task Series_that_begin_in_the_year_1_are_refused_before_they_are_made()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        app.Time.Advance(TimeSpan.FromMinutes(17));
        await app.StateAsync([Some.Event("zero", "ZERO", new TaskCreated("T-1", new TaskFields { Status = new Status("To Do", StatusCategory.Todo) })) with { Time = DateTimeOffset.MinValue }]);
        var all = new SeriesSelector(Parser.ParseSelector("shitops_tasks{project=\"ZERO\"}").Matchers, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), app.Time.GetUtcNow().ToUnixTimeMilliseconds());

        // A series has 17.7 million hours, of 16 bytes each.
        var before = GC.GetTotalAllocatedBytes();
        Assert.Equal(QueryErrorKind.TooManySamples, (await Assert.ThrowsAsync<QueryException>(() => app.Series.SelectAsync(all with { MostSamples = 10_000_000 }, default).AsTask())).Kind);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100_000_000);

        var one = Assert.Single(await app.Series.SelectAsync(all with { FromMs = all.ToMs - 7_200_000, MostSamples = 3, Matchers = Parser.ParseSelector("shitops_tasks{project=\"ZERO\",category=\"todo\"}").Matchers }, default));
        Assert.Equal([1.0, 1.0, 1.0], one.Values.ToArray());
    }
}
