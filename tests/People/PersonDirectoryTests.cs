using System.Text;
using Azure;
using Azure.Core;
using Microsoft.Extensions.Configuration;
using ShitOps.People;
using ShitOps.Storage;

namespace ShitOps.Tests.People;

[Collection(nameof(BrokerCollection))]
public class PersonDirectoryTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_name_that_storage_did_not_take_is_still_to_be_stored()
    {
        var name = Some.Name("Ada");
        var refuses = true;
        using var people = Directory(new FaultyTransport(request => refuses && request.Method == RequestMethod.Post && request.Uri.Path.EndsWith("$batch", StringComparison.Ordinal) ? Fault.Conflict : Fault.None));
        var id = people.IdOf(name);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => people.StoreNewAsync(default));
        Assert.Equal("the table people refuses a name as conflicting, though there is none", refused.Message);
        Assert.Null(await people.NameAsync(id, default));

        refuses = false;
        await people.StoreNewAsync(default);
        Assert.Equal(name, await people.NameAsync(id, default));
    }

    private PersonDirectory Directory(FaultyTransport transport) => new(Encoding.UTF8.GetBytes(Some.TenantKey), StorageAccount.FromSettings(
        new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build(), transport));
}
