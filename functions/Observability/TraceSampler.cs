using System.Diagnostics;
using OpenTelemetry.Trace;

namespace ShitOps.Observability;

/// <summary>
/// Keeps so many traces a second, whatever the load: a trace that begins in this process takes one of <paramref name="perSecond"/> tokens a
/// second, and so does one that others have begun and keep, from a bucket ten times as large, so that what one instance began is whole in the
/// others that work on it. What others do not keep is not kept here, and what is within a trace goes with it. Safe for concurrent use.
/// </summary>
/// <param name="perSecond">How many; at least 0.</param>
/// <param name="time">The clock by which tokens come.</param>
internal sealed class TraceSampler(int perSecond, TimeProvider time) : Sampler
{
    private readonly Bucket _begun = new(perSecond, time);
    private readonly Bucket _continued = new(10 * perSecond, time);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        var isKept = parent.TraceId == default
            ? _begun.TryTake()
            : parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) && (!parent.IsRemote || _continued.TryTake());
        return new SamplingResult(isKept ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }

    /// <summary>Tokens that come evenly, as many as come in a second at most.</summary>
    private sealed class Bucket(int perSecond, TimeProvider time)
    {
        private readonly Lock _taking = new();
        private double _tokens = perSecond;
        private long _at = time.GetTimestamp();

        public bool TryTake()
        {
            lock (_taking)
            {
                var now = time.GetTimestamp();
                _tokens = Math.Min(perSecond, _tokens + (perSecond * time.GetElapsedTime(_at, now).TotalSeconds));
                _at = now;
                if (_tokens < 1) return false;
                _tokens--;
                return true;
            }
        }
    }
}
