using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using ShitOps.Planning;
using ShitOps.Storage;

namespace ShitOps.Pipeline;

/// <summary>How many instances the topic asks for, from health and from how many records Kafka took within a minute.</summary>
public sealed class PipelineScale(PipelineHealth health, LogEnds logEnds, QueryLog queries, ScaleSettings settings, TimeProvider time, ILogger<PipelineScale> logger) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly SharedMeasurement<ScaleReport> _shared = new(time);

    /// <summary>
    /// Asks Kafka and the table; answers within a second of each other are shared. Kafka is asked by time, so that every instance gives the same answer
    /// whenever it was asked last.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public Task<ScaleReport> MeasureAsync(CancellationToken cancellationToken) => _shared.GetAsync(MeasureNowAsync, cancellationToken);

    public void Dispose() => _shared.Dispose();

    /// <summary>What is asked of the topic and of queries, each as far as it can be told: either may be down without the other.</summary>
    private async Task<ScaleReport> MeasureNowAsync(CancellationToken cancellationToken)
    {
        var load = LoadAsync(cancellationToken);
        var ofTopic = await OfTopicAsync(cancellationToken);
        var (queries, fault) = await load;
        IReadOnlyList<string> faults = [.. (ofTopic.Faults ?? []).Concat(fault is null ? [] : [fault]).Distinct()];
        return ofTopic with { Queries = queries, Faults = faults.Count == 0 ? null : faults };
    }

    private async Task<ScaleReport> OfTopicAsync(CancellationToken cancellationToken)
    {
        var report = await health.MeasureAsync(cancellationToken);
        if (!report.IsHealthy) return new ScaleReport(null, null, Faults: report.Faults);
        var ends = report.Partitions.Where(partition => partition.EndOffset is not null).ToDictionary(partition => partition.Partition, partition => partition.EndOffset!.Value);
        try
        {
            var first = await logEnds.FirstSinceAsync(ends.Keys, time.GetUtcNow() - Window);
            // What came between the two questions is not counted: it may lie behind the ends.
            var arrivals = first.Sum(partition => Math.Max(0, ends[partition.Key] - partition.Value)) / Window.TotalSeconds;
            return ScaleReport.Of(report, arrivals, settings);
        }
        catch (KafkaException fault)
        {
            logger.LogWarning("Scale: {Cause}", fault.Message.Split('\n')[0]);
            return new ScaleReport(null, null, Faults: ["Kafka does not answer"]);
        }
    }

    private async Task<(QueryLoad? Load, string? Fault)> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await queries.LoadAsync(cancellationToken), null);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            logger.LogWarning("Scale: {Cause}", fault.Message.Split('\n')[0]);
            return (null, "storage does not answer");
        }
    }
}
