namespace ShitOps.Metrics;

/// <summary>What the values of a metric are, as Prometheus tells them apart.</summary>
public enum MetricType
{
    /// <summary>How it is at a time.</summary>
    Gauge,

    /// <summary>How much there has been up to a time; <c>_total</c>.</summary>
    Counter,

    /// <summary>How durations are spread: cumulative counts <c>_bucket</c> by <c>le</c>, <c>_sum</c> and <c>_count</c>.</summary>
    Histogram,
}

/// <summary>A metric of the catalogue, by Prometheus' conventions (https://prometheus.io/docs/practices/naming/).</summary>
/// <param name="Name">Its name; of a histogram without <c>_bucket</c>, <c>_sum</c>, <c>_count</c>.</param>
/// <param name="Type">What its values are.</param>
/// <param name="Unit">The unit of its values as Prometheus' metadata name it; empty: it is a number of things.</param>
/// <param name="Help">What it says, in a sentence.</param>
/// <param name="Labels">The labels that its series may have, in order; a histogram's buckets have <c>le</c> besides.</param>
public sealed record Metric(string Name, MetricType Type, string Unit, string Help, IReadOnlyList<string> Labels)
{
    /// <summary>The names that its series have.</summary>
    public IReadOnlyList<string> SeriesNames => Type == MetricType.Histogram ? [Bucket, Sum, Count] : [Name];

    /// <summary>The name of a histogram's buckets.</summary>
    public string Bucket => $"{Name}_bucket";

    /// <summary>The name of a histogram's sum.</summary>
    public string Sum => $"{Name}_sum";

    /// <summary>The name of a histogram's count.</summary>
    public string Count => $"{Name}_count";
}
