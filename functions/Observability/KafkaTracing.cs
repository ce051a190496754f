using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Observability;

/// <summary>
/// Traces across Kafka by OpenTelemetry's conventions for messaging: the context of what sends a record travels in its headers
/// <c>traceparent</c> and <c>tracestate</c> (W3C Trace Context), and what processes it goes on with that trace. Only traces that are kept travel.
/// </summary>
internal static class KafkaTracing
{
    /// <summary>Of how many traces that meet in a batch its processing is shown.</summary>
    public const int MostTraces = 128;

    private const string Parent = "traceparent";
    private const string State = "tracestate";

    /// <summary>Begins the span of sending records, whose context <see cref="AddTo"/> gives them.</summary>
    /// <returns>The span, to be disposed when Kafka has answered; null: nobody listens.</returns>
    public static Activity? StartSending(string topic, int records)
    {
        var span = Telemetry.Spans.StartActivity($"send {topic}", ActivityKind.Producer);
        Describe(span, "send", topic, records);
        return span;
    }

    /// <summary>Adds the context of the present span to the headers of a record, if the span is kept.</summary>
    public static void AddTo(Headers headers)
    {
        if (Activity.Current is not { Recorded: true, IdFormat: ActivityIdFormat.W3C } span) return;
        headers.Add(Parent, Encoding.ASCII.GetBytes(span.Id!));
        if (span.TraceStateString is { Length: > 0 } state) headers.Add(State, Encoding.ASCII.GetBytes(state));
    }

    /// <summary>
    /// Begins the spans of processing a batch: one in the trace of each record that is in one. The first of them, or where no record has a trace
    /// one within the present span, is the present span from now on, so what storage is asked for is within it; the others link to it, and it to them.
    /// </summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="records">Of one topic, at least one.</param>
    /// <returns>The spans, the present one first, to be disposed when the batch is processed; empty: none is kept.</returns>
    public static Activity[] StartProcessing(string group, IReadOnlyList<KafkaRecord> records)
    {
        if (!Telemetry.Spans.HasListeners()) return [];
        var traces = TracesOf(records);
        var parent = traces.FirstOrDefault();
        var (topic, number) = (records[0].Topic, records[0].Partition);
        var partition = records.All(record => record.Partition == number) ? number.ToString(CultureInfo.InvariantCulture) : null;
        List<ActivityLink> links = [.. traces.Skip(1).Select(context => new ActivityLink(context))];
        if (traces.Count > 0 && Activity.Current is { } invocation && invocation.TraceId != parent.TraceId) links.Add(new ActivityLink(invocation.Context));
        if (Start(parent, links) is not { } first) return [];
        List<Activity> spans = [first];
        foreach (var context in traces.Skip(1))
        {
            if (Start(context, [new ActivityLink(first.Context)]) is { } span) spans.Add(span);
            Activity.Current = first;
        }

        return [.. spans];

        Activity? Start(ActivityContext context, IEnumerable<ActivityLink> related)
        {
            var span = Telemetry.Spans.StartActivity($"process {topic}", ActivityKind.Consumer, context, links: related);
            Describe(span, "process", topic, records.Count);
            span?.SetTag("messaging.consumer.group.name", group);
            if (partition is not null) span?.SetTag("messaging.destination.partition.id", partition);
            return span;
        }
    }

    private static void Describe(Activity? span, string operation, string topic, int records) => span?
        .SetTag("messaging.system", "kafka")
        .SetTag("messaging.operation.name", operation)
        .SetTag("messaging.operation.type", operation)
        .SetTag("messaging.destination.name", topic)
        .SetTag("messaging.batch.message_count", records);

    /// <summary>The contexts of the records that are in a trace which is kept, each trace once.</summary>
    private static List<ActivityContext> TracesOf(IReadOnlyList<KafkaRecord> records)
    {
        List<ActivityContext> traces = [];
        HashSet<ActivityTraceId> known = [];
        string? last = null;
        foreach (var record in records)
        {
            if (ValueOf(record, Parent) is not { } parent || parent == last) continue;
            last = parent;
            if (!ActivityContext.TryParse(parent, ValueOf(record, State), isRemote: true, out var context)) continue;
            if (!context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) || !known.Add(context.TraceId)) continue;
            traces.Add(context);
            if (traces.Count == MostTraces) break;
        }

        return traces;
    }

    private static string? ValueOf(KafkaRecord record, string name)
    {
        foreach (var header in record.Headers ?? [])
            if (header.Key == name) return header.Value is null ? null : Encoding.ASCII.GetString(header.Value);
        return null;
    }
}
