using Azure;
using Azure.Data.Tables;
using ShitOps.Storage;

namespace ShitOps.Tests.Storage;

/// <summary>Transactions, reads and the table's coming and going, on a real store.</summary>
public class AccountTableTests(AzuriteFixture azurite)
{
    private readonly string _name = Some.Name("t").Replace("-", "", StringComparison.Ordinal);

    [Fact]
    public async Task Reads_what_it_wrote_with_the_versions_that_it_was_told()
    {
        var table = Table();

        var etags = await table.SubmitAsync([Upsert("a", 1), Upsert("b", 2)], default);

        Assert.Equal([(await table.GetAsync("p", "a", default))!.ETag, (await table.GetAsync("p", "b", default))!.ETag], etags!);
        Assert.Equal(2, (await table.GetAsync("p", "b", default))!["Value"]);
    }

    [Fact]
    public async Task Has_nothing_where_nothing_was_written() => Assert.Null(await Table().GetAsync("p", "nowhere", default));

    [Fact]
    public async Task Says_that_another_made_changed_or_deleted_an_entity_and_changes_nothing()
    {
        var table = Table();
        var etag = (await table.SubmitAsync([Upsert("a", 1)], default))![0];

        Assert.Null(await table.SubmitAsync([Upsert("b", 1), new(TableTransactionActionType.Add, Row("a", 2))], default));
        Assert.NotNull(await table.SubmitAsync([new(TableTransactionActionType.UpdateReplace, Row("a", 3), etag)], default));
        Assert.Null(await table.SubmitAsync([Upsert("b", 1), new(TableTransactionActionType.UpdateReplace, Row("a", 4), etag)], default));
        Assert.Null(await table.SubmitAsync([Upsert("b", 1), new(TableTransactionActionType.UpdateReplace, Row("gone", 4), etag)], default));

        Assert.Equal(3, (await table.GetAsync("p", "a", default))!["Value"]);
        Assert.Null(await table.GetAsync("p", "b", default));
    }

    [Fact]
    public async Task Sends_nothing_that_Azure_would_refuse()
    {
        var sent = 0;
        var table = TableLimitsTests.StorageOf(azurite, new FaultyTransport(_ => Fault.None, _ => sent++)).Table(_name);

        await Assert.ThrowsAsync<ArgumentException>(() => table.SubmitAsync([Upsert("a", 1), Upsert("a", 2)], default));

        Assert.Equal(0, sent);
    }

    [Fact]
    public async Task Is_made_again_after_it_was_deleted()
    {
        var table = Table();
        await table.SubmitAsync([Upsert("a", 1)], default);
        await new TableServiceClient(azurite.ConnectionString).DeleteTableAsync(_name);

        var fault = await Assert.ThrowsAsync<TableTransactionFailedException>(() => table.SubmitAsync([Upsert("a", 2)], default));
        Assert.NotNull(await table.SubmitAsync([Upsert("a", 3)], default));

        Assert.Equal("TableNotFound", fault.ErrorCode);
        Assert.Equal(3, (await table.GetAsync("p", "a", default))!["Value"]);
    }

    [Fact]
    public async Task Throws_where_storage_refuses_for_another_reason()
    {
        var table = TableLimitsTests.StorageOf(azurite).Table("no-name-of-a-table");

        await Assert.ThrowsAsync<RequestFailedException>(() => table.SubmitAsync([Upsert("a", 1)], default));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1999)]
    public async Task Lists_beyond_one_page_in_order_and_each_entity_once(int? firstPage)
    {
        const int Rows = AccountTable.MostOfAPage + 30;
        var sent = 0;
        var table = TableLimitsTests.StorageOf(azurite, new FaultyTransport(_ => Fault.None, _ => sent++)).Table(_name);
        foreach (var some in Enumerable.Range(0, Rows).Chunk(AccountTable.MostActions)) await table.SubmitAsync([.. some.Select(i => Upsert($"{i:D5}", i))], default);
        sent = 0;

        List<string> keys = [];
        await foreach (var row in table.QueryAsync("PartitionKey eq 'p' and RowKey ge '00001'", default, firstPage))
        {
            keys.Add(row.RowKey);
            if (keys.Count == 1) Assert.Equal(1, sent);
        }

        Assert.Equal(Enumerable.Range(1, Rows - 1).Select(i => $"{i:D5}"), keys);
        Assert.Equal(firstPage < 30 ? 3 : 2, sent);
    }

    private AccountTable Table() => TableLimitsTests.StorageOf(azurite).Table(_name);

    private static TableEntity Row(string key, int value) => new("p", key) { ["Value"] = value };

    private static TableTransactionAction Upsert(string key, int value) => new(TableTransactionActionType.UpsertReplace, Row(key, value));
}
