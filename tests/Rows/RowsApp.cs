using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Confluent.Kafka;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Aggregation;
using ShitOps.Datasource;
using ShitOps.Events;
using ShitOps.Forecasting;
using ShitOps.History;
using ShitOps.Ingestion;
using ShitOps.People;
using ShitOps.Pipeline;
using ShitOps.PromQL;
using ShitOps.Rows;
using ShitOps.Security;
using ShitOps.Storage;

namespace ShitOps.Tests.Rows;

/// <summary>The functions of rows over a table of their own, which events are brought into as the app does it.</summary>
internal sealed class RowsApp : IDisposable
{
    /// <summary>How many partitions its topic has.</summary>
    public const int Partitions = 3;

    private readonly FakeTimeProvider _time = new(Some.Time);
    private readonly KafkaStream _stream = new(Some.Name("stream"));
    private readonly KafkaConnection _connection;
    private readonly LogEnds _log;
    private readonly ProjectAggregator _aggregator;
    private readonly LiveAggregates _aggregates;
    private readonly PersonNames _names;
    private readonly ProjectCache _cache;
    private readonly PersonDirectory _people;
    private readonly ForecastTable _forecasts;
    private readonly string _forecastTable;
    private readonly long[] _offsets = new long[Partitions];

    private RowsApp(KafkaConnection connection, AzuriteFixture azurite, int slices, string forecasts, TimeSpan trust)
    {
        _cache = new ProjectCache(TimeProvider.System) { Fresh = trust };
        _connection = connection;
        var account = Account = StorageAccount.FromSettings(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build());
        var people = _people = new PersonDirectory(Encoding.UTF8.GetBytes(Some.TenantKey), account);
        _aggregates = new LiveAggregates(account, slices, _time, Some.Name("r").Replace("-", "", StringComparison.Ordinal));
        _names = new PersonNames(people, _time);
        (_forecastTable, _forecasts) = (forecasts, new ForecastTable(account, forecasts));
        _log = new LogEnds(connection, _time, NullLogger<LogEnds>.Instance);
        _aggregator = new ProjectAggregator(
            _aggregates, _stream, new PartitionCounts(account), new DeadLetters(account), _log,
            people, ObjectPool.Create<EventDecoder>(), _time, NullLogger<ProjectAggregator>.Instance);
    }

    /// <summary>The clock of the app; it begins at <see cref="Some.Time"/>.</summary>
    public FakeTimeProvider Time => _time;

    /// <summary>Starts it.</summary>
    /// <param name="kafka">Where its topic is.</param>
    /// <param name="azurite">Where its tables are.</param>
    /// <param name="slices">How many slices they have.</param>
    /// <param name="forecasts">The table of its forecasts; null: one of its own.</param>
    /// <param name="trust">How long series take projects in memory for granted; by default never, so that what was brought in is seen.</param>
    public static async Task<RowsApp> StartAsync(BrokerFixture kafka, AzuriteFixture azurite, int slices = 4, string? forecasts = null, TimeSpan trust = default) =>
        new(new KafkaConnection { Brokers = kafka.Brokers, Topic = await kafka.CreateTopicAsync(partitions: Partitions) }, azurite, slices, forecasts ?? Some.Name("f").Replace("-", "", StringComparison.Ordinal), trust);

    public static string PersonIdOf(string name) => PersonId.Of(Encoding.UTF8.GetBytes(Some.TenantKey), name);

    /// <summary>The series of its projects.</summary>
    public ISeriesSource Series => SeriesOf(new HistoryBlocks(Account, History, _time));

    /// <summary>How far back its metrics go.</summary>
    public HistorySettings History { get; set; } = new(RetentionDays: null, HourlyDays: null, CacheBytes: 64 << 20);

    /// <summary>Where all of it is stored.</summary>
    public StorageAccount Account { get; }

    /// <summary>Its live table.</summary>
    public LiveAggregates Aggregates => _aggregates;

    /// <summary>What builds its blocks of history.</summary>
    public BlockBuilder Builder => new(Account, _aggregates, new HistoryBlocks(Account, History, _time), History, _time, NullLogger<BlockBuilder>.Instance);

    /// <summary>The series of its projects, by blocks that may be in memory.</summary>
    public ISeriesSource SeriesOf(HistoryBlocks blocks, LiveAggregates? aggregates = null, Scope? scope = null)
    {
        var series = new ProjectSeries(aggregates ?? _aggregates, _cache, new ProjectPasts(blocks, History, _time), _names, _time);
        return new Selecting((selector, stopping) => series.SelectAsync(scope ?? Scope.All, selector, stopping));
    }

    /// <summary>The series of forecasts that a scope sees.</summary>
    public ISeriesSource ForecastsIn(Scope scope) => new Selecting((selector, stopping) => ForecastSeries.SelectAsync(scope, selector, stopping));

    /// <summary>The label sets of its projects.</summary>
    public IAsyncEnumerable<Labels> LabelsAsync(SeriesSelector selector, Scope? scope = null) =>
        new ProjectSeries(_aggregates, _cache, new ProjectPasts(new HistoryBlocks(Account, History, _time), History, _time), _names, _time).LabelsAsync(scope ?? Scope.All, selector, default);

    /// <summary>The names of its people.</summary>
    public PersonNames Names => _names;

    /// <summary>The table of its people.</summary>
    public PersonDirectory People => _people;

    /// <summary>The forecasts of its projects.</summary>
    public ForecastTable Forecasts => _forecasts;

    /// <summary>How long forecasts are kept; null: for ever.</summary>
    public TimeSpan? ForecastsKept { get; set; }

    /// <summary>The rows of forecasts whose keys begin so.</summary>
    public AsyncPageable<TableEntity> ForecastRows(string prefix) => Account.Tables.GetTableClient(_forecastTable).QueryAsync<TableEntity>($"RowKey ge '{prefix}' and RowKey lt '{prefix}~'");

    /// <summary>Puts something else in the place of a row of forecasts.</summary>
    public Task ReplaceForecastRowAsync(TableEntity row) => Account.Tables.GetTableClient(_forecastTable).UpdateEntityAsync(row, ETag.All, TableUpdateMode.Replace);

    private ProjectOutlooks Outlooks => new(_aggregates, _cache, _forecasts);

    /// <summary>Makes them; each is another instance of the app.</summary>
    public ProjectForecaster Forecaster => new(_aggregates, _forecasts, new ForecastRetention(ForecastsKept), _time, NullLogger<ProjectForecaster>.Instance);

    /// <summary>Makes those of the past.</summary>
    public PastForecaster PastForecaster => new(_aggregates, _forecasts, _time);

    /// <summary>The series of forecasts.</summary>
    public ForecastSeries ForecastSeries => ForecastSeriesOf(fewProjects: 32);

    /// <summary>The same, which reads rows one by one of so many projects at most.</summary>
    public ForecastSeries ForecastSeriesOf(int fewProjects) => new(_aggregates, _cache, _forecasts, _names, _time) { FewProjects = fewProjects };

    /// <summary>The topic that its events come from.</summary>
    public string Topic => _connection.Topic;

    /// <summary>The stream of its events.</summary>
    public string Stream => _stream.Name;

    /// <summary>Brings in events of any projects.</summary>
    public Task<RowsApp> StateAsync(params IEnumerable<Event> events) => StateAsync(partition: 0, events);

    /// <summary>Brings in events from one of the partitions.</summary>
    public Task<RowsApp> StateAsync(int partition, IEnumerable<Event> events) => StateAsync(partition, [.. events.Select(EventEncoder.Encode)]);

    /// <summary>Brings in what one of the partitions holds.</summary>
    public async Task<RowsApp> StateAsync(int partition, byte[][] values)
    {
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = _connection.Brokers }).Build())
        {
            foreach (var value in values) producer.Produce(new TopicPartition(_connection.Topic, partition), new Message<Null, byte[]> { Value = value });
            producer.Flush(TimeSpan.FromMinutes(1));
        }

        await _aggregator.AggregateAsync([.. values.Select(value => new KafkaRecord { Topic = _connection.Topic, Partition = partition, Offset = _offsets[partition]++, Key = [], Value = value, Headers = [] })], default);
        return this;
    }

    public void Dispose()
    {
        _aggregator.Dispose();
        _log.Dispose();
        _people.Dispose();
    }

    /// <summary>Asks a route, such as <c>projects?limit=3</c>.</summary>
    public async Task<RowsAnswer> GetAsync(string address, string? accept = null, string? ifNoneMatch = null, Scope? scope = null)
    {
        var path = address.Split('?', 2)[0];
        return await RowsAnswer.OfAsync(address, request => path switch
        {
            "projects" => new GetProjectRows(new ProjectRows(_aggregates, _names, _time)).RunAsync(request, default),
            "tasks" => new GetTaskRows(new TaskRows(_aggregates, _names, _time)).RunAsync(request, default),
            "resources" => new GetResourceRows(new ResourceRows(_aggregates, _names, _time)).RunAsync(request, default),
            "teams" => new GetTeamRows(new TeamRows(_aggregates)).RunAsync(request, default),
            "partitions" => new GetPartitionRows(new PartitionRows(_aggregates)).RunAsync(request, default),
            "history" => new GetHistoryRows(new HistoryRows(_aggregates, _time)).RunAsync(request, default),
            "forecasts" => new GetForecastRows(new ForecastRows(Outlooks)).RunAsync(request, default),
            "task-forecasts" => new GetTaskForecastRows(new TaskForecastRows(Outlooks)).RunAsync(request, default),
            "milestone-forecasts" => new GetMilestoneForecastRows(new MilestoneForecastRows(Outlooks)).RunAsync(request, default),
            "bottlenecks" => new GetBottleneckRows(new BottleneckRows(_aggregates, Outlooks, _names, _time)).RunAsync(request, default),
            "calibration" => new GetCalibrationRows(new CalibrationRows(Outlooks)).RunAsync(request, default),
            _ => new GetProjectRow(new ProjectRows(_aggregates, _names, _time)).RunAsync(request, Uri.UnescapeDataString(path["projects/".Length..]), default),
        }, accept, ifNoneMatch, scope);
    }

    private sealed class Selecting(Func<SeriesSelector, CancellationToken, ValueTask<IReadOnlyList<Series>>> select) : ISeriesSource
    {
        public ValueTask<IReadOnlyList<Series>> SelectAsync(SeriesSelector selector, CancellationToken cancellationToken) => select(selector, cancellationToken);
    }

    /// <summary>All rows of a route, page by page.</summary>
    public async Task<List<JsonElement>> PagesAsync(string address, int limit)
    {
        List<JsonElement> rows = [];
        for (string? token = null; ;)
        {
            var answer = await GetAsync($"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}{(token is null ? "" : $"&continuation={token}")}");
            Assert.InRange(answer.Rows.Length, 0, limit);
            rows.AddRange(answer.Rows);
            token = answer.Continuation;
            if (token is null) return rows;
            Assert.Equal(limit, answer.Rows.Length);
        }
    }
}

/// <summary>What a route answered.</summary>
internal sealed record RowsAnswer(int Status, string Body, IHeaderDictionary Headers)
{
    /// <summary>The answer of a route to an address, such as <c>projects?limit=3</c>.</summary>
    public static async Task<RowsAnswer> OfAsync(string address, Func<HttpRequest, Task<IActionResult>> run, string? accept = null, string? ifNoneMatch = null, Scope? scope = null)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString(address.Contains('?', StringComparison.Ordinal) ? address[address.IndexOf('?', StringComparison.Ordinal)..] : "");
        if (accept is not null) context.Request.Headers.Accept = accept;
        if (ifNoneMatch is not null) context.Request.Headers.IfNoneMatch = ifNoneMatch;
        context.Response.Body = body;
        if (scope is not null) context.Features.Set(scope);
        var result = await run(context.Request);
        await result.ExecuteResultAsync(new ActionContext(context, new RouteData(), new ActionDescriptor()));
        return new RowsAnswer(context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()), context.Response.Headers);
    }

    public JsonElement[] Rows => Status == 200 ? [.. JsonDocument.Parse(Body).RootElement.EnumerateArray()] : throw new InvalidOperationException($"{Status}: {Body}");

    public string? Continuation => Headers["x-continuation-token"] is [{ } token] ? token : null;

    public string? Detail => JsonDocument.Parse(Body).RootElement.GetProperty("detail").GetString();

    /// <summary>A column of all rows, as JSON.</summary>
    public string[] Column(string name) => [.. Rows.Select(row => row.GetProperty(name).GetRawText())];

    /// <summary>A column of texts.</summary>
    public string?[] Texts(string name) => [.. Rows.Select(row => row.GetProperty(name).GetString())];
}
