using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Datasource;
using ShitOps.Forecasting;
using ShitOps.History;
using ShitOps.Ingestion;
using ShitOps.People;
using ShitOps.Pipeline;
using ShitOps.Planning;
using ShitOps.Storage;

namespace ShitOps.Bench;

/// <summary>The product's series over an account, without a Kafka behind them.</summary>
internal static class ProductSeries
{
    /// <summary>How far back metrics go.</summary>
    public static HistorySettings History { get; } = new(RetentionDays: null, HourlyDays: null, CacheBytes: 256 << 20);

    /// <summary>Those of an instance that has nothing in memory yet but the blocks that are given.</summary>
    public static MetricSeries Of(StorageAccount account, LiveAggregates aggregates, PersonNames names, HistoryBlocks blocks, TimeProvider time)
    {
        var cache = new ProjectCache(TimeProvider.System);
        var (connection, stream) = (new KafkaConnection { Brokers = "127.0.0.1:1", Topic = "events" }, new KafkaStream("bench"));
        var health = new PipelineHealth(
            connection, stream, aggregates, new PartitionCounts(account), new ArchivePositions(account, stream), new LogEnds(connection, time, NullLogger<LogEnds>.Instance), time, NullLogger<PipelineHealth>.Instance);
        return new MetricSeries(
            new ProjectSeries(aggregates, cache, new ProjectPasts(blocks, History, time), names, time),
            new TaskAgeSeries(aggregates, cache, time),
            new ForecastSeries(aggregates, cache, new ForecastTable(account), names, time),
            new PipelineSeries(health, new QueryLog(account, time, NullLogger<QueryLog>.Instance), time));
    }
}
