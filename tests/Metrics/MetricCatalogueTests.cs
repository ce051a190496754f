using ShitOps.Metrics;

namespace ShitOps.Tests.Metrics;

/// <summary>docs/metrics.md says of the metrics what the code does, and names follow Prometheus' conventions.</summary>
public class MetricCatalogueTests
{
    [Fact]
    public void The_document_lists_every_metric_and_no_other()
    {
        var rows = File.ReadAllLines(RepositoryRoot.File("docs/metrics.md")).Where(line => line.StartsWith("| `shitops_", StringComparison.Ordinal));
        Assert.Equal(MetricCatalogue.All.Select(metric => $"| `{metric.Name}` | {metric.Type.ToString().ToLowerInvariant()} | {string.Join(", ", metric.Labels.Select(label => $"`{label}`"))} | {metric.Help} |"), rows);
    }

    [Fact]
    public void Names_and_units_follow_the_conventions()
    {
        Assert.Distinct(MetricCatalogue.All.SelectMany(metric => metric.SeriesNames));
        Assert.All(MetricCatalogue.All, metric =>
        {
            Assert.Matches("^shitops_[a-z]+(_[a-z]+)*$", metric.Name);
            Assert.Equal(metric.Type == MetricType.Counter, metric.Name.EndsWith("_total", StringComparison.Ordinal));
            if (metric.Unit.Length > 0) Assert.EndsWith($"_{metric.Unit}", metric.Name, StringComparison.Ordinal);
            Assert.EndsWith(".", metric.Help, StringComparison.Ordinal);
            Assert.All(metric.Labels, label => Assert.Matches("^[a-z]+$", label));
        });
    }
}
