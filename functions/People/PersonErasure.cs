using Azure;
using Azure.Data.Tables;
using ShitOps.Storage;

namespace ShitOps.People;

/// <summary>
/// Erases people: the one entry that links a person id to a name loses the name, and with it the link is gone everywhere. What was counted
/// stays, under the id. docs/governance.md says what else may hold names.
/// </summary>
public sealed class PersonErasure(StorageAccount account, TimeProvider time)
{
    private readonly AccountTable _table = account.Table(PeopleTable.Name);

    /// <summary>Erases somebody; to erase them again changes nothing.</summary>
    /// <param name="nameOrId">The name, letter by letter as events state it, or the person id.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Who was erased; null: nobody has that name or id. The name of somebody who was erased before is nobody's.</returns>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<ErasedPerson?> EraseAsync(string nameOrId, CancellationToken cancellationToken)
    {
        if (await FindAsync(nameOrId, cancellationToken) is not { } entity) return null;
        var erased = PeopleTable.ErasedAt(entity) ?? time.GetUtcNow();

        // Whatever stands there: entries are only ever added and erased, so this never takes away what another has put there.
        _ = await _table.SubmitAsync([new TableTransactionAction(TableTransactionActionType.UpsertReplace, PeopleTable.Erased(entity.RowKey, erased))], cancellationToken)
            ?? throw new RequestFailedException(412, $"the table {PeopleTable.Name} refuses the entry of {entity.RowKey} as conflicting, though it may replace any");
        return new ErasedPerson(entity.RowKey, erased);
    }

    private async Task<TableEntity?> FindAsync(string nameOrId, CancellationToken cancellationToken)
    {
        if (PersonId.IsOne(nameOrId) && await _table.GetAsync(PeopleTable.PartitionKey, nameOrId, cancellationToken) is { } byId) return byId;

        // By the name itself, so that whoever erases needs not the key that ids are made with. It reads the whole table, which is a small one.
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {PeopleTable.PartitionKey} and Name eq {nameOrId}");
        await foreach (var entity in _table.QueryAsync(filter, cancellationToken)) return entity;
        return null;
    }
}

/// <summary>Somebody who has no name here any more.</summary>
/// <param name="PersonId">The id that stands for them from now on.</param>
/// <param name="Erased">When they were erased, which may be long ago.</param>
public sealed record ErasedPerson(string PersonId, DateTimeOffset Erased);
