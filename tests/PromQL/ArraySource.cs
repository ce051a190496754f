using ShitOps.PromQL;

namespace ShitOps.Tests.PromQL;

/// <summary>A source of series that lie in memory, and the selections that it was asked for.</summary>
internal sealed class ArraySource(params IReadOnlyList<Series> series) : ISeriesSource
{
    public List<SeriesSelector> Asked { get; } = [];

    public ValueTask<IReadOnlyList<Series>> SelectAsync(SeriesSelector selector, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Asked.Add(selector);
        return new([.. series.Where(one => selector.Matchers.All(matcher => matcher.Matches(one.Labels[matcher.Name]))).Select(one => Within(one, selector))]);
    }

    /// <summary>Nothing but what the contract asks for, so that a selection that is too narrow shows.</summary>
    private static Series Within(Series one, SeriesSelector selector)
    {
        var times = one.Times.Span;
        var from = 0;
        while (from < times.Length && times[from] < selector.FirstMs(one.ResolutionMs)) from++;
        var to = times.Length;
        while (to > from && times[to - 1] > selector.ToMs) to--;
        return new(one.Labels, one.Times[from..to], one.Values[from..to], one.ResolutionMs);
    }
}
