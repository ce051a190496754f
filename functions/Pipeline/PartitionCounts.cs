using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using ShitOps.Storage;

namespace ShitOps.Pipeline;

/// <summary>The table <c>pipeline</c>: one <see cref="PartitionCount"/> a row, PartitionKey = stream, RowKey = topic and partition.</summary>
public sealed class PartitionCounts(StorageAccount account)
{
    private readonly TableClient _table = account.Tables.GetTableClient("pipeline");
    private bool _exists;

    /// <summary>The partition's row, or a new one at offset 0.</summary>
    public async Task<PartitionCount> LoadAsync(KafkaStream stream, string topic, int partition, CancellationToken cancellationToken)
    {
        await EnsureExistsAsync(cancellationToken);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(stream.Name, PartitionCount.RowKey(topic, partition), cancellationToken: cancellationToken);
        return found.HasValue ? PartitionCount.FromEntity(found.Value!) : new PartitionCount(stream.Name, topic, partition);
    }

    /// <summary>Every row of the stream, in the order of topic and partition.</summary>
    public async Task<IReadOnlyList<PartitionCount>> ListAsync(KafkaStream stream, CancellationToken cancellationToken)
    {
        await EnsureExistsAsync(cancellationToken);
        List<PartitionCount> rows = [];
        await foreach (var entity in _table.QueryAsync<TableEntity>(entity => entity.PartitionKey == stream.Name, cancellationToken: cancellationToken))
            rows.Add(PartitionCount.FromEntity(entity));
        return rows;
    }

    /// <summary>Writes the row unless another has changed it since it was loaded.</summary>
    /// <returns>
    /// False: load it again. That a write of our own whose answer was lost looks the same does no harm: the row loaded then has
    /// the checkpoint, and the batch adds nothing to it.
    /// </returns>
    public async Task<bool> TrySaveAsync(PartitionCount row, CancellationToken cancellationToken)
    {
        try
        {
            if (row.ETag == default) await _table.AddEntityAsync(row.ToEntity(), cancellationToken);
            else await _table.UpdateEntityAsync(row.ToEntity(), row.ETag, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status is 412 || conflict.ErrorCode == TableErrorCode.EntityAlreadyExists)
        {
            return false;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            _exists = false;
            throw;
        }
    }

    private async Task EnsureExistsAsync(CancellationToken cancellationToken)
    {
        if (_exists) return;
        await _table.CreateIfNotExistsAsync(cancellationToken);
        _exists = true;
    }
}
