using Azure.Core.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Asking;
using ShitOps.Audit;
using ShitOps.Datasource;
using ShitOps.Events;
using ShitOps.Forecasting;
using ShitOps.History;
using ShitOps.Ingestion;
using ShitOps.People;
using ShitOps.Pipeline;
using ShitOps.Planning;
using ShitOps.Replay;
using ShitOps.Rows;
using ShitOps.Security;
using ShitOps.Storage;

namespace ShitOps;

/// <summary>What the functions are made of.</summary>
public static class Services
{
    /// <summary>Adds everything that the functions ask for.</summary>
    /// <param name="services">Takes it.</param>
    /// <param name="settings">The app's settings.</param>
    /// <param name="storageTransport">What sends the requests to storage; null: the SDK's own.</param>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static void Add(IServiceCollection services, IConfiguration settings, HttpPipelineTransport? storageTransport = null)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(KafkaConnection.FromSettings(settings));
        services.AddSingleton(KafkaStream.FromSettings(settings));
        var account = StorageAccount.FromSettings(settings, storageTransport);
        services.AddSingleton(account);
        services.AddSingleton(PersonDirectory.FromSettings(settings, account));
        services.AddSingleton(DeadLetterRetention.FromSettings(settings));
        services.AddSingleton(provider => new EventProducer(provider.GetRequiredService<KafkaConnection>(), provider.GetRequiredService<ILogger<EventProducer>>()));
        services.AddSingleton(ObjectPool.Create<EventDecoder>());
        services.AddSingleton<EventIntake>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<PartitionCounts>();
        services.AddSingleton<LogEnds>();
        services.AddSingleton(LiveAggregates.FromSettings(settings, account, TimeProvider.System));
        services.AddSingleton<ProjectAggregator>();
        services.AddSingleton<PipelineHealth>();
        services.AddSingleton(ScaleSettings.FromSettings(settings));
        services.AddSingleton<PipelineScale>();
        services.AddSingleton<SegmentChain>();
        services.AddSingleton<ArchivePositions>();
        services.AddSingleton<EventArchiver>();
        services.AddSingleton(ArchiveTableSettings.FromSettings(settings));
        services.AddSingleton<ArchiveTable>();
        services.AddSingleton<SegmentCommitter>();
        services.AddSingleton<ArchiveManifest>();
        services.AddSingleton<Compactor>();
        services.AddSingleton<ArchiveVacuum>();
        services.AddSingleton<ArchiveReader>();
        services.AddSingleton(provider => new AuditSearch(provider.GetRequiredService<ArchiveTable>(), provider.GetRequiredService<ArchiveReader>(), provider.GetRequiredService<ArchivePositions>()));
        services.AddSingleton<PersonNames>();
        services.AddSingleton<PersonErasure>();
        services.AddSingleton(new ForecastTable(account));
        services.AddSingleton(ForecastRetention.FromSettings(settings));
        services.AddSingleton<ProjectForecaster>();
        services.AddSingleton<ProjectOutlooks>();
        services.AddSingleton(HistorySettings.FromSettings(settings));
        services.AddSingleton<HistoryBlocks>();
        services.AddSingleton<ProjectCache>();
        services.AddSingleton<ProjectPasts>();
        services.AddSingleton<BlockBuilder>();
        services.AddSingleton<ProjectSeries>();
        services.AddSingleton<TaskAgeSeries>();
        services.AddSingleton<ForecastSeries>();
        services.AddSingleton<PipelineSeries>();
        services.AddSingleton<MetricSeries>();
        services.AddSingleton(QuerySettings.FromSettings(settings));
        services.AddSingleton<QueryTurns>();
        services.AddSingleton<PrometheusApi>();
        services.AddSingleton<ProjectRows>();
        services.AddSingleton<TaskRows>();
        services.AddSingleton<ResourceRows>();
        services.AddSingleton<TeamRows>();
        services.AddSingleton<HistoryRows>();
        services.AddSingleton<ForecastRows>();
        services.AddSingleton<TaskForecastRows>();
        services.AddSingleton<MilestoneForecastRows>();
        services.AddSingleton<CalibrationRows>();
        services.AddSingleton<BottleneckRows>();
        services.AddSingleton<PartitionRows>();
        services.AddSingleton<AuditRows>();
        services.AddSingleton<LiveNames>();
        services.AddSingleton(new ModelStore(account));
        services.AddSingleton(new CorrectionStore(account, TimeProvider.System));
        var pinned = LiveModel.PinnedFrom(settings);
        services.AddSingleton(provider => new LiveModel(provider.GetRequiredService<ModelStore>(), pinned, TimeProvider.System, provider.GetRequiredService<ILogger<LiveModel>>()));
        services.AddSingleton(provider => new QueryExecutor(provider.GetRequiredService<LiveAggregates>(), provider.GetRequiredService<PersonNames>(), provider.GetRequiredService<MetricSeries>().In(Scope.All), provider.GetRequiredService<QueryTurns>(), provider.GetRequiredService<AuditSearch>()));
        services.AddSingleton(provider => new QueryLog(account, TimeProvider.System, provider.GetRequiredService<ILogger<QueryLog>>()));
        services.AddSingleton<SettledAnswers>();
        services.AddSingleton(provider => new QueryPlanner(
            provider.GetRequiredService<QueryExecutor>(), provider.GetRequiredService<SettledAnswers>(), provider.GetRequiredService<QueryLog>(),
            Learnt(provider, (queries, stopping) => queries.LatestAsync(QueryPlanner.Remembered, stopping, byOthers: true)), provider.GetRequiredService<HistorySettings>(), TimeProvider.System));
        services.AddSingleton(provider => new FormPlanner(provider.GetRequiredService<QueryLog>(), Learnt(provider, (queries, stopping) => queries.FormsAsync(TimeSpan.FromHours(1), stopping, byOthers: true)), TimeProvider.System));
        services.AddSingleton<AskedQuery>();
        services.AddSingleton<NothingFound>();
        services.AddSingleton<AskApi>();
        services.AddSingleton<ExplainApi>();
        services.AddSingleton<FeedbackApi>();
        services.AddSingleton<QuestionRefiner>();

        static LearntCosts Learnt(IServiceProvider provider, Func<QueryLog, CancellationToken, Task<IReadOnlyList<LoggedQuery>>> before)
        {
            var queries = provider.GetRequiredService<QueryLog>();
            return new LearntCosts(new CostModel(new Random()), stopping => before(queries, stopping), TimeProvider.System, provider.GetRequiredService<ILogger<LearntCosts>>());
        }
    }
}
