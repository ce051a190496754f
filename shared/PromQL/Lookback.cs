namespace ShitOps.PromQL;

/// <summary>
/// How far an instant selector looks back for a series' last sample. A series that has a point each hour would show at one step of twelve
/// with a lookback of five minutes, and a lookback of a day would keep ended series alive: so each series is looked back for by its own resolution.
/// </summary>
public static class Lookback
{
    /// <summary>Five minutes, Prometheus' default.</summary>
    public const long DefaultMs = 5 * 60 * 1000;

    /// <summary>The lookback of a series in milliseconds: the query's, or 1.1 times the series' resolution if that is longer.</summary>
    /// <param name="queryMs">The query's lookback.</param>
    /// <param name="resolutionMs">Milliseconds between the samples of a series that lives; 0: not known.</param>
    public static long Of(long queryMs, long resolutionMs) => Math.Max(queryMs, resolutionMs + resolutionMs / 10);
}
