using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>The samples of one series, without markers of its end.</summary>
internal readonly ref struct Samples(ReadOnlySpan<long> times, ReadOnlySpan<double> values)
{
    public ReadOnlySpan<long> Times { get; } = times;

    public ReadOnlySpan<double> Values { get; } = values;
}

/// <summary>What a range selector or a subquery cuts its windows from.</summary>
/// <param name="rangeMs">How long a window is.</param>
/// <param name="shift">Which instant it ends at, instead of the step's.</param>
internal abstract class SampleSet(Labels[] labels, long rangeMs, TimeShift shift)
{
    public Labels[] Labels { get; } = labels;

    public long RangeMs { get; } = rangeMs;

    public TimeShift Shift { get; } = shift;

    /// <summary>The samples of a series over the whole query. They hold until the next call.</summary>
    public abstract Samples Read(int index);
}

/// <summary>The samples of a range selector.</summary>
internal sealed class SelectedSamples(IReadOnlyList<Series> series, MatrixSelector selector, QueryContext context)
    : SampleSet(SeriesLabels.Of(series), selector.RangeMs, selector.Vector.Shift)
{
    private long[] _times = [];
    private double[] _values = [];

    public override Samples Read(int index)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        var times = series[index].Times.Span;
        var values = series[index].Values.Span;
        var kept = 0;
        while (kept < values.Length && !StaleMarker.Is(values[kept])) kept++;
        if (kept == values.Length) return new(times, values);

        if (_times.Length < times.Length) (_times, _values) = (new long[times.Length], new double[times.Length]);
        kept = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (StaleMarker.Is(values[i])) continue;
            _times[kept] = times[i];
            _values[kept++] = values[i];
        }

        return new(_times.AsSpan(0, kept), _values.AsSpan(0, kept));
    }
}

/// <summary>The samples of a subquery: what its vector yields at its own steps.</summary>
internal sealed class SubquerySamples(Columns inner, Timeline steps, Subquery subquery, QueryContext context)
    : SampleSet(inner.Labels, subquery.RangeMs, subquery.Shift)
{
    private readonly long[] _times = new long[steps.Count];
    private readonly double[] _values = new double[steps.Count];

    public override Samples Read(int index)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        inner.Fill(index, _values);
        var kept = 0;
        for (var step = 0; step < _values.Length; step++)
        {
            if (StaleMarker.Is(_values[step])) continue;
            _times[kept] = steps[step];
            _values[kept++] = _values[step];
        }

        return new(_times.AsSpan(0, kept), _values.AsSpan(0, kept));
    }
}
