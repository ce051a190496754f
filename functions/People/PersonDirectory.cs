using System.Collections.Concurrent;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using ShitOps.Storage;

namespace ShitOps.People;

/// <summary>
/// Turns names into person ids, and keeps the one table that maps them back (<see cref="PeopleTable"/>). Whoever stores an id calls
/// <see cref="StoreNewAsync"/> before, so that no id is ever stored without its name, but of those people who were erased.
/// </summary>
public sealed class PersonDirectory(byte[] tenantKey, StorageAccount account) : IDisposable
{
    private const int ShortestKey = 32;
    private const int MostKnown = 200_000;

    private readonly AccountTable _table = account.Table(PeopleTable.Name);
    private readonly ConcurrentDictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _namesToStore = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _storing = new(1);
    private HashSet<string>? _stored;

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

    /// <summary>Stores the names of all ids given out that are not known to be stored; not those of people who were erased.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task StoreNewAsync(CancellationToken cancellationToken)
    {
        if (_namesToStore.IsEmpty) return;
        await _storing.WaitAsync(cancellationToken);
        try
        {
            _stored ??= await ReadIdsAsync(cancellationToken);
            foreach (var some in _namesToStore.Chunk(AccountTable.MostActions))
            {
                // Entries are added and never replaced: the entry of somebody who was erased keeps the name out, whoever else writes.
                var missing = some.Where(one => !_stored.Contains(one.Key)).ToArray();
                if (missing.Length > 0 && !await TryAddAsync(missing, cancellationToken))
                    foreach (var one in missing) await AddAsync(one, cancellationToken);
                foreach (var (id, _) in some)
                {
                    _stored.Add(id);
                    _namesToStore.TryRemove(id, out _);
                }
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
    public async Task<string?> NameAsync(string id, CancellationToken cancellationToken) => await _table.GetAsync(PeopleTable.PartitionKey, id, cancellationToken) is { } entity ? PeopleTable.NameOf(entity) : null;

    /// <summary>The names of all people who have not been erased, in no particular order.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyList<string>> AllNamesAsync(CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (var entity in _table.QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {PeopleTable.PartitionKey}"), cancellationToken))
            if (PeopleTable.NameOf(entity) is { } name) names.Add(name);
        return names;
    }

    public void Dispose() => _storing.Dispose();

    private async Task<HashSet<string>> ReadIdsAsync(CancellationToken cancellationToken)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        await foreach (var entity in _table.QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {PeopleTable.PartitionKey}"), cancellationToken)) ids.Add(entity.RowKey);
        return ids;
    }

    /// <summary>Adds entries; false: some of them are there.</summary>
    private async Task<bool> TryAddAsync(IEnumerable<KeyValuePair<string, string>> people, CancellationToken cancellationToken) =>
        await _table.SubmitAsync([.. people.Select(one => new TableTransactionAction(TableTransactionActionType.Add, PeopleTable.Named(one.Key, one.Value)))], cancellationToken) is not null;

    /// <summary>Adds an entry unless it is there: another process has stored it, or the person was erased.</summary>
    private async Task AddAsync(KeyValuePair<string, string> person, CancellationToken cancellationToken)
    {
        if (await TryAddAsync([person], cancellationToken) || await _table.GetAsync(PeopleTable.PartitionKey, person.Key, cancellationToken) is not null) return;
        throw new RequestFailedException(412, $"the table {PeopleTable.Name} refuses a name as conflicting, though there is none");
    }
}
