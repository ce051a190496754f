using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Local.Worker;

namespace ShitOps.Tests.Worker;

/// <summary>Which work is of the present assignment, and what becomes of the rest.</summary>
public sealed class PartitionAssignmentsTests
{
    private static readonly TopicPartition Kept = new("t", 0);
    private static readonly TopicPartition Moved = new("t", 1);

    private readonly PartitionAssignments _assignments = new();

    public PartitionAssignmentsTests() => _assignments.Add([Kept, Moved]);

    [Fact]
    public void What_is_held_is_current_and_stored()
    {
        var batch = Batch();
        Assert.Same(batch, batch.Keep(_assignments.Current(batch.Ends)));
        Assert.Equal([new(Kept, 11), new(Moved, 21)], Stored(batch));
    }

    [Fact]
    public void What_is_lost_is_dropped_and_not_stored()
    {
        var batch = Batch();
        _assignments.Remove([Moved]);
        RequireKept(batch);
    }

    [Fact]
    public void What_was_lost_and_came_back_is_dropped_and_not_stored()
    {
        var batch = Batch();
        _assignments.Remove([Moved]);
        _assignments.Add([Moved]);
        RequireKept(batch);
        Assert.Equal([new(Kept, 11), new(Moved, 21)], Stored(Batch()));
    }

    [Fact]
    public void What_is_assigned_anew_without_having_been_lost_is_dropped_and_not_stored()
    {
        var batch = Batch();
        _assignments.Add([Moved]);
        RequireKept(batch);
    }

    [Fact]
    public void With_a_new_consumer_nothing_is_current()
    {
        var batch = Batch();
        _assignments.Clear();
        _assignments.Add([Kept, Moved]);
        Assert.Empty(batch.Keep(_assignments.Current(batch.Ends)).Records);
        Assert.Empty(Stored(batch));
    }

    [Fact]
    public void What_was_consumed_before_its_assignment_was_known_is_not_stored() =>
        Assert.Empty(Stored(KafkaBatch.Of([Record(2, 5)], _assignments)));

    private static KafkaRecord Record(int partition, long offset) => new() { Topic = "t", Partition = partition, Offset = offset };

    private KafkaBatch Batch() => KafkaBatch.Of([Record(0, 9), Record(1, 20), Record(0, 10)], _assignments);

    private void RequireKept(KafkaBatch batch)
    {
        var kept = batch.Keep(_assignments.Current(batch.Ends));
        Assert.Equal([(0, 9L), (0, 10L)], kept.Records.Select(record => (record.Partition, record.Offset)));
        Assert.Equal(Kept, Assert.Single(kept.Ends).Partition);
        Assert.Equal([new(Kept, 11)], Stored(batch));
    }

    private List<TopicPartitionOffset> Stored(KafkaBatch batch)
    {
        var stored = new List<TopicPartitionOffset>();
        _assignments.Store(batch.Ends, stored.Add);
        return stored;
    }
}
