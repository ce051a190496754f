using System.Text.RegularExpressions;
using ShitOps.Metrics;
using ShitOps.PromQL.Parsing;

namespace ShitOps.Tests.Grafana;

/// <summary>The alert rules that are shipped, as files; what they say of an organisation, <see cref="AnswerTests"/> tries.</summary>
public sealed partial class AlertRuleTests
{
    [Fact]
    public void Rules_are_whole()
    {
        var rules = AlertFile.Rules();
        Assert.Distinct(rules.Select(rule => rule.Uid));
        var docs = File.ReadAllText(RepositoryRoot.File("docs/grafana.md"));
        Assert.All(rules, rule =>
        {
            Assert.Matches("^shitops-[a-z-]{1,30}$", rule.Uid);
            Assert.Contains($"| {rule.Title} | ", docs, StringComparison.Ordinal);
            Assert.True(rule.NoDataState is "OK" or "Alerting" or "NoData", rule.NoDataState);
            Assert.True(rule.Labels["severity"] is "warning" or "critical", rule.Labels["severity"]);

            // The condition is a threshold over a query of the provisioned datasource, at the instant of the evaluation.
            Assert.Distinct(rule.Data.Select(one => one.RefId));
            Assert.All(rule.Data, one => Assert.Equal(one.RefId, one.Model.RefId));
            var condition = Assert.Single(rule.Data, one => one.RefId == rule.Condition);
            Assert.Equal(("__expr__", "threshold", rule.Query.RefId), (condition.DatasourceUid, condition.Model.Type, condition.Model.Expression));
            Assert.Equal((DashboardTests.ProvisionedDatasource(), true, false), (rule.Query.DatasourceUid, rule.Query.Model.Instant, rule.Query.Model.Range));
            Assert.True(rule.Query.RelativeTimeRange is { To: 0, From: > 0 });
            Parser.Parse(rule.Query.Model.Expr!);

            // It says what is wrong and what to do, and leads to a panel that is there.
            Assert.Equal(["description", "summary"], rule.Annotations.Keys.Order(StringComparer.Ordinal));
            var file = Assert.Single(DashboardTests.Files(), row => DashboardTests.Read(row.Data).GetProperty("uid").GetString() == rule.DashboardUid).Data;
            Assert.Single(DashboardTests.Panels(DashboardTests.Read(file)), panel => panel.GetProperty("id").GetInt32() == rule.PanelId);
            Assert.All(Value().Matches(string.Concat(rule.Annotations.Values)), match => Assert.Contains(match.Groups[1].Value, rule.Data.Select(one => one.RefId)));
        });
    }

    [Theory]
    [InlineData("condition: B", "conditon: B")]
    [InlineData("instant: true", "instance: true")]
    [InlineData("params: [0.5]", "params: [half]")]
    [InlineData("panelId: 9", "panelId: 9\n        panelId: 10")]
    public void A_misspelt_rule_is_refused(string text, string with)
    {
        var yaml = File.ReadAllText(RepositoryRoot.File("grafana/provisioning/alerting/shitops.yaml"));
        Assert.Contains(text, yaml, StringComparison.Ordinal);
        Assert.ThrowsAny<YamlDotNet.Core.YamlException>(() => AlertFile.Parse(yaml.Replace(text, with, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_metric_that_a_rule_reads_is_one()
    {
        var known = MetricCatalogue.All.SelectMany(metric => metric.SeriesNames).ToHashSet(StringComparer.Ordinal);
        Assert.All(AlertFile.Rules().SelectMany(rule => Metric().Matches(rule.Query.Model.Expr!)), match => Assert.Contains(match.Value, known));
    }

    [GeneratedRegex(@"\$values\.([A-Z])")]
    private static partial Regex Value();

    [GeneratedRegex("shitops_[a-z_]+")]
    private static partial Regex Metric();
}
