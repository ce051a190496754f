using Microsoft.Azure.Functions.Worker;
using ShitOps.Local.Worker;

namespace ShitOps.Tests.Worker;

/// <summary>When the batch that is being filled is full, whatever was taken or dropped of it before.</summary>
public sealed class FillingBatchTests
{
    private readonly FillingBatch _batch = new(mostRecords: 3);

    [Fact]
    public void So_many_records_fill_it()
    {
        _batch.Add(Record(0, 0));
        _batch.Add(Record(0, 1));
        Assert.False(_batch.IsFull);
        _batch.Add(Record(1, 0));
        Assert.True(_batch.IsFull);

        Assert.Equal([(0, 0), (0, 1), (1, 0)], _batch.Take().Select(record => (record.Partition, record.Offset)));
        Assert.True(_batch.IsEmpty);
        Assert.False(_batch.IsFull);
    }

    [Theory]
    [InlineData("taken")]
    [InlineData("cleared")]
    [InlineData("lost")]
    public void What_is_gone_counts_no_bytes(string how)
    {
        const int Half = (int)(FillingBatch.FullBytes / 2);
        _batch.Add(Record(0, 0, Half));
        if (how == "taken") _batch.Take();
        else if (how == "cleared") _batch.Clear();
        else _batch.Remove(new HashSet<int> { 0 });

        _batch.Add(Record(1, 0, Half));
        Assert.False(_batch.IsFull);
        _batch.Add(Record(1, 1, Half));
        Assert.True(_batch.IsFull);
    }

    private static KafkaRecord Record(int partition, long offset, int bytes = 0) => new() { Topic = "t", Partition = partition, Offset = offset, Value = new byte[bytes] };
}
