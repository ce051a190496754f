using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Local.Worker;

/// <summary>Records that the function gets in one call, of one or several partitions, in offset order within each.</summary>
/// <param name="Records">What the function gets.</param>
/// <param name="Ends">Per partition, where consumption goes on once the function is done with the batch.</param>
internal sealed record KafkaBatch(KafkaRecord[] Records, IReadOnlyList<PartitionEnd> Ends)
{
    /// <param name="records">In the order they were consumed.</param>
    /// <param name="assignments">The assignments that they were consumed under.</param>
    public static KafkaBatch Of(KafkaRecord[] records, PartitionAssignments assignments)
    {
        var ends = new Dictionary<int, long>();
        foreach (var record in records)
        {
            ends[record.Partition] = record.Offset + 1;
        }

        var topic = records[0].Topic;
        return new KafkaBatch(records, [.. ends.Select(end => assignments.End(new TopicPartition(topic, end.Key), end.Value))]);
    }

    /// <summary>The batch without the records of the partitions that were lost since: whoever has them now gets these records again.</summary>
    public KafkaBatch Keep(IReadOnlyList<PartitionEnd> current)
    {
        if (current.Count == Ends.Count)
        {
            return this;
        }

        var partitions = current.Select(end => end.Partition.Partition.Value).ToHashSet();
        return new KafkaBatch([.. Records.Where(record => partitions.Contains(record.Partition))], current);
    }
}

/// <summary>Where consumption of a partition goes on, if it is still held under the assignment of that number.</summary>
internal readonly record struct PartitionEnd(TopicPartition Partition, long NextOffset, int Assignment);
