using Azure.Core;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using ShitOps.Storage;

namespace ShitOps.Tests.Storage;

/// <summary>
/// Each limit of Azure Table storage from both sides: what is just within it passes, and what is one beyond is refused with words that name
/// it. The numbers are those of learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model (255 properties, 3 of
/// them the system's; 1 MiB; 64 KiB; keys of 1 KiB without / \ # ? and control characters) and …/performing-entity-group-transactions (100, 4 MiB).
/// </summary>
public class TableLimitsTests(AzuriteFixture azurite)
{
    [Fact]
    public void Of_a_binary_property_64_KiB()
    {
        AssertPasses(Row(("Bytes", new byte[65_536])));
        AssertRefused("entity 1: Bytes has 65537 bytes; a property may have 65536", Row(("Bytes", new byte[65_537])));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('界')]
    public void Of_a_text_property_64_KiB_as_UTF_16(char letter)
    {
        AssertPasses(Row(("Text", new string(letter, 32_768))));
        AssertRefused("entity 1: Text has 65538 bytes; a property may have 65536", Row(("Text", new string(letter, 32_769))));
    }

    [Fact]
    public void Of_an_entity_252_properties_beside_those_of_the_system()
    {
        AssertPasses(WithTimestamp(Numbered(252)));
        AssertRefused("entity 1: 253 properties; an entity may have 252", WithTimestamp(Numbered(253)));
        AssertPasses(Row([.. Numbered(252).Where(property => property.Key.StartsWith('N')).Select(property => (property.Key, property.Value)), ("Null", null!)]));

        static TableEntity Numbered(int count) => Row([.. Enumerable.Range(0, count).Select(i => ($"N{i}", (object)i))]);

        static TableEntity WithTimestamp(TableEntity row)
        {
            (row.Timestamp, row.ETag) = (Some.Time, new Azure.ETag("W/\"1\""));
            return row;
        }
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(1, 4)]
    [InlineData(1L, 8)]
    [InlineData(1.5, 8)]
    [InlineData("four", 12)]
    public void Of_an_entity_1_MiB_with_its_keys_and_names_and_what_each_type_takes(object value, int size)
    {
        // 4 bytes, 4 of the two keys, 8 and the name of each property: 16 large ones and the value's, of which each has a name of one letter.
        var left = (1 << 20) - 4 - 4 - (17 * 10) - size;
        AssertPasses(Filled(left));
        AssertRefused("entity 1: 1048577 bytes; an entity may have 1048576", Filled(left + 1));

        // A binary value takes 4 bytes more than it has.
        TableEntity Filled(int bytes) =>
            Row([("V", value), .. Enumerable.Range(0, 16).Select(i => ($"{(char)('A' + i)}", (object)new byte[(bytes / 16) - 4 + (i < bytes % 16 ? 1 : 0)]))]);
    }

    [Fact]
    public void Of_an_entity_the_types_that_a_table_has()
    {
        AssertPasses(Row(("Time", Some.Time), ("Date", Some.Time.UtcDateTime), ("Id", Guid.Empty)));
        Assert.Equal(4 + 4 + (8 + 8 + 8) + (8 + 8 + 8) + (8 + 4 + 16), TableLimits.SizeOf(Row(("Time", Some.Time), ("Date", Some.Time.UtcDateTime), ("Id", Guid.Empty))));
        Assert.Equal("a property cannot be a Decimal (Parameter 'value')", Assert.Throws<ArgumentException>(() => TableLimits.SizeOf(Row(("Amount", 1.5m)))).Message);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('界')]
    public void Of_a_key_1_KiB_as_UTF_16(char letter)
    {
        var (within, beyond) = (new string(letter, 512), new string(letter, 513));
        AssertPasses(new TableEntity(within, within));
        AssertRefused("entity 1: a key of 1026 bytes; 1024 are allowed", new TableEntity(beyond, "r"));
        AssertRefused("entity 1: a key of 1026 bytes; 1024 are allowed", new TableEntity("p", beyond));
    }

    [Theory]
    [InlineData('/')]
    [InlineData('\\')]
    [InlineData('#')]
    [InlineData('?')]
    [InlineData('\0')]
    [InlineData('\t')]
    [InlineData('\n')]
    [InlineData('\u001f')]
    [InlineData('\u007f')]
    [InlineData('\u0085')]
    [InlineData('\u009f')]
    public void Of_a_key_no_character_that_is_forbidden(char forbidden)
    {
        AssertRefused("entity 1: a key must not have / \\ # ? or control characters", new TableEntity($"a{forbidden}", "r"));
        AssertRefused("entity 1: a key must not have / \\ # ? or control characters", new TableEntity("p", $"{forbidden}a"));
    }

    [Fact]
    public void Of_a_key_every_other_character() => AssertPasses(new TableEntity("", " !\"$%&'()*+,-.0:;<=>@A[]^_`a{|}~\u00a0é界😀"));

    [Fact]
    public void Of_a_transaction_one_PartitionKey()
    {
        AssertPasses(new TableEntity("p", "1"), new TableEntity("p", "2"));
        AssertRefused("entity 2: a transaction is of one PartitionKey", new TableEntity("p", "1"), new TableEntity("q", "2"));
    }

    [Fact]
    public void Of_a_transaction_each_row_once()
    {
        AssertPasses(new TableEntity("p", "a"), new TableEntity("p", "A"));
        AssertRefused("entity 3: an entity may be changed once in a transaction", new TableEntity("p", "a"), new TableEntity("p", "b"), new TableEntity("p", "a"));
    }

    [Fact]
    public void Of_a_transaction_1_to_100_entities()
    {
        AssertPasses(Numbered(100));
        AssertRefused("101 entities in a transaction; 1 to 100 are allowed", Numbered(101));
        AssertRefused("0 entities in a transaction; 1 to 100 are allowed");

        static TableEntity[] Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => new TableEntity("p", $"{i}"))];
    }

    [Fact]
    public void Of_a_transaction_4_MiB()
    {
        // Bytes travel in base64, 3 as 4 letters. The reckoning leaves room for addresses and headers, so the limit is found, not stated.
        var most = 3 * Enumerable.Range(0, 65_536 / 3).Last(triples => TableLimits.Fits(Upserts(Large(triples * 3))));
        AssertPasses(Large(most));
        var fault = Assert.Throws<ArgumentException>(() => TableLimits.Require(Upserts(Large(most + 3))));
        Assert.Matches(@"^Azure Table storage would refuse this: a transaction of about 419430[5-8] bytes; 4194304 are allowed\.", fault.Message);

        static TableEntity[] Large(int last) => [.. Enumerable.Range(0, 20).Select(row => new TableEntity("p", $"{row}")
        {
            ["A"] = new byte[52_000], ["B"] = new byte[52_000], ["C"] = new byte[row == 0 ? last : 52_000],
        })];
    }

    [Theory]
    [InlineData('x', 0)]
    [InlineData('x', 30_000)]
    [InlineData('"', 30_000)]
    [InlineData('<', 30_000)]
    [InlineData('é', 30_000)]
    [InlineData('界', 30_000)]
    public async Task A_transaction_is_never_larger_on_its_way_than_it_was_taken_for(char letter, int length)
    {
        // Without a text, 100 rows just fit by the reckoning.
        TableEntity[] rows = [.. Enumerable.Range(0, 100).Select(i => new TableEntity("p", $"{new string('k', 410)}{i}")
        {
            ["Text"] = new string(letter, length), ["Bytes"] = new byte[30_090], ["Number"] = long.MaxValue, ["Time"] = Some.Time,
        })];
        var most = Enumerable.Range(1, 100).Last(count => TableLimits.Fits(Upserts(rows[..count])));
        var sent = 0L;
        var account = StorageOf(azurite, new FaultyTransport(request => Measure(request)));

        await account.Table(Some.Name("l").Replace("-", "", StringComparison.Ordinal)).SubmitAsync(Upserts(rows[..most]), default);

        Assert.InRange(sent, 1, AccountTable.MostTransactionBytes);
        Assert.Equal(length == 0 ? 100 : 18, most);

        Fault Measure(Request request)
        {
            if (request.Uri.Path.EndsWith("$batch", StringComparison.Ordinal) && request.Content!.TryComputeLength(out var length)) sent = length;
            return Fault.None;
        }
    }

    internal static StorageAccount StorageOf(AzuriteFixture azurite, FaultyTransport? transport = null) => StorageAccount.FromSettings(
        new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build(), transport);

    private static TableEntity Row(params (string Name, object Value)[] properties) => new(properties.ToDictionary(property => property.Name, property => property.Value)) { PartitionKey = "p", RowKey = "r" };

    private static TableTransactionAction[] Upserts(TableEntity[] rows) => [.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row))];

    private static void AssertPasses(params TableEntity[] rows)
    {
        TableLimits.Require(Upserts(rows));
        Assert.True(TableLimits.Fits(Upserts(rows)));
    }

    private static void AssertRefused(string why, params TableEntity[] rows)
    {
        Assert.False(TableLimits.Fits(Upserts(rows)));
        Assert.Equal($"Azure Table storage would refuse this: {why}. (Parameter 'actions')", Assert.Throws<ArgumentException>(() => TableLimits.Require(Upserts(rows))).Message);
    }
}
