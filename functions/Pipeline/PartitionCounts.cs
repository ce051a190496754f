using Azure.Data.Tables;
using ShitOps.Storage;

namespace ShitOps.Pipeline;

/// <summary>
/// The table <c>pipeline</c>: one <see cref="PartitionCount"/> a row, PartitionKey = stream, RowKey = <c>aggregates8:TOPIC:00000</c>, by the
/// name of the table of aggregates. Rows of another such table are passed over: that it has taken something in says nothing of this one.
/// Other consumers have rows of their own.
/// </summary>
public sealed class PartitionCounts(StorageAccount account)
{
    private readonly AccountTable _table = account.Table("pipeline");

    /// <summary>The row of a partition of a table of aggregates, or a new one at offset 0.</summary>
    public async Task<PartitionCount> LoadAsync(string aggregates, KafkaStream stream, string topic, int partition, CancellationToken cancellationToken) =>
        await _table.GetAsync(stream.Name, PartitionCount.RowKey(aggregates, topic, partition), cancellationToken) is { } row
            ? PartitionCount.FromEntity(row)
            : new PartitionCount(aggregates, stream.Name, topic, partition);

    /// <summary>Every row of a table of aggregates and a stream, in the order of topic and partition.</summary>
    public async Task<IReadOnlyList<PartitionCount>> ListAsync(string aggregates, KafkaStream stream, CancellationToken cancellationToken)
    {
        List<PartitionCount> rows = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {stream.Name} and RowKey ge {aggregates + ":"} and RowKey lt {aggregates + ";"}");
        await foreach (var entity in _table.QueryAsync(filter, cancellationToken)) rows.Add(PartitionCount.FromEntity(entity));
        return rows;
    }

    /// <summary>Deletes the rows of a table of aggregates, of all streams.</summary>
    public async Task DeleteAsync(string aggregates, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"RowKey ge {aggregates + ":"} and RowKey lt {aggregates + ";"}");
        await foreach (var entity in _table.QueryAsync(filter, cancellationToken)) await _table.DeleteAsync(entity.PartitionKey, entity.RowKey, cancellationToken);
    }

    /// <summary>Writes rows of one stream, unless one of them was changed since it was loaded.</summary>
    /// <param name="rows">Rows of different partitions; they know their new versions afterwards.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>
    /// False: load them again. That a write of our own whose answer was lost looks the same does no harm: the rows loaded then have
    /// the checkpoints, and the batch adds nothing to them.
    /// </returns>
    public async Task<bool> TrySaveAsync(IReadOnlyCollection<PartitionCount> rows, CancellationToken cancellationToken)
    {
        foreach (var some in rows.Chunk(AccountTable.MostActions))
        {
            var etags = await _table.SubmitAsync([.. some.Select(row => row.ETag == default
                ? new TableTransactionAction(TableTransactionActionType.Add, row.ToEntity())
                : new TableTransactionAction(TableTransactionActionType.UpdateReplace, row.ToEntity(), row.ETag))], cancellationToken);
            if (etags is null) return false;
            for (var i = 0; i < some.Length; i++) some[i].ETag = etags[i];
        }

        return true;
    }
}
