using Confluent.Kafka;

namespace ShitOps.Local.Worker;

/// <summary>
/// The partitions that a consumer holds. Each assignment has a number, so that work begun under one that was lost meanwhile
/// is told from work of the present one, even when the same partition came back.
/// </summary>
internal sealed class PartitionAssignments
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TopicPartition, int> _held = [];
    private int _last;

    public void Add(IEnumerable<TopicPartition> partitions)
    {
        lock (_lock)
        {
            foreach (var partition in partitions)
            {
                _held[partition] = ++_last;
            }
        }
    }

    public void Remove(IEnumerable<TopicPartition> partitions)
    {
        lock (_lock)
        {
            foreach (var partition in partitions)
            {
                _held.Remove(partition);
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _held.Clear();
        }
    }

    public PartitionEnd End(TopicPartition partition, long nextOffset)
    {
        lock (_lock)
        {
            return new PartitionEnd(partition, nextOffset, _held.GetValueOrDefault(partition));
        }
    }

    /// <summary>Those whose partition is held as it was.</summary>
    public IReadOnlyList<PartitionEnd> Current(IReadOnlyList<PartitionEnd> ends)
    {
        lock (_lock)
        {
            return ends.All(IsCurrent) ? ends : [.. ends.Where(IsCurrent)];
        }
    }

    /// <summary>Runs <paramref name="store"/> for each of <paramref name="ends"/> that is current, while none can be lost.</summary>
    public void Store(IReadOnlyList<PartitionEnd> ends, Action<TopicPartitionOffset> store)
    {
        lock (_lock)
        {
            foreach (var end in ends.Where(IsCurrent))
            {
                store(new TopicPartitionOffset(end.Partition, end.NextOffset));
            }
        }
    }

    private bool IsCurrent(PartitionEnd end) => _held.TryGetValue(end.Partition, out var assignment) && assignment == end.Assignment;
}
