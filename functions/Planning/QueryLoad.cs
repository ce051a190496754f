namespace ShitOps.Planning;

/// <summary>The load of questions, and of requests in PromQL and of rows, on all instances together, over a minute.</summary>
/// <param name="PerSecond">How many were answered a second.</param>
/// <param name="ExpectedMs">How long one is expected to take, the mean by the cost model; 0 without any.</param>
/// <param name="AtOnce">How many are in work at a time, as the product of both.</param>
public sealed record QueryLoad(double PerSecond, double ExpectedMs, double AtOnce)
{
    internal static QueryLoad Of(int count, double expectedMs, TimeSpan window) =>
        new(Math.Round(count / window.TotalSeconds, 3), count == 0 ? 0 : Math.Round(expectedMs / count, 1), Math.Round(expectedMs / window.TotalMilliseconds, 3));
}
