using System.Globalization;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Tests.Events;

namespace ShitOps.Tests.Archive;

/// <summary>Segments as others read them: DuckDB agrees with the events on counts, sums and filters.</summary>
public class SegmentFileTests
{
    [Fact]
    public void DuckDB_agrees_with_the_events_on_counts_and_sums_and_filters_of_time()
    {
        var source = new ArbitraryEvents(seed: 7);
        var events = Enumerable.Range(0, 4_000).Select(_ => source.Next()).ToList();
        using var duck = new Duck();
        foreach (var some in events.Select((one, i) => (one, i)).Chunk(1_000)) duck.File(SegmentFile.Write([.. some.Select(each => Row(each.one, each.i))]));
        var from = $"FROM read_parquet('{duck.Files}')";

        Assert.Equal(events.Count, duck.Number($"SELECT count(*) {from}"));
        Assert.Equal(events.Count, duck.Number($"SELECT count(DISTINCT \"offset\") {from}"));
        foreach (var type in EventTypes.All) Assert.Equal(events.Count(one => one.Type == type), duck.Number($"SELECT count(*) {from} WHERE type = '{type}'"));
        var spent = events.Select(one => one.Data).OfType<TaskEstimated>().Select(one => one.SpentHours.Value).OfType<double>().ToList();
        Assert.Equal(spent.Count, duck.Number($"SELECT count(spent_hours) {from}"));
        Assert.Equal(spent.Sum(), Convert.ToDouble(duck.Value($"SELECT sum(spent_hours) {from}"), CultureInfo.InvariantCulture), 3);
        Assert.Equal(
            events.Count(one => one.Data is ResourceAllocated { From.Year: >= 2000 }), duck.Number($"SELECT count(*) {from} WHERE type = 'resource.allocated' AND start >= DATE '2000-01-01'"));

        Assert.Equal(events.Sum(one => one.Time.Ticks / 10 % 1_000_000), duck.Number($"SELECT sum((epoch_us(time) + 62135596800000000) % 1000000)::BIGINT {from}"));

        // Filters are what wrong statistics of a column would break: whole row groups would be passed over.
        foreach (var text in (string[])["0800-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00.000001Z", "1999-06-01T12:00:00Z", "2026-01-31T12:00:00Z", "2096-01-01T00:00:00Z", "9000-01-01T00:00:00Z"])
        {
            Assert.True(Rfc3339.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var at));
            var sql = $"TIMESTAMPTZ '{text.Replace('T', ' ').Replace("Z", "+00", StringComparison.Ordinal)}'";
            Assert.Equal(events.Count(one => one.Time >= at), duck.Number($"SELECT count(*) {from} WHERE time >= {sql}"));
            Assert.Equal(events.Count(one => one.Time < at), duck.Number($"SELECT count(*) {from} WHERE time < {sql}"));
        }
    }

    [Fact]
    public void A_filter_of_time_finds_what_lies_in_one_second_of_one_segment()
    {
        using var duck = new Duck();
        for (var hour = 0; hour < 24; hour++)
            duck.File(SegmentFile.Write([.. Enumerable.Range(0, 3_600).Select(second => Row(Some.Event() with { Time = Some.Time.AddHours(hour - 12).AddSeconds(second) }, second))]));

        var from = $"FROM read_parquet('{duck.Files}') WHERE";
        Assert.Equal(1, duck.Number($"SELECT count(*) {from} time = TIMESTAMPTZ '2026-01-31 17:30:05+00'"));
        Assert.Equal(90, duck.Number($"SELECT count(*) {from} time >= TIMESTAMPTZ '2026-01-31 17:59:00+00' AND time < TIMESTAMPTZ '2026-01-31 18:00:30+00'"));
        Assert.Equal(24, duck.Number($"SELECT count(*) {from} \"timestamp\" = TIMESTAMPTZ '2026-01-31 12:00:07+00'"));
    }

    [Fact]
    public void A_segment_without_events_is_a_file_that_others_read()
    {
        using var duck = new Duck();
        duck.File(SegmentFile.Write([]));
        duck.File(SegmentFile.Write([Row(Some.Event(), 0)]));

        Assert.Equal(1, duck.Number($"SELECT count(*) FROM read_parquet('{duck.Files}')"));
        Assert.Empty(SegmentFile.Read(SegmentFile.Write([]), "test"));
    }

    [Fact]
    public void The_columns_are_those_of_the_documentation_with_their_types()
    {
        using var duck = new Duck();
        var path = duck.File(SegmentFile.Write([Row(Some.Event(), 0)]));

        var columns = duck.Text($"SELECT string_agg('| `' || column_name || '` | ' || column_type || ' |', chr(10)) FROM (DESCRIBE SELECT * FROM read_parquet('{path}'))").Split('\n');

        var documented = File.ReadAllLines(RepositoryRoot.File("docs/archive.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();
        Assert.All(columns, column => Assert.Contains(documented, line => line.StartsWith(column, StringComparison.Ordinal)));
    }

    private static ArchiveRow Row(Event value, long offset)
    {
        var json = EventEncoder.Encode(value);
        return ArchivedEvent.ToRow(value, offset, Some.Time.AddSeconds(offset).ToUnixTimeMilliseconds(), json, [], name => $"id of {name}");
    }
}
