using ShitOps.Archive;
using ShitOps.Datasource;
using ShitOps.Pipeline;
using ShitOps.Planning;
using ShitOps.PromQL;

namespace ShitOps.Tests.Datasource;

/// <summary>The series of the pipeline say what the health report says, and nothing where it does not know.</summary>
public class PipelineSeriesTests
{
    private static readonly ArchivePosition[] Archived = [new("t", 0, new ChainTail(0, 6, 1, 6, 0, 0, 100, null, null), Some.Time)];

    [Fact]
    public void What_is_known_is_said()
    {
        var found = Of(HealthReport.Of("s", "t", [], Archived, new Dictionary<int, long> { [0] = 8 }, topicId: null, [], Some.Time));
        Assert.Equal(["shitops_pipeline_archive_lag_records: 2", "shitops_pipeline_dead_letters_total: 0", "shitops_pipeline_lag_records: 8"], found);
    }

    [Fact]
    public void The_load_of_queries_is_said_and_no_time_without_any()
    {
        var report = HealthReport.Of("s", "t", [], [], new Dictionary<int, long>(), topicId: null, [], Some.Time);
        Assert.Equal(
            ["shitops_pipeline_dead_letters_total: 0", "shitops_pipeline_queries_per_second: 2.5", "shitops_pipeline_query_expected_seconds: 0.04"], Of(report, new QueryLoad(2.5, 40, 0.1)));
        Assert.Equal(["shitops_pipeline_dead_letters_total: 0", "shitops_pipeline_queries_per_second: 0"], Of(report, new QueryLoad(0, 0, 0)));
    }

    [Fact]
    public void While_Kafka_does_not_answer_no_lag_is_known() =>
        Assert.Equal(["shitops_pipeline_dead_letters_total: 0"], Of(HealthReport.Of("s", "t", [], Archived, new Dictionary<int, long>(), topicId: null, ["Kafka does not answer"], Some.Time)));

    [Fact]
    public void While_storage_does_not_answer_nothing_is_known() =>
        Assert.Empty(Of(HealthReport.Of("s", "t", null, [], new Dictionary<int, long> { [0] = 8 }, topicId: null, ["storage does not answer"], Some.Time)));

    private static IEnumerable<string> Of(HealthReport report, QueryLoad? load = null) =>
        PipelineSeries.Of(report, load, [], 5).Select(series => $"{series.Labels[Labels.MetricName]}: {series.Values.Span[0]}").Order(StringComparer.Ordinal);
}
