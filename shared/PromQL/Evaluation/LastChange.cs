namespace ShitOps.PromQL.Evaluation;

/// <summary>irate and idelta: the change between the last two samples of a window.</summary>
internal static class LastChange
{
    public static double Difference(in Window window)
    {
        if (window.Count < 2) return StaleMarker.Value;
        return window.Values[^1] - window.Values[^2];
    }

    public static double PerSecond(in Window window)
    {
        if (window.Count < 2) return StaleMarker.Value;
        var (previous, last) = (window.Values[^2], window.Values[^1]);
        var seconds = (window.Times[^1] - window.Times[^2]) / 1000.0;
        return (last < previous ? last : last - previous) / seconds;
    }
}
