using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Metrics;
using ShitOps.Pipeline;

namespace ShitOps.Observability;

/// <summary>
/// The instruments of the pipeline, of <see cref="Telemetry.Meter"/>: those of the metric catalogue under its names, and OpenTelemetry's
/// for messaging. Unlike the datasource's, gauges are of all partitions of the topic together, and counters count what this process did.
/// </summary>
internal static class PipelineInstruments
{
    /// <summary>How long a measurement is reported: another instance may make the next one, and what is not known is not told.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(2);

    private const string ErrorType = "error.type";

    private static readonly Counter<long> Events = Telemetry.Meter.CreateCounter<long>(MetricCatalogue.PipelineEvents.Name, "{record}", MetricCatalogue.PipelineEvents.Help);
    private static readonly Counter<long> DeadLetters = Telemetry.Meter.CreateCounter<long>(MetricCatalogue.PipelineDeadLetters.Name, "{record}", MetricCatalogue.PipelineDeadLetters.Help);
    private static readonly Counter<long> Sent = Telemetry.Meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Records that Kafka was asked to take.");
    private static readonly Counter<long> Consumed = Telemetry.Meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Records that were given to a function, repeated ones too.");
    private static readonly Histogram<double> Processing = Telemetry.Meter.CreateHistogram<double>("messaging.process.duration", "s", "How long a batch of records took.", tags: null, advice: Telemetry.Durations);
    private static volatile Measured? Latest;

    static PipelineInstruments()
    {
        Observe(MetricCatalogue.PipelineLag, "{record}", report => report.Partitions.Any(partition => partition.Lag is null) ? null : report.Lag);
        Observe(MetricCatalogue.PipelineFreshness, "s", report => report.BehindSeconds);
        Observe(MetricCatalogue.PipelineArchiveLag, "{record}", report => report.Partitions.Any(partition => partition.ArchiveLag is null) ? null : report.Archive?.Lag);
    }

    /// <summary>Reports the gauges of a measurement for <see cref="Validity"/>.</summary>
    public static void Report(HealthReport report) => Latest = new Measured(Stopwatch.GetTimestamp(), report);

    /// <summary>Counts records of one partition that have been brought into the aggregates, or were put aside.</summary>
    public static void Aggregated(string stream, string topic, IEnumerable<DecodedRecord> records)
    {
        if (!Events.Enabled && !DeadLetters.Enabled) return;
        var all = records.ToLookup(record => record.Result.IsDecoded);
        // A type that is not known may be anything, and says nothing to whoever watches.
        foreach (var (type, count) in all[true].Where(record => record.Result.Event!.IsKnown).CountBy(record => record.Result.Event!.Type))
            Events.Add(count, new TagList { { "stream", stream }, { "topic", topic }, { "type", type } });
        if (all[false].Any()) DeadLetters.Add(all[false].Count(), new TagList { { "stream", stream }, { "topic", topic } });
    }

    /// <summary>Counts records that were sent.</summary>
    /// <param name="topic">Where to.</param>
    /// <param name="records">How many.</param>
    /// <param name="error">Kafka's code of what went wrong; null: all were taken.</param>
    public static void Sending(string topic, int records, string? error)
    {
        var tags = TagsOf("send", topic);
        if (error is not null) tags.Add(ErrorType, error);
        Sent.Add(records, tags);
    }

    /// <summary>Processes a batch, in spans of <see cref="KafkaTracing"/>.</summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="records">Of one topic, at least one.</param>
    /// <param name="process">Does it.</param>
    public static async Task ProcessAsync(string group, KafkaRecord[] records, Func<Task> process)
    {
        var spans = KafkaTracing.StartProcessing(group, records);
        var tags = TagsOf("process", records[0].Topic);
        tags.Add("messaging.consumer.group.name", group);
        var begun = Stopwatch.GetTimestamp();
        try
        {
            await process();
        }
        catch (Exception fault)
        {
            var type = fault.GetType().FullName;
            tags.Add(ErrorType, type);
            // Not what it says, which may quote what came.
            foreach (var span in spans) span.SetTag(ErrorType, type).SetStatus(ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            Consumed.Add(records.Length, tags);
            Processing.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, tags);
            foreach (var span in spans) span.Dispose();
        }
    }

    private static TagList TagsOf(string operation, string topic) =>
        new() { { "messaging.system", "kafka" }, { "messaging.operation.name", operation }, { "messaging.destination.name", topic } };

    private static void Observe(Metric metric, string unit, Func<HealthReport, double?> value) => Telemetry.Meter.CreateObservableGauge(
        metric.Name,
        () => Latest is var (at, report) && Stopwatch.GetElapsedTime(at) < Validity && report.IsCounted && value(report) is { } known
            ? [new Measurement<double>(known, new TagList { { "stream", report.Stream }, { "topic", report.Topic } })]
            : Array.Empty<Measurement<double>>(),
        unit,
        metric.Help);

    private sealed record Measured(long At, HealthReport Report);
}
