using Microsoft.Extensions.Configuration;
using ShitOps.Storage;

namespace ShitOps.Tests.Storage;

/// <summary>Which accounts the settings name.</summary>
public sealed class StorageAccountTests
{
    [Fact]
    public void The_product_has_the_account_of_the_host_unless_it_has_its_own()
    {
        Assert.Equal(("host", "host"), Names(("AzureWebJobsStorage:accountName", "host"), ("DataStorage", "")));
        Assert.Equal(("data", "data"), Names(("AzureWebJobsStorage:accountName", "host"), ("DataStorage:accountName", "data"), ("DataStorage:clientId", "1")));
        Assert.Equal(("devstoreaccount1", "devstoreaccount1"), Names(("AzureWebJobsStorage:accountName", "host"), ("DataStorage", "UseDevelopmentStorage=true")));
    }

    [Fact]
    public void Aggregates_are_with_the_rest_unless_accounts_are_named()
    {
        Assert.Equal(["data"], Aggregates(("DataStorage:accountName", "data")));
        Assert.Equal(["one", "devstoreaccount1", "two"], Aggregates(("DataStorage:accountName", "data"), ("AggregateStorage", "one, UseDevelopmentStorage=true, two")));
    }

    [Fact]
    public void A_missing_account_is_named_by_its_setting()
    {
        var none = Assert.Throws<SettingException>(() => Account());
        Assert.Equal("the setting AzureWebJobsStorage is missing: a connection string, or AzureWebJobsStorage__accountName for access by identity", none.Message);
        var half = Assert.Throws<SettingException>(() => Account(("DataStorage:clientId", "1"), ("AzureWebJobsStorage", "UseDevelopmentStorage=true")));
        Assert.Equal("the setting DataStorage is missing: a connection string, or DataStorage__accountName for access by identity", half.Message);
    }

    private static (string Blobs, string Tables) Names(params (string Name, string Value)[] settings) => Account(settings) is var account ? (account.Blobs.AccountName, account.Tables.AccountName) : default;

    private static IEnumerable<string> Aggregates(params (string Name, string Value)[] settings) => Account(settings).Aggregates.Select(one => one.AccountName);

    private static StorageAccount Account(params (string Name, string Value)[] settings) => StorageAccount.FromSettings(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Name, (string?)one.Value))).Build());
}
