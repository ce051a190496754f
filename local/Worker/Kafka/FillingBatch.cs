using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Local.Worker;

/// <summary>The batch that is being filled: the records polled since the last one was handed over, and their bytes.</summary>
/// <param name="mostRecords">So many make it full.</param>
internal sealed class FillingBatch(int mostRecords)
{
    /// <summary>
    /// So many bytes make it full, however few its records are: with the batches that wait behind it, it has to fit into memory. The extension
    /// knows no such bound.
    /// </summary>
    public const long FullBytes = 16 << 20;

    private readonly List<KafkaRecord> _records = new(Math.Min(mostRecords, 10_000));
    private long _bytes;

    public bool IsEmpty => _records.Count == 0;

    public bool IsFull => _records.Count >= mostRecords || _bytes >= FullBytes;

    public void Add(KafkaRecord record)
    {
        _records.Add(record);
        _bytes += BytesOf(record);
    }

    /// <summary>Drops the records of partitions that are lost.</summary>
    public void Remove(IReadOnlySet<int> partitions)
    {
        _records.RemoveAll(record => partitions.Contains(record.Partition));
        _bytes = _records.Sum(BytesOf);
    }

    public void Clear()
    {
        _records.Clear();
        _bytes = 0;
    }

    /// <returns>What it held, in the order it was polled; it is empty afterwards.</returns>
    public KafkaRecord[] Take()
    {
        KafkaRecord[] taken = [.. _records];
        Clear();
        return taken;
    }

    private static long BytesOf(KafkaRecord record) => (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
}
