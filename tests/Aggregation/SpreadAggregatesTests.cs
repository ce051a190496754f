using Azure.Data.Tables;
using ShitOps.Tests.Projects;
using ShitOps.Tests.Replay;

namespace ShitOps.Tests.Aggregation;

/// <summary>The aggregates over several storage accounts, slice by slice.</summary>
[Collection(nameof(BrokerCollection))]
public sealed class SpreadAggregatesTests(BrokerFixture kafka, AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly AzuriteFixture _other = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _other.DisposeAsync();

    [Fact]
    public async Task Slices_lie_in_the_accounts_in_turn_and_a_replay_takes_in_another_account()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka, slices: 5);
        stage.AggregateStorage = _other.ConnectionString;
        var (events, records) = AggregateReplayTests.Records(stage, seed: 21, projects: 9);
        var half = records.Count / 2;
        await AggregateReplayTests.FeedAsync(stage, stage.Aggregator(), records[..half], batch: 50);
        await AggregateReplayTests.ArchiveAsync(stage, records[..half], batch: 60);
        await stage.Replay().RunAsync(AggregateReplayTests.Options(stage), _ => { }, default);

        // An account more at the end changes nothing for the table that is there.
        stage.AggregateStorage = $"{_other.ConnectionString}, {azurite.ConnectionString}";
        Assert.Equal(($"{stage.TableName}5r1", 1), await LiveAsync(stage));
        await AggregateReplayTests.FeedAsync(stage, stage.Aggregator(), records, batch: 50);
        await stage.AssertHoldsAsync(events, ProjectEvents.Start.AddDays(60));
        await AggregateReplayTests.ArchiveAsync(stage, records, batch: 60);
        await stage.Replay().RunAsync(AggregateReplayTests.Options(stage), _ => { }, default);

        Assert.Equal(($"{stage.TableName}5x2r2", 2), await LiveAsync(stage));
        await stage.AssertHoldsAsync(events, ProjectEvents.Start.AddDays(60));
        Assert.Equal(["0000", "0002", "0004"], await SlicesAsync(_other, $"{stage.TableName}5x2r2"));
        Assert.Equal(["0001", "0003"], await SlicesAsync(azurite, $"{stage.TableName}5x2r2"));
        Assert.Equal([$"{stage.TableName}5", $"{stage.TableName}5r1"], await stage.Replay().CleanAsync(default));

        stage.AggregateStorage = _other.ConnectionString;
        var fault = await Assert.ThrowsAsync<SettingException>(() => stage.Live().ReadAsync(default));
        Assert.Equal("the live aggregates lie in 2 storage accounts, but AggregateStorage names 1", fault.Message);
    }

    private static async Task<(string Name, int Accounts)> LiveAsync(AggregationStage stage) => await stage.Live().ReadAsync(default) is var table ? (table.Name, table.AccountCount) : default;

    private static async Task<IEnumerable<string>> SlicesAsync(AzuriteFixture account, string table)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var row in new TableServiceClient(account.ConnectionString).GetTableClient(table).QueryAsync<TableEntity>()) found.Add(row.PartitionKey);
        return found;
    }
}
