using System.Text;
using Azure.Core;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using ShitOps.People;
using ShitOps.Storage;

namespace ShitOps.Tests.People;

[Collection(nameof(BrokerCollection))]
public sealed class PersonNamesTests : IDisposable
{
    private readonly AzuriteFixture _azurite;
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _read = [];
    private readonly PersonDirectory _people;
    private readonly PersonNames _names;

    public PersonNamesTests(AzuriteFixture azurite)
    {
        _azurite = azurite;
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build();
        var transport = new FaultyTransport(_ => Fault.None, Note);
        _people = new PersonDirectory(Encoding.UTF8.GetBytes(Some.TenantKey), StorageAccount.FromSettings(settings, transport));
        _names = new PersonNames(_people, _time);
    }

    [Fact]
    public async Task Only_the_entries_asked_for_are_read_each_once_in_five_seconds()
    {
        var (ann, bob) = (await StoredAsync("Ann"), await StoredAsync("Bob"));
        await StoredAsync("Eve");

        var both = await _names.OfAsync([ann.Id, bob.Id, ann.Id, null, "nobody's"], default);
        await _names.OfAsync([bob.Id, "nobody's"], default);

        Assert.Equal(new Dictionary<string, string> { [ann.Id] = ann.Name, [bob.Id] = bob.Name }, both);
        Assert.Equal(new[] { ann.Id, bob.Id, "nobody''s" }.Select(id => $"(PartitionKey='people',RowKey='{id}')").Order(), _read.Order());

        _time.Advance(PersonNames.Fresh);
        await _names.OfAsync([bob.Id], default);
        Assert.Equal(4, _read.Count);
    }

    [Fact]
    public async Task A_name_has_its_id_until_it_is_erased_and_asking_does_not_store_it()
    {
        var (ann, unknown) = (await StoredAsync("Ann"), Some.Name("Unknown"));

        Assert.Equal([ann.Id], await _names.IdsAsync([ann.Name, unknown, ann.Id], default));
        await new TableClient(_azurite.ConnectionString, "people").DeleteEntityAsync("people", ann.Id);
        _time.Advance(PersonNames.Fresh);

        Assert.Empty(await _names.IdsAsync([ann.Name, unknown], default));
        Assert.Empty(await _names.OfAsync([ann.Id], default));
        await _people.StoreNewAsync(default);
        Assert.Null(await _people.NameAsync(_people.IdAskedFor(unknown), default));
        Assert.Null(await _people.NameAsync(ann.Id, default));
    }

    public void Dispose() => _people.Dispose();

    private void Note(Request request)
    {
        // Which people are stored is a listing; here it is about the entries.
        var path = Uri.UnescapeDataString(request.Uri.Path);
        if (request.Method != RequestMethod.Get || !path.Contains("PartitionKey", StringComparison.Ordinal)) return;
        lock (_read) _read.Add(path[(path.LastIndexOf("people", path.IndexOf('(', StringComparison.Ordinal), StringComparison.Ordinal) + "people".Length)..]);
    }

    private async Task<(string Id, string Name)> StoredAsync(string prefix)
    {
        var name = Some.Name(prefix);
        var id = _people.IdOf(name);
        await _people.StoreNewAsync(default);
        return (id, name);
    }
}
