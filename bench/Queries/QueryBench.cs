using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Bench.Archive;
using ShitOps.Datasource;
using ShitOps.Events;
using ShitOps.History;
using ShitOps.People;
using ShitOps.PromQL;
using ShitOps.PromQL.Evaluation;
using ShitOps.PromQL.Parsing;
using ShitOps.Replay;
using ShitOps.Security;
using ShitOps.Storage;

namespace ShitOps.Bench.Queries;

/// <summary>
/// Dashboards' queries to the product's API over HTTP, beside the same to a real Prometheus that holds the same series: five for each project, an hour
/// between samples. All answers are compared first.
/// </summary>
internal static class QueryBench
{
    private const int Days = 90;
    private const int Slices = 8;
    private const int Rounds = 5;

    private static readonly DateTimeOffset Now = new(2026, 3, 31, 12, 10, 0, TimeSpan.Zero);
    private static readonly long End = Now.AddMinutes(-10).ToUnixTimeMilliseconds();

    private static readonly (string Query, int SpanDays, int StepHours)[] Queries =
    [
        ("sum(shitops_tasks)", 90, 2), ("sum by (category) (shitops_tasks)", 90, 2), ("sum by (team) (shitops_tasks{category=\"blocked\"})", 90, 2), ("count(sum by (project) (shitops_tasks{category=~\"todo|in-progress\"}) > 20)", 30, 6),
        ("sum by (team) (shitops_tasks{category=\"done\"}) / sum by (team) (shitops_tasks)", 90, 4), ("sum by (team) (shitops_tasks{category=\"done\"} - shitops_tasks{category=\"done\"} offset 7d)", 30, 2), ("count(shitops_tasks{category=\"blocked\"} > 5)", 30, 1),
        ("max by (team) (shitops_tasks{category=\"in-progress\"})", 30, 1), ("avg_over_time(sum(shitops_tasks{category=\"in-progress\"})[1d:1h])", 30, 6), ("quantile(0.9, shitops_tasks{category=\"todo\"})", 30, 2),
        ("shitops_tasks{project=\"project-0007\"}", 90, 1), ("sum(shitops_tasks{project=\"project-0042\", category!=\"done\"})", 30, 1), ("sum by (category) (shitops_tasks{team=\"team-03\"})", 90, 2), ("deriv(shitops_tasks{project=\"project-0100\", category=\"done\"}[7d])", 30, 2),
        ("max_over_time(shitops_tasks{team=\"team-05\", category=\"blocked\"}[1d])", 30, 6), ("shitops_tasks{team=\"team-07\", category=\"todo\"}", 7, 1), ("sum by (category) (shitops_tasks)", 7, 1), ("bottomk(5, sum by (team) (shitops_tasks{category=\"done\"}))", 7, 1),
        ("stddev by (team) (shitops_tasks{category=\"todo\"})", 7, 1), ("sum(changes(shitops_tasks{category=\"done\"}[1d]))", 7, 6),
    ];

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--projects N</c>: how many; default 1,000.</param>
    /// <returns>0; 1 if an answer differs; 2 if the arguments are not understood, or there is no Prometheus.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!CountOption.TryRead("query", "--projects", 1_000, args, out var projects)) return 2;
        await using var store = await ArchiveStore.StartAsync();
        var time = new FakeTimeProvider(Now);
        await FillAsync(store.Account, time, projects);
        var builder = new BlockBuilder(store.Account, new LiveAggregates(store.Account, Slices, time), new HistoryBlocks(store.Account, ProductSeries.History, time), ProductSeries.History, time, NullLogger<BlockBuilder>.Instance);
        Print("blocks", await builder.BuildAsync(null, isAnew: false, CancellationToken.None) ?? 0);

        foreach (var name in (string[])["cold_first", "cold_compiled"])
        {
            await using var cold = await Product.StartAsync(store, time);
            var clock = Stopwatch.StartNew();
            await AskAsync(cold.Http, Queries[1]);
            Print($"{name}_ms", clock.Elapsed.TotalMilliseconds);
            Print($"{name}_requests", cold.Transport.Requests);
        }

        await using var product = await Product.StartAsync(store, time);
        var all = await product.SeriesAsync();
        var samples = all.Sum(series => (long)series.Times.Length);
        Print("series", all.Count);
        Print("samples", samples);
        await using var prometheus = await PrometheusServer.StartAsync(all);
        if (prometheus is null)
        {
            Console.Error.WriteLine("prometheus and promtool are not on the PATH (Debian: apt-get install --no-install-recommends prometheus).");
            return 2;
        }

        var isEqual = true;
        foreach (var query in Queries)
        {
            var difference = Difference(await AskAsync(product.Http, query), await AskAsync(prometheus.Http, query));
            if (difference is not null) Console.Error.WriteLine($"{query.Query}: {difference}");
            isEqual &= difference is null;
        }

        List<double> ours = [], theirs = [];
        var requests = product.Transport.Requests;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var query in Queries)
            {
                ours.Add(await TimeAsync(product.Http, query));
                theirs.Add(await TimeAsync(prometheus.Http, query));
            }
        }

        foreach (var (i, query) in Queries.Index())
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Median(ours.Where((_, at) => at % Queries.Length == i)),8:N1} ms, Prometheus {Median(theirs.Where((_, at) => at % Queries.Length == i)),8:N1} ms: {query.Query}"));
        Print("answers_equal", isEqual ? 1 : 0);
        Print("query_p50_ms", Quantile(ours, 0.5));
        Print("query_p95_ms", Quantile(ours, 0.95));
        Print("prometheus_p50_ms", Quantile(theirs, 0.5));
        Print("prometheus_p95_ms", Quantile(theirs, 0.95));
        Print("ratio_p95", Quantile(ours, 0.95) / Quantile(theirs, 0.95));
        Print("requests_per_query", (product.Transport.Requests - requests) / (double)ours.Count);
        var blocks = 0L;
        await foreach (var blob in store.Account.Blobs.GetBlobContainerClient("blocks").GetBlobsAsync()) blocks += blob.Properties.ContentLength ?? 0;
        Print("bytes_per_sample", blocks / (double)samples);
        Print("prometheus_bytes_per_sample", prometheus.BlockBytes / (double)samples);
        Print("memory_mb", Environment.WorkingSet / 1e6);
        Print("prometheus_memory_mb", prometheus.Memory / 1e6);
        return isEqual ? 0 : 1;
    }

    /// <summary>Projects that live for as many days, in the live table.</summary>
    private static async Task FillAsync(StorageAccount account, TimeProvider time, int projects)
    {
        Status[] words = [new("To Do", StatusCategory.Todo), new("Doing", StatusCategory.InProgress), new("Stuck", StatusCategory.Blocked), new("Done", StatusCategory.Done), new("Dropped", StatusCategory.Cancelled)];
        var table = await new LiveAggregates(account, Slices, time).ReadAsync(CancellationToken.None);
        var random = new Random(1);
        var offset = 0L;
        var begin = Now.AddDays(-Days);
        foreach (var slice in Enumerable.Range(0, projects).Select(number => $"project-{number:D4}").GroupBy(table.SliceOf))
        {
            var rebuild = new SliceRebuild(slice.Key);
            List<ReplayedEvent> events = [];
            foreach (var project in slice)
            {
                State(project, begin, new ProjectCreated(new ProjectFields { Team = $"team-{random.Next(12):D2}" }));
                for (var task = 0; task < 60; task++)
                {
                    var at = begin.AddDays(task == 0 ? 0 : random.NextDouble() * (Days - 5));
                    State(project, at, new TaskCreated($"T-{task}", new TaskFields { Status = words[0] }));
                    for (var change = random.Next(9); change > 0; change--)
                    {
                        at = at.AddHours(random.NextDouble() * 100);
                        if (at < Now.AddMinutes(-15)) State(project, at, new TaskStatusChanged($"T-{task}", words[random.Next(words.Length)]));
                    }
                }
            }

            rebuild.Apply(new ArchiveChain("bench", "events", 0), events);
            await rebuild.WriteAsync(table, CancellationToken.None);
            Console.Error.WriteLine($"{slice.Count()} projects of slice {slice.Key}");

            void State(string project, DateTimeOffset at, EventData data) =>
                events.Add(new ReplayedEvent(offset, at, new Event($"e-{offset++}", "/bench", EventTypes.Of(data), at, project, data)));
        }
    }

    private static async Task<JsonDocument> AskAsync(HttpClient http, (string Query, int SpanDays, int StepHours) query)
    {
        var start = (End / 1000) - (query.SpanDays * 86_400L) + 7_200;
        using var form = new FormUrlEncodedContent(
        [
            new("query", query.Query), new("start", start.ToString(CultureInfo.InvariantCulture)), new("end", (End / 1000).ToString(CultureInfo.InvariantCulture)), new("step", (query.StepHours * 3600).ToString(CultureInfo.InvariantCulture)),
        ]);
        using var answer = await http.PostAsync("api/v1/query_range", form);
        return await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
    }

    private static async Task<double> TimeAsync(HttpClient http, (string Query, int SpanDays, int StepHours) query)
    {
        var clock = Stopwatch.StartNew();
        (await AskAsync(http, query)).Dispose();
        return clock.Elapsed.TotalMilliseconds;
    }

    /// <summary>What differs between two answers; null: nothing by more than 1e-9 of the value.</summary>
    private static string? Difference(JsonDocument one, JsonDocument other)
    {
        var (ours, theirs) = (SamplesOf(one), SamplesOf(other));
        if (ours.Count == 0) return "there is nothing in it";
        if (!ours.Keys.ToHashSet().SetEquals(theirs.Keys)) return $"{ours.Count} samples, and {theirs.Count} of Prometheus, not at the same places";
        var worst = ours.MaxBy(sample => Math.Abs(sample.Value - theirs[sample.Key]) / Math.Max(1, Math.Abs(sample.Value)));
        return Math.Abs(worst.Value - theirs[worst.Key]) > 1e-9 * Math.Max(1, Math.Abs(worst.Value)) ? $"{worst.Key}: {worst.Value} and {theirs[worst.Key]}" : null;
    }

    private static Dictionary<string, double> SamplesOf(JsonDocument answer)
    {
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var series in answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            var labels = string.Join(',', series.GetProperty("metric").EnumerateObject().Select(label => $"{label.Name}={label.Value}").Order(StringComparer.Ordinal));
            foreach (var sample in series.GetProperty("values").EnumerateArray()) samples[$"{labels} at {sample[0]}"] = double.Parse(sample[1].GetString()!, CultureInfo.InvariantCulture);
        }

        return samples;
    }

    private static double Median(IEnumerable<double> values) => Quantile([.. values], 0.5);

    private static double Quantile(IReadOnlyList<double> values, double share) => values.Order().ElementAt((int)Math.Ceiling(share * values.Count) - 1);

    private static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:0.###}"));

    /// <summary>The product's API on a port of its own, with nothing in memory yet.</summary>
    private sealed class Product : IAsyncDisposable
    {
        private readonly WebApplication _server;
        private readonly MetricSeries _series;
        private readonly HistoryBlocks _blocks;

        private Product(WebApplication server, MetricSeries series, HistoryBlocks blocks, CountingTransport transport)
        {
            (_server, _series, _blocks, Transport) = (server, series, blocks, transport);
            Http = new HttpClient { BaseAddress = new Uri(server.Urls.Single()), Timeout = TimeSpan.FromMinutes(5) };
        }

        public HttpClient Http { get; }

        public CountingTransport Transport { get; }

        public static async Task<Product> StartAsync(ArchiveStore store, TimeProvider time)
        {
            var transport = new CountingTransport();
            var account = store.OpenAccount(transport);
            var aggregates = new LiveAggregates(account, Slices, time);
            var blocks = new HistoryBlocks(account, ProductSeries.History, time);
            var names = new PersonNames(new PersonDirectory("a key for the bench, of 32 bytes"u8.ToArray(), account), time);
            var series = ProductSeries.Of(account, aggregates, names, blocks, time);
            var settings = new QuerySettings(new QueryLimits(), TimeSpan.FromMinutes(2), Concurrency: 1);
            var api = new PrometheusApi(series, settings, new QueryTurns(settings), time, NullLogger<PrometheusApi>.Instance);
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var server = builder.Build();
            server.Urls.Add("http://127.0.0.1:0");
            server.MapPost("/api/v1/query_range", async context =>
            {
                var answer = await api.QueryRangeAsync(context.Request, context.RequestAborted);
                await answer.ExecuteResultAsync(new ActionContext(context, new RouteData(), new ActionDescriptor()));
            });
            await server.StartAsync();
            return new Product(server, series, blocks, transport);
        }

        /// <summary>The series that Prometheus is to hold.</summary>
        public async Task<IReadOnlyList<Series>> SeriesAsync() => await _series.In(Scope.All).SelectAsync(
            new SeriesSelector(Parser.ParseSelector("shitops_tasks").Matchers, End - (Days * 86_400_000L), End), CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await _server.DisposeAsync();
            _blocks.Dispose();
        }
    }
}
