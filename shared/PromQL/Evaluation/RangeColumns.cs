namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// What a range selector shows of one series at one step: the samples from <see cref="StartMs"/> to <see cref="EndMs"/>, both included;
/// at least one.
/// </summary>
internal readonly ref struct Window
{
    /// <summary>The samples of the series over the whole query.</summary>
    public required Samples All { get; init; }

    /// <summary>The first sample within, of <see cref="All"/>.</summary>
    public required int From { get; init; }

    /// <summary>The first sample behind.</summary>
    public required int To { get; init; }

    public required long StartMs { get; init; }

    public required long EndMs { get; init; }

    /// <summary>The step's number.</summary>
    public required int Step { get; init; }

    /// <summary>The step's own instant.</summary>
    public required long StepMs { get; init; }

    public int Count => To - From;

    public ReadOnlySpan<long> Times => All.Times[From..To];

    public ReadOnlySpan<double> Values => All.Values[From..To];
}

/// <summary>A function of a window's samples. One instance serves one expression; it sees the series one after the other.</summary>
internal abstract class RangeFunction
{
    /// <summary>Told before the windows of a series come, in the order of time.</summary>
    public virtual void Begin(Samples samples)
    {
    }

    /// <summary>The value at a step; <see cref="StaleMarker"/> if there is none.</summary>
    public abstract double Of(in Window window);
}

/// <summary>A function of ranges, at each step.</summary>
internal sealed class RangeColumns(SampleSet set, RangeFunction function, Labels[] labels, Timeline steps, QueryContext context) : Columns(labels)
{
    private const int StepsBetweenChecks = 64;

    public override void Fill(int index, Span<double> column)
    {
        var samples = set.Read(index);
        var times = samples.Times;
        function.Begin(samples);
        var (from, to) = (0, 0);
        for (var step = 0; step < column.Length; step++)
        {
            if (step % StepsBetweenChecks == 0) context.CancellationToken.ThrowIfCancellationRequested();
            var end = context.Shifts.Apply(steps[step], set.Shift);
            var start = end - set.RangeMs;
            while (from < times.Length && times[from] < start) from++;
            while (to < times.Length && times[to] <= end) to++;
            if (from >= to)
            {
                column[step] = StaleMarker.Value;
                continue;
            }

            column[step] = function.Of(new Window { All = samples, From = from, To = to, StartMs = start, EndMs = end, Step = step, StepMs = steps[step] });
        }
    }
}
