using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Events;
using ShitOps.Planning;
using ShitOps.Security;
using ShitOps.Storage;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Datasource;

/// <summary>Prometheus' HTTP API of a running function app, as Grafana and promtool ask it.</summary>
[Collection(nameof(AppCollection))]
public sealed class PrometheusApiTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    [Fact]
    public async Task Requests_are_answered_as_Prometheus_does()
    {
        await using var app = await StartAsync();

        // What Grafana sends to see whether a datasource works.
        Assert.Equal((200, """{"status":"success","data":{"resultType":"scalar","result":[4,"2"]}}"""), await PostAsync(app, "query", ("query", "1+1"), ("time", "4")));
        Assert.Equal((200, """{"status":"success","data":{"resultType":"string","result":[4.25,"a\"b"]}}"""), await PostAsync(app, "query", ("query", "'a\"b'"), ("time", "4.25")));
        Assert.Equal((200, """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1767225600,"+Inf"]}]}}"""), await GetAsync(app, "query?query=vector(1)%2F0&time=2026-01-01T00:00:00Z"));
        Assert.Equal(
            (200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[0,"0"],[90,"90"],[180,"180"]]}]}}"""),
            await PostAsync(app, "query_range", ("query", "time()"), ("start", "0"), ("end", "200"), ("step", "1m30s")));
        Assert.Equal((200, """{"status":"success","data":"sum by (team) (shitops_tasks)"}"""), await GetAsync(app, "format_query?query=sum(shitops_tasks)by(team)"));
        Assert.Contains("\"version\":\"2.42.0\"", (await GetAsync(app, "status/buildinfo")).Body, StringComparison.Ordinal);
        Assert.Equal(
            (200, """{"status":"success","data":{"shitops_tasks_blocked":[{"type":"gauge","help":"Open tasks that wait, by their status or by a block.","unit":""}]}}"""),
            await GetAsync(app, "metadata?metric=shitops_tasks_blocked"));

        var tasks = (await PostAsync(app, "query", ("query", "shitops_tasks{category=\"todo\"}"))).Body;
        Assert.StartsWith("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"shitops_tasks","category":"todo","project":"APOLLO","team":"red"},"value":[""", tasks, StringComparison.Ordinal);
        Assert.Equal((200, """{"status":"success","data":["blocked","cancelled","done","in-progress","todo"]}"""), await GetAsync(app, "label/category/values?match[]=shitops_tasks"));
        Assert.Equal((200, """{"status":"success","data":["APOLLO"]}"""), await GetAsync(app, "label/project/values"));
        Assert.Equal((200, """{"status":"success","data":["__name__","category","project","team"]}"""), await PostAsync(app, "labels", ("match[]", "shitops_tasks")));
        Assert.Equal(
            (200, """{"status":"success","data":[{"__name__":"shitops_tasks_blocked","project":"APOLLO","team":"red"},{"__name__":"shitops_tasks_created_total","project":"APOLLO","team":"red"}]}"""),
            await PostAsync(app, "series", ("match[]", "shitops_tasks_created_total"), ("match[]", "shitops_tasks_blocked")));
        Assert.Contains("\"warnings\":[\"results truncated due to limit\"]", (await GetAsync(app, "labels?limit=1")).Body, StringComparison.Ordinal);
        Assert.Equal("0", Value((await PostAsync(app, "query", ("query", "sum(shitops_pipeline_lag_records)"))).Body));

        // Numbers are those of Go.
        Assert.Equal((200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[0,"0"],[8,"8"],[16,"16"]]}]}}"""), await GetAsync(app, "query_range?query=time()&start=0&end=1_6&step=0x1p3"));
        Assert.Equal(400, (await GetAsync(app, "query?query=1&time=%205")).Status);

        // A form counts before the address, and times may be of any zone.
        using (var form = new FormUrlEncodedContent([KeyValuePair.Create("query", "2")]))
        using (var both = await app.Http.PostAsync("api/v1/query?query=1&time=2026-01-01T02:00:00.5%2B02:00", form))
            Assert.Equal("""{"status":"success","data":{"resultType":"scalar","result":[1767225600.5,"2"]}}""", await both.Content.ReadAsStringAsync());
        Assert.Contains("\"warnings\":[\"results truncated due to limit\"]", (await GetAsync(app, "series?limit=1&match[]=shitops_tasks")).Body, StringComparison.Ordinal);

        // Names and what a version always says may be kept for a while, and are not sent again; values never are.
        foreach (var (address, seconds) in ((string, int?)[])[("metadata", 300), ("status/buildinfo", 300), ("format_query?query=a", 300), ("labels", 5), ("label/project/values", 5), ("series?match[]=shitops_tasks", 5), ("query?query=shitops_tasks", null)])
        {
            using var first = await app.Http.GetAsync($"api/v1/{address}");
            Assert.Equal((seconds is null, seconds), (first.Headers.CacheControl!.NoStore, (int?)first.Headers.CacheControl.MaxAge?.TotalSeconds));
            if (seconds is null) continue;
            using var again = new HttpRequestMessage(HttpMethod.Get, $"api/v1/{address}") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
            using var same = await app.Http.SendAsync(again);
            Assert.Equal((HttpStatusCode.NotModified, ""), (same.StatusCode, await same.Content.ReadAsStringAsync()));
        }

        // Also behind an address that ends with /api.
        using var below = await app.Http.GetAsync("api/api/v1/label/project/values");
        Assert.Equal("""{"status":"success","data":["APOLLO"]}""", await below.Content.ReadAsStringAsync());
        foreach (var unknown in (string[])["api/api/v1/alerts", "api/api/v1/"]) Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync(unknown)).StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/label/project/values");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var packed = await app.Http.SendAsync(request);
        Assert.Equal("gzip", Assert.Single(packed.Content.Headers.ContentEncoding));
        using var unpacked = new StreamReader(new GZipStream(await packed.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
        Assert.Equal("""{"status":"success","data":["APOLLO"]}""", await unpacked.ReadToEndAsync());
    }

    [Fact]
    public async Task Errors_have_the_kinds_and_texts_of_Prometheus()
    {
        await using var app = await StartAsync();
        (string Address, int Status, string Error)[] cases =
        [
            ("query", 400, """{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": it is missing"}"""),
            ("query?query=sum(", 400, "invalid parameter \\\"query\\\": 1:5: parse error: "),
            ("query?query=1&time=soon", 400, "invalid parameter \\\"time\\\": Invalid time value for 'time': cannot parse \\\"soon\\\" to a valid timestamp"),
            ("labels?start=soon", 400, "invalid parameter \\\"start\\\": Invalid time value for 'start': cannot parse \\\"soon\\\" to a valid timestamp"),
            ("label/team/values?end=soon", 400, "invalid parameter \\\"end\\\": Invalid time value for 'end': cannot parse \\\"soon\\\" to a valid timestamp"),
            ("series?match[]=sum(up)&end=soon", 400, "invalid parameter \\\"end\\\": Invalid time value for 'end': "),
            ("series?match[]=sum(up)&start=9&end=0", 400, "invalid parameter \\\"match[]\\\""),
            ("labels?start=9&end=0", 200, "{\"status\":\"success\",\"data\":[]}"),
            ("query_range?query=1&start=soon&end=9&step=1", 400, "invalid parameter \\\"start\\\": cannot parse \\\"soon\\\" to a valid timestamp"),
            ("query?query=1&timeout=ever", 400, "invalid parameter \\\"timeout\\\": cannot parse \\\"ever\\\" to a valid duration"),
            ("query?query=sum(shitops_tasks)&timeout=-1", 503, "{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"query timed out in expression evaluation\"}"),
            ("query_range?query=1&start=0&end=9", 400, "invalid parameter \\\"step\\\""),
            ("query_range?query=1&start=0&end=9&step=0", 400, "zero or negative query resolution step widths are not accepted. Try a positive integer"),
            ("query_range?query=1&start=9&end=0&step=1", 400, "end timestamp must not be before start time"),
            ("query_range?query=1&start=0&end=11001&step=1", 400, "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"),
            ("query?query=shitops_tasks+%2B+on(project)+shitops_tasks", 422, "\"errorType\":\"execution\""),
            ("series", 400, "no match[] parameter provided"),
            ("series?match[]=sum(up)", 400, "invalid parameter \\\"match[]\\\""),
            ("label/a-b/values", 400, "invalid label name: \\\"a-b\\\""),
        ];
        foreach (var (address, status, error) in cases)
        {
            var answer = await GetAsync(app, address);
            Assert.Equal(status, answer.Status);
            Assert.Contains(error, answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_put_on_the_topic_shows_in_queries_and_rows_with_nothing_else_done()
    {
        await using var app = await StartAsync();
        using var content = new ByteArrayContent(Some.EventJson("e-late", data: new TaskCreated("T-late", new TaskFields { Status = new Status("To Do", StatusCategory.Todo) }))) { Headers = { ContentType = new("application/cloudevents+json") } };
        var before = Value((await GetAsync(app, "query?query=shitops_tasks_created_total")).Body);
        Assert.Equal(HttpStatusCode.Accepted, (await app.Http.PostAsync("api/events", content)).StatusCode);
        var waited = Stopwatch.StartNew();
        while (Value((await GetAsync(app, "query?query=sum(shitops_tasks_created_total)")).Body) != "4")
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), "The event has not come in for a minute.");
            await Task.Delay(50);
        }

        Assert.Equal("3", before);
        using var rows = await app.Http.GetAsync("api/rows/projects");
        Assert.Contains("\"tasksCreated\":4", await rows.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("QueryMaxSeries", "3", "the query selects more series than are allowed")]
    [InlineData("QueryMaxSamples", "6", "query processing would load too many samples into memory")]
    public async Task What_would_take_too_much_is_refused_and_noted(string setting, string value, string error)
    {
        var begun = TimeProvider.System.GetUtcNow();
        await using (var app = await StartAsync((setting, value)))
        {
            var answer = await GetAsync(app, "query?query=shitops_tasks");
            Assert.Equal((422, true), (answer.Status, answer.Body.Contains(error, StringComparison.Ordinal)));
            Assert.Equal(200, (await GetAsync(app, "query?query=shitops_tasks_created_total")).Status);
        }

        var account = StorageAccount.FromSettings(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build());
        await using var queries = new QueryLog(account, TimeProvider.System, NullLogger<QueryLog>.Instance);
        var noted = (await queries.FormsAsync(TimeSpan.FromMinutes(10), default)).Where(one => one.At >= begun).ToList();
        Assert.Equal((QueryOutcome.Failed, 0), Noted("shitops_tasks"));
        Assert.Equal((QueryOutcome.Answered, 1), Noted("shitops_tasks_created_total"));

        (QueryOutcome, int) Noted(string expression)
        {
            var shape = FormPlan.OfPromQL(expression, begun.UtcDateTime, begun.UtcDateTime, range: null, points: 1)!.Shape;
            return Assert.Single(noted.Where(one => one.Shape == shape).Select(one => (one.Outcome, one.Rows)));
        }
    }

    [Fact]
    public async Task Queries_wait_for_their_turn_as_long_as_they_have_time()
    {
        using var rows = await RowsApp.StartAsync(kafka, azurite);
        await rows.StateAsync(Some.Event("e-1", "APOLLO", new TaskCreated("T-1", new TaskFields())));
        rows.Time.Advance(TimeSpan.FromMinutes(1));
        using var asked = new ManualResetEventSlim();
        using var goesOn = new ManualResetEventSlim();
        var account = StorageAccount.FromSettings(
            new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build(),
            new FaultyTransport(_ => Fault.None, _ =>
            {
                asked.Set();
                goesOn.Wait();
            }));
        using var datasource = new DatasourceApp(rows, account, concurrency: 1);
        var first = Task.Run(() => datasource.GetAsync("query?query=shitops_tasks_created_total", Scope.All));
        asked.Wait();
        var waiting = datasource.GetAsync("query?query=1", Scope.All);
        var hurried = await datasource.GetAsync("query?query=1&timeout=0.1", Scope.All);
        Assert.Equal((503, """{"status":"error","errorType":"timeout","error":"query timed out in query queue"}"""), (hurried.Status, hurried.Body));
        Assert.False(waiting.IsCompleted);
        goesOn.Set();
        Assert.Equal((200, 200), ((await first).Status, (await waiting).Status));
        Assert.Contains("APOLLO", (await first).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promtool_reads_it()
    {
        if (Which("promtool") is not { } promtool)
        {
            Assert.Skip("promtool is not on the PATH (Debian: apt-get install --no-install-recommends prometheus).");
            return;
        }

        await using var app = await StartAsync();
        var address = $"http://127.0.0.1:{app.Port}/";
        Assert.Matches("""^shitops_tasks_created_total\{project="APOLLO", team="red"\} => 3 @\[""", await RunAsync("query", "instant", address, "shitops_tasks_created_total"));
        Assert.Contains("3 @[", await RunAsync("query", "range", "--step=10s", address, "shitops_tasks_created_total"), StringComparison.Ordinal);
        Assert.Contains("APOLLO", await RunAsync("query", "labels", address, "project"), StringComparison.Ordinal);
        Assert.Contains("shitops_tasks_blocked", await RunAsync("query", "series", "--match=shitops_tasks_blocked", address), StringComparison.Ordinal);

        async Task<string> RunAsync(params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(promtool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"promtool {string.Join(' ', arguments)}: {await output}{await error}");
            return await output;
        }
    }

    private static string? Which(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string? Value(string body) => JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("result")[0].GetProperty("value")[1].GetString();

    private static async Task<(int Status, string Body)> GetAsync(FunctionAppProcess app, string address)
    {
        using var answer = await app.Http.GetAsync($"api/v1/{address}");
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<(int Status, string Body)> PostAsync(FunctionAppProcess app, string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(one => KeyValuePair.Create(one.Name, one.Value)));
        using var answer = await app.Http.PostAsync($"api/v1/{path}", content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>An app that has aggregated three tasks of a project.</summary>
    private async Task<FunctionAppProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        var topic = await kafka.CreateTopicAsync();
        var app = await FunctionAppProcess.StartAsync(azurite.ConnectionString, kafka.Brokers, topic, Some.Name("stream"), [("Slices", $"{Some.Slices()}"), .. settings]);
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build();
        EventData[] statements = [new ProjectUpdated(new ProjectFields { Team = "red" }), .. Enumerable.Range(0, 3).Select(i => new TaskCreated($"T-{i}", new TaskFields { Status = new Status("To Do", StatusCategory.Todo) }))];
        foreach (var (i, data) in statements.Index()) await producer.ProduceAsync(topic, new Message<string, byte[]> { Key = "APOLLO", Value = Some.EventJson($"e-{i}", data: data) });
        await app.HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0 && health.GetProperty("events").GetProperty("decoded").GetInt32() == statements.Length);
        return app;
    }
}
