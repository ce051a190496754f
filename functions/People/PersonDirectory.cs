using System.Collections.Concurrent;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using ShitOps.Storage;

namespace ShitOps.People;

/// <summary>
/// Turns names into person ids, and keeps the one table that maps them back: <c>people</c>, RowKey = person id, <c>Name</c>. A person is
/// erased by deleting the entry. Whoever stores an id calls <see cref="StoreNewAsync"/> before, so that no id is ever stored without its name.
/// </summary>
public sealed class PersonDirectory(byte[] tenantKey, StorageAccount account) : IDisposable
{
    private const string PartitionKey = "people";
    private const int ShortestKey = 32;
    private const int MostKnown = 200_000;

    private readonly AccountTable _table = account.Table("people");
    private readonly ConcurrentDictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _namesToStore = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _storing = new(1);

    /// <summary>Reads the setting <c>TenantKey</c>.</summary>
    /// <exception cref="SettingException">It is missing or too short.</exception>
    public static PersonDirectory FromSettings(IConfiguration settings, StorageAccount account)
    {
        if (settings["TenantKey"] is not { Length: > 0 } text)
            throw new SettingException("the setting TenantKey is missing: a secret of at least 32 characters, such as `openssl rand -base64 32` prints; it must never change");
        return text.Length >= ShortestKey
            ? new PersonDirectory(Encoding.UTF8.GetBytes(text), account)
            : throw new SettingException($"the setting TenantKey has {text.Length} characters; expected at least {ShortestKey}");
    }

    /// <summary>The person id of a name. Safe for concurrent use.</summary>
    public string IdOf(string name)
    {
        if (_ids.TryGetValue(name, out var id)) return id;
        id = PersonId.Of(tenantKey, name);

        // First to be stored, then known: whoever finds it known must be able to rely on StoreNewAsync.
        _namesToStore[id] = name;
        if (_ids.Count >= MostKnown) _ids.Clear();
        _ids[name] = id;
        return id;
    }

    /// <summary>Stores the names of all ids given out that are not known to be stored.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task StoreNewAsync(CancellationToken cancellationToken)
    {
        if (_namesToStore.IsEmpty) return;
        await _storing.WaitAsync(cancellationToken);
        try
        {
            foreach (var some in _namesToStore.Chunk(AccountTable.MostActions))
            {
                _ = await _table.SubmitAsync([.. some.Select(one => new TableTransactionAction(
                    TableTransactionActionType.UpsertReplace, new TableEntity(PartitionKey, one.Key) { ["Name"] = one.Value }))], cancellationToken)
                    ?? throw new RequestFailedException(412, $"the table people refuses {some.Length} names as conflicting, though they may replace any");
                foreach (var (id, _) in some) _namesToStore.TryRemove(id, out _);
            }
        }
        finally
        {
            _storing.Release();
        }
    }

    /// <summary>The person id of a name that somebody only asks for: it is not kept, so that asking stores no name.</summary>
    public string IdAskedFor(string name) => PersonId.Of(tenantKey, name);

    /// <summary>The name of a person; null: it was erased, or never known.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<string?> NameAsync(string id, CancellationToken cancellationToken) => (await _table.GetAsync(PartitionKey, id, cancellationToken))?.GetString("Name");

    public void Dispose() => _storing.Dispose();
}
