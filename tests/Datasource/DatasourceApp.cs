using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Datasource;
using ShitOps.History;
using ShitOps.Ingestion;
using ShitOps.Pipeline;
using ShitOps.Planning;
using ShitOps.PromQL.Evaluation;
using ShitOps.Security;
using ShitOps.Storage;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Datasource;

/// <summary>Prometheus' HTTP API over the stores of a <see cref="RowsApp"/>, for whoever sees a scope, without a Kafka behind the series of the pipeline.</summary>
internal sealed class DatasourceApp : IDisposable
{
    private readonly HistoryBlocks _blocks;
    private readonly LogEnds _ends;
    private readonly PipelineHealth _health;

    /// <param name="app">The stores.</param>
    /// <param name="account">How they are reached, if not as the app does.</param>
    /// <param name="concurrency">How many queries are evaluated at a time.</param>
    public DatasourceApp(RowsApp app, StorageAccount? account = null, int concurrency = 2)
    {
        var aggregates = account is null ? app.Aggregates : new LiveAggregates(account, 4, app.Time, app.Aggregates.Name);
        _blocks = new HistoryBlocks(app.Account, app.History, app.Time);
        var cache = new ProjectCache(TimeProvider.System) { Fresh = TimeSpan.Zero };
        var (connection, stream) = (new KafkaConnection { Brokers = "127.0.0.1:1", Topic = app.Topic }, new KafkaStream(app.Stream));
        _ends = new LogEnds(connection, app.Time, NullLogger<LogEnds>.Instance);
        _health = new PipelineHealth(
            connection, stream, aggregates, new PartitionCounts(app.Account), new ArchivePositions(app.Account, stream), _ends, app.Time, NullLogger<PipelineHealth>.Instance);
        var series = new MetricSeries(
            new ProjectSeries(aggregates, cache, new ProjectPasts(_blocks, app.History, app.Time), app.Names, app.Time),
            new TaskAgeSeries(aggregates, cache, app.Time),
            app.ForecastSeries,
            new PipelineSeries(_health, new QueryLog(app.Account, app.Time, NullLogger<QueryLog>.Instance, Some.Name("q").Replace("-", "", StringComparison.Ordinal)), app.Time));
        var settings = new QuerySettings(new QueryLimits(), TimeSpan.FromMinutes(2), concurrency);
        Api = new PrometheusApi(series, settings, new QueryTurns(settings), app.Time, NullLogger<PrometheusApi>.Instance);
    }

    /// <summary>What answers.</summary>
    public PrometheusApi Api { get; }

    /// <summary>Asks a route below <c>/api/v1/</c>, such as <c>labels?match[]=shitops_tasks</c>.</summary>
    /// <param name="address">The route.</param>
    /// <param name="scope">What whoever asks may see.</param>
    /// <param name="isBelow">Whether it is asked for below <c>/api/api/v1/</c>.</param>
    /// <param name="ifNoneMatch">The ETag of an answer that is there already.</param>
    public Task<RowsAnswer> GetAsync(string address, Scope scope, bool isBelow = false, string? ifNoneMatch = null)
    {
        var path = address.Split('?', 2)[0];
        return RowsAnswer.OfAsync(address, request => isBelow ? new GetBelowApi(Api).RunAsync(request, path, default) : RunAsync(path.Split('/'), request), ifNoneMatch: ifNoneMatch, scope: scope);
    }

    public void Dispose()
    {
        _health.Dispose();
        _ends.Dispose();
        _blocks.Dispose();
    }

    private Task<IActionResult> RunAsync(string[] path, HttpRequest request) => path switch
    {
        ["query"] => new GetQuery(Api).RunAsync(request, default),
        ["query_range"] => new GetQueryRange(Api).RunAsync(request, default),
        ["series"] => new GetSeries(Api).RunAsync(request, default),
        ["labels"] => new GetLabelNames(Api).RunAsync(request, default),
        ["label", var name, "values"] => new GetLabelValues(Api).RunAsync(request, name, default),
        ["metadata"] => new GetMetadata(Api).RunAsync(request, default),
        _ => throw new ArgumentException($"There is no route {string.Join('/', path)}.", nameof(path)),
    };
}
