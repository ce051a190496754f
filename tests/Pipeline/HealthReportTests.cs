using Microsoft.Azure.Functions.Worker;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Pipeline;

namespace ShitOps.Tests.Pipeline;

/// <summary>Lag and freshness from what is stored and where the log ends.</summary>
public class HealthReportTests
{
    [Theory]
    [InlineData(5L, 0L, 0.0)]
    [InlineData(7L, 2L, 90.5)]
    [InlineData(4L, 0L, 0.0)]
    [InlineData(null, null, null)]
    public void A_partition_is_behind_by_the_age_of_the_last_record_counted_unless_nothing_waits(long? end, long? lag, double? behind)
    {
        var now = Some.Time.AddSeconds(90.5);
        var partition = PartitionHealth.Of(3, Stored(Some.Time.ToUnixTimeMilliseconds()), archived: null, end, now);

        Assert.Equal((lag, behind), (partition.Lag, partition.BehindSeconds));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void How_far_it_is_behind_is_not_known_from_a_record_without_a_time(long timestamp)
    {
        Assert.Null(PartitionHealth.Of(3, Stored(timestamp), archived: null, end: 7, Some.Time).BehindSeconds);
    }

    [Fact]
    public void A_partition_that_was_seen_without_lag_is_not_behind_by_more_than_since_then()
    {
        // The last record was counted two hours ago, nothing waited a minute ago, and one has come since.
        var now = Some.Time.AddHours(2);
        var row = Stored(Some.Time.ToUnixTimeMilliseconds());

        Assert.Equal(7200, PartitionHealth.Of(3, row, archived: null, end: 6, now).BehindSeconds);
        Assert.Equal(60, PartitionHealth.Of(3, row, archived: null, end: 6, now, caughtUp: now.AddMinutes(-1)).BehindSeconds);
        Assert.Equal(7200, PartitionHealth.Of(3, row, archived: null, end: 6, now, caughtUp: Some.Time.AddHours(-1)).BehindSeconds);
    }

    [Fact]
    public void A_partition_that_nothing_is_counted_of_is_behind_since_it_was_first_seen_to_wait()
    {
        Assert.Equal((5L, 90.0), PartitionHealth.Of(3, row: null, archived: null, end: 5, Some.Time, caughtUp: Some.Time.AddSeconds(-90)) is var partition ? (partition.Lag, partition.BehindSeconds) : default);
    }

    [Fact]
    public void The_whole_is_behind_as_its_slowest_partition()
    {
        var rows = new[] { Stored(Some.Time.AddSeconds(-30).ToUnixTimeMilliseconds()) };
        var report = HealthReport.Of("s", "t", rows, [], new Dictionary<int, long> { [0] = 0, [3] = 9 }, topicId: null, [], Some.Time);

        Assert.Equal((4, 30.0), (report.Lag, report.BehindSeconds));
        Assert.Equal([0, 30.0], report.Partitions.Select(partition => partition.BehindSeconds));
    }

    [Fact]
    public void How_far_the_whole_is_behind_is_not_known_while_a_partition_waits_of_which_nothing_is_known()
    {
        var rows = new[] { Stored(Some.Time.AddSeconds(-30).ToUnixTimeMilliseconds()) };
        var report = HealthReport.Of("s", "t", rows, [], new Dictionary<int, long> { [0] = 0, [3] = 9, [4] = 2 }, topicId: null, [], Some.Time);

        Assert.Equal((6, null), (report.Lag, report.BehindSeconds));
        Assert.Equal([0, 30.0, null], report.Partitions.Select(partition => partition.BehindSeconds));
    }

    [Fact]
    public void The_archive_lags_by_what_stands_behind_its_checkpoints()
    {
        var archive = new[] { Archived(3, 7, events: 5), Archived(4, 2, events: 2) };
        var report = HealthReport.Of("s", "t", [], archive, new Dictionary<int, long> { [0] = 8, [3] = 9, [4] = 2 }, topicId: null, [], Some.Time);

        Assert.Equal([(0, 8), (7, 2), (2, 0)], report.Partitions.Select(partition => (partition.ArchiveCheckpoint, partition.ArchiveLag)));
        Assert.Equal(new ArchiveHealth(10, 7, 0, 0, 2, 200), report.Archive);

        static ArchivePosition Archived(int partition, long end, long events) => new("t", partition, new ChainTail(0, end, 1, events, 0, 0, 100, null, null), Some.Time);
    }

    [Fact]
    public void There_is_no_lag_of_an_archive_that_nothing_was_ever_put_into()
    {
        var report = HealthReport.Of("s", "t", [], [], new Dictionary<int, long> { [0] = 8 }, topicId: null, [], Some.Time);

        Assert.Null(report.Archive);
        Assert.Equal((null, null), (report.Partitions[0].ArchiveCheckpoint, report.Partitions[0].ArchiveLag));
    }

    /// <summary>Partition 3 with its record at offset 4 counted, stored and read again.</summary>
    private static PartitionCount Stored(long timestamp)
    {
        var record = new KafkaRecord { Topic = "t", Partition = 3, Offset = 4, Key = [], Value = Some.EventJson(), Headers = [] };
        record.Timestamp.UnixTimestampMs = timestamp;
        var row = new PartitionCount("aggregates8", "s", "t", 3);
        row.Add([new DecodedRecord(record, new EventDecoder().DecodeStructured(record.Value))], topicId: null, Some.Time);
        return PartitionCount.FromEntity(row.ToEntity());
    }
}
