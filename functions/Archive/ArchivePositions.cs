using System.Globalization;
using Azure.Data.Tables;
using ShitOps.Pipeline;
using ShitOps.Storage;

namespace ShitOps.Archive;

/// <summary>How far a partition has been archived, as it was last told: a report, and a hint of where to look for the tail.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Tail">The chain as it was then.</param>
/// <param name="LastProcessed">When that was.</param>
public sealed record ArchivePosition(string Topic, int Partition, ChainTail Tail, DateTimeOffset LastProcessed)
{
    internal const string Prefix = "archive:";

    internal static string RowKey(string topic, int partition) => $"{Prefix}{topic}:{partition:D5}";

    internal static ArchivePosition FromEntity(TableEntity entity)
    {
        var key = entity.RowKey;
        return new ArchivePosition(
            key[Prefix.Length..^6],
            int.Parse(key.AsSpan(key.Length - 5), CultureInfo.InvariantCulture),
            new ChainTail(entity.GetInt64("LastSegment"), Number("Checkpoint"), Number("Segments"), Number("Events"), Number("Undecodable"), Number("Missing"), Number("Bytes"), entity.GetString("TopicId"), entity.GetInt64("LastRecord")),
            entity.GetDateTimeOffset("LastProcessed") ?? default);

        long Number(string name) => entity.GetInt64(name) ?? 0;
    }

    internal TableEntity ToEntity(string stream) => new(stream, RowKey(Topic, Partition))
    {
        ["Checkpoint"] = Tail.End,
        ["LastSegment"] = Tail.LastSegment,
        ["LastProcessed"] = LastProcessed,
        ["Events"] = Tail.Events,
        ["Undecodable"] = Tail.Undecodable,
        ["Missing"] = Tail.Missing,
        ["Bytes"] = Tail.Bytes,
        ["Segments"] = Tail.Segments,
        ["TopicId"] = Tail.TopicId,
        ["LastRecord"] = Tail.LastRecord,
    };
}

/// <summary>Rows <c>archive:topic:partition</c> of the table <c>pipeline</c>, PartitionKey = stream. The chains are right without them.</summary>
public sealed class ArchivePositions(StorageAccount account, KafkaStream stream)
{
    private readonly AccountTable _table = account.Table("pipeline");

    /// <summary>What was last told of a partition; null: nothing.</summary>
    public async Task<ArchivePosition?> FindAsync(string topic, int partition, CancellationToken cancellationToken) =>
        await _table.GetAsync(stream.Name, ArchivePosition.RowKey(topic, partition), cancellationToken) is { } entity ? ArchivePosition.FromEntity(entity) : null;

    /// <summary>What was last told of every partition of the stream, in the order of topic and partition.</summary>
    public async Task<IReadOnlyList<ArchivePosition>> ListAsync(CancellationToken cancellationToken)
    {
        List<ArchivePosition> positions = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {stream.Name} and RowKey ge {ArchivePosition.Prefix} and RowKey lt {"archive;"}");
        await foreach (var entity in _table.QueryAsync(filter, cancellationToken)) positions.Add(ArchivePosition.FromEntity(entity));
        return positions;
    }

    /// <summary>The chains that anything was told of, whatever stream this is, and those that are known otherwise, each with what was told; null: nothing.</summary>
    /// <param name="known">Chains that are known otherwise: a row may have been deleted.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyDictionary<ArchiveChain, ArchivePosition?>> ChainsAsync(IEnumerable<ArchiveChain> known, CancellationToken cancellationToken)
    {
        var chains = known.ToDictionary(chain => chain, _ => (ArchivePosition?)null);
        var filter = TableClient.CreateQueryFilter($"RowKey ge {ArchivePosition.Prefix} and RowKey lt {"archive;"}");
        await foreach (var entity in _table.QueryAsync(filter, cancellationToken))
        {
            var position = ArchivePosition.FromEntity(entity);
            chains[new ArchiveChain(entity.PartitionKey, position.Topic, position.Partition)] = position;
        }

        return chains;
    }

    /// <summary>Tells how far partitions are, in one transaction for 100 of them.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task PutAsync(IReadOnlyCollection<ArchivePosition> positions, CancellationToken cancellationToken)
    {
        foreach (var some in positions.Chunk(AccountTable.MostActions))
            await _table.SubmitAsync([.. some.Select(one => new TableTransactionAction(TableTransactionActionType.UpsertReplace, one.ToEntity(stream.Name)))], cancellationToken);
    }
}
