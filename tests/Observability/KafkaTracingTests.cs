using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Observability;

namespace ShitOps.Tests.Observability;

public sealed class KafkaTracingTests : IDisposable
{
    // Another test's spans pass here too: only those of these topics are looked at.
    private readonly string _topic = Some.Name("topic");
    private readonly ActivityListener _listener = new() { ShouldListenTo = source => source.Name == "ShitOps", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };

    public KafkaTracingTests() => ActivitySource.AddActivityListener(_listener);

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void A_batch_is_processed_in_the_trace_of_each_of_its_records_and_storage_in_the_first()
    {
        var (first, second) = (Context(), Context());
        KafkaRecord[] records = [Record(null), Record(Header(first)), Record(Header(first)), Record(Header(second)), Record(Header(second with { }), partition: 1)];

        var spans = KafkaTracing.StartProcessing("group", records);

        Assert.Equal([first.TraceId, second.TraceId], spans.Select(span => span.TraceId));
        Assert.Equal([first.SpanId, second.SpanId], spans.Select(span => span.ParentSpanId));
        Assert.Same(spans[0], Activity.Current);
        Assert.Equal(second, Assert.Single(spans[0].Links).Context);
        Assert.Equal(spans[0].Context, Assert.Single(spans[1].Links).Context);
        Assert.All(spans, span => Assert.Equal((ActivityKind.Consumer, $"process {_topic}"), (span.Kind, span.DisplayName)));
        Assert.Equal(5, spans[0].GetTagItem("messaging.batch.message_count"));
        Assert.Null(spans[0].GetTagItem("messaging.destination.partition.id"));
        foreach (var span in spans) span.Dispose();
    }

    [Fact]
    public void A_batch_without_traces_is_processed_within_its_invocation()
    {
        using var invocation = new Activity("invocation").SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start();

        var span = Assert.Single(KafkaTracing.StartProcessing("group", [Record(null), Record("nonsense"), Record(Header(Context(ActivityTraceFlags.None)))]));

        Assert.Equal(invocation.SpanId, span.ParentSpanId);
        Assert.Empty(span.Links);
        Assert.Equal("0", span.GetTagItem("messaging.destination.partition.id"));
        span.Dispose();
    }

    [Fact]
    public void An_invocation_in_another_trace_is_linked()
    {
        using var invocation = new Activity("invocation").SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start();
        var context = Context();

        var span = Assert.Single(KafkaTracing.StartProcessing("group", [Record(Header(context))]));

        Assert.Equal(context.TraceId, span.TraceId);
        Assert.Equal(invocation.Context, Assert.Single(span.Links).Context);
        span.Dispose();
    }

    [Fact]
    public void No_more_traces_are_shown_than_a_batch_may_show()
    {
        var spans = KafkaTracing.StartProcessing("group", [.. Enumerable.Range(0, 1000).Select(_ => Record(Header(Context())))]);

        Assert.Equal(KafkaTracing.MostTraces, spans.Length);
        foreach (var span in spans) span.Dispose();
    }

    [Fact]
    public void A_record_carries_the_span_that_sends_it_and_its_state_but_none_that_is_not_kept()
    {
        var (kept, other) = (new Headers(), new Headers());
        using (var span = KafkaTracing.StartSending(_topic, 1)!)
        {
            span.TraceStateString = "vendor=1";
            KafkaTracing.AddTo(kept);
            Assert.Equal((span.Id, "vendor=1"), (Text(kept, "traceparent"), Text(kept, "tracestate")));
        }

        using (new Activity("not kept").Start()) KafkaTracing.AddTo(other);
        KafkaTracing.AddTo(other);
        Assert.Empty(other);

        static string Text(Headers headers, string name) => Encoding.ASCII.GetString(headers.GetLastBytes(name));
    }

    private static ActivityContext Context(ActivityTraceFlags flags = ActivityTraceFlags.Recorded) => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, isRemote: true);

    private static string Header(ActivityContext context) => $"00-{context.TraceId}-{context.SpanId}-{(byte)context.TraceFlags:x2}";

    private KafkaRecord Record(string? parent, int partition = 0) => new()
    {
        Topic = _topic, Partition = partition, Headers = parent is null ? [] : [new KafkaHeader { Key = "traceparent", Value = Encoding.ASCII.GetBytes(parent) }],
    };
}
