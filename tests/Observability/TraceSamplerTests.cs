using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry.Trace;
using ShitOps.Observability;

namespace ShitOps.Tests.Observability;

public class TraceSamplerTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Keeps_as_many_traces_a_second_as_are_allowed_whatever_the_load()
    {
        var sampler = new TraceSampler(5, _time);
        var kept = 0;
        for (var tenth = 0; tenth < 100; tenth++, _time.Advance(TimeSpan.FromMilliseconds(100)))
            for (var i = 0; i < 1000; i++) kept += Keeps(sampler, default) ? 1 : 0;

        // What there was at the beginning, and what came in 9.9 seconds.
        Assert.InRange(kept, 53, 55);
    }

    [Fact]
    public void Goes_on_with_ten_times_as_many_that_others_keep()
    {
        var sampler = new TraceSampler(2, _time);

        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => Keeps(sampler, Context(ActivityTraceFlags.Recorded, isRemote: true))));
        Assert.True(Keeps(sampler, default));
    }

    [Fact]
    public void Keeps_nothing_that_others_do_not_keep_and_within_a_trace_what_its_parent_says()
    {
        var sampler = new TraceSampler(1, _time);

        Assert.False(Keeps(sampler, Context(ActivityTraceFlags.None, isRemote: true)));
        Assert.False(Keeps(sampler, Context(ActivityTraceFlags.None, isRemote: false)));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(Keeps(sampler, Context(ActivityTraceFlags.Recorded, isRemote: false))));
    }

    [Fact]
    public void None_a_second_is_none()
    {
        var sampler = new TraceSampler(0, _time);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.False(Keeps(sampler, default));
        Assert.False(Keeps(sampler, Context(ActivityTraceFlags.Recorded, isRemote: true)));
    }

    private static bool Keeps(TraceSampler sampler, ActivityContext parent) =>
        sampler.ShouldSample(new SamplingParameters(parent, ActivityTraceId.CreateRandom(), "span", ActivityKind.Internal)).Decision == SamplingDecision.RecordAndSample;

    private static ActivityContext Context(ActivityTraceFlags flags, bool isRemote) => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, isRemote: isRemote);
}
