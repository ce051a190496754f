using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>What an instant selector sees: at each step the last sample of each series, if it lies within the lookback, its bound included, and the series has not ended.</summary>
/// <param name="ofTimes">Whether the samples' times are wanted, in Unix seconds, instead of their values.</param>
internal sealed class InstantColumns(IReadOnlyList<Series> series, VectorSelector selector, Timeline steps, QueryContext context, bool ofTimes)
    : Columns(SeriesLabels.Of(series))
{
    public override void Fill(int index, Span<double> column)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        var found = series[index];
        var lookback = context.LookbackOf(found);
        var times = found.Times.Span;
        var values = found.Values.Span;
        var (instant, stride) = (context.Shifts.Apply(steps.StartMs, selector.Shift), selector.Shift.At is null ? steps.StepMs : 0);
        var next = FirstAfter(times, instant);
        for (var step = 0; step < column.Length; step++, instant += stride)
        {
            while (next < times.Length && times[next] <= instant) next++;
            var isSeen = next > 0 && times[next - 1] >= instant - lookback && !StaleMarker.Is(values[next - 1]);
            column[step] = !isSeen ? StaleMarker.Value : ofTimes ? times[next - 1] / 1000.0 : values[next - 1];
        }
    }

    private static int FirstAfter(ReadOnlySpan<long> times, long instant)
    {
        var at = times.BinarySearch(instant);
        return at < 0 ? ~at : at + 1;
    }
}

internal static class SeriesLabels
{
    public static Labels[] Of(IReadOnlyList<Series> series)
    {
        var labels = new Labels[series.Count];
        for (var i = 0; i < labels.Length; i++) labels[i] = series[i].Labels;
        return labels;
    }

    /// <summary>The label sets without the metric's name.</summary>
    public static Labels[] WithoutName(Labels[] named)
    {
        var builder = new LabelsBuilder();
        var labels = new Labels[named.Length];
        for (var i = 0; i < labels.Length; i++) labels[i] = builder.Reset(named[i]).Remove(PromQL.Labels.MetricName).Build();
        return labels;
    }
}
