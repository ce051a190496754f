using System.Diagnostics.Metrics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Observability;
using ShitOps.Pipeline;
using ShitOps.Tests.Worker;

namespace ShitOps.Tests.Observability;

public sealed class InstrumentsTests : IDisposable
{
    private readonly List<(string Instrument, double Value, Dictionary<string, object?> Tags)> _heard = [];
    private readonly MeterListener _listener = new();

    public InstrumentsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == Telemetry.Meter) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Every_invocation_is_counted_and_timed_and_one_that_failed_by_what_it_threw()
    {
        var builder = TestApp.Builder([typeof(HttpSamples)]);
        builder.UseMiddleware<InvocationMetrics>();
        await using var app = await TestApp.StartAsync(builder);

        for (var i = 0; i < 3; i++) (await app.Http.GetAsync("/api/Plain")).Dispose();
        (await app.Http.GetAsync("/api/throws")).Dispose();

        // Other tests invoke these functions too, without this middleware.
        await Eventually.TrueAsync(() => Of("faas.invocations").Count == 4 && Of("faas.invoke_duration").Count == 4);
        Assert.All(Of("faas.invocations"), one => Assert.Equal((1.0, "http"), (one.Value, one.Tags["faas.trigger"])));
        Assert.Equal(["Plain", "Plain", "Plain", "Throws"], Of("faas.invocations").Select(one => one.Tags["faas.name"]).Order());
        Assert.All((string[])["faas.invocations", "faas.invoke_duration"], name => Assert.Equal(
            typeof(InvalidOperationException).FullName, Assert.Single(Of(name), one => one.Tags.ContainsKey("error.type")).Tags["error.type"]));

        List<(string Instrument, double Value, Dictionary<string, object?> Tags)> Of(string instrument)
        {
            lock (_heard) return [.. _heard.Where(one => one.Instrument == instrument && one.Tags["faas.name"] is "Plain" or "Throws")];
        }
    }

    [Fact]
    public void Gauges_tell_of_all_partitions_and_nothing_that_is_not_known()
    {
        var stream = Some.Name("stream");
        var now = Some.Time;
        PartitionCount[] counted = [Counted(0, 3, now.AddSeconds(-9)), Counted(1, 5, now.AddSeconds(-30))];
        ArchivePosition[] archived = [Archived(0, 3), Archived(1, 10)];
        Dictionary<int, long> ends = new() { [0] = 10, [1] = 10 };

        var known = Measured(Report(counted, archived, ends));
        var nothingCounted = Measured(Report(null, archived, ends));
        var noEnds = Measured(Report(counted, archived, []));

        Assert.Equal(new() { ["shitops_pipeline_lag_records"] = 10, ["shitops_pipeline_behind_seconds"] = 30, ["shitops_pipeline_archive_lag_records"] = 7 }, known);
        Assert.Empty(nothingCounted);
        Assert.Empty(noEnds);

        HealthReport Report(PartitionCount[]? rows, ArchivePosition[] positions, Dictionary<int, long> to) => HealthReport.Of(stream, "topic", rows, positions, to, null, [], now);

        Dictionary<string, double> Measured(HealthReport report)
        {
            lock (_heard) _heard.Clear();
            PipelineInstruments.Report(report);
            _listener.RecordObservableInstruments();
            lock (_heard) return _heard.Where(one => Equals(one.Tags.GetValueOrDefault("stream"), stream)).ToDictionary(one => one.Instrument, one => one.Value);
        }
    }

    private static PartitionCount Counted(int partition, long offset, DateTimeOffset at)
    {
        var record = new KafkaRecord { Topic = "topic", Partition = partition, Offset = offset, Key = [], Value = Some.EventJson(), Headers = [] };
        record.Timestamp.UnixTimestampMs = at.ToUnixTimeMilliseconds();
        var row = new PartitionCount("aggregates8", "s", "topic", partition);
        row.Add([new DecodedRecord(record, new EventDecoder().DecodeStructured(record.Value))], topicId: null, at);
        return row;
    }

    private static ArchivePosition Archived(int partition, long end) => new("topic", partition, new ChainTail(0, end, 1, end, 0, 0, 100, null, null), Some.Time);

    private void Hear(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_heard) _heard.Add((instrument.Name, value, tags.ToArray().ToDictionary()));
    }
}
