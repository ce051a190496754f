using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Confluent.Kafka;
using ShitOps.Events;

namespace ShitOps.Tests.Observability;

/// <summary>What an app tells of its work, as it arrives where it is sent.</summary>
[Collection(nameof(AppCollection))]
public class TelemetryTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    [Fact]
    public async Task One_event_is_followed_from_its_post_through_Kafka_and_tables_to_a_query_by_its_trace_id()
    {
        var (trace, caller) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        await using var collector = await OtlpCollector.StartAsync();
        await using var app = await StartAsync(collector.Settings);

        using (var answer = await app.Http.SendAsync(In(HttpMethod.Post, "api/events", Some.EventJson(project: "FOLLOWED")))) answer.EnsureSuccessStatusCode();
        await app.HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0 && health.TryGetProperty("archive", out var archive) && archive.GetProperty("lag").GetInt64() == 0 && archive.GetProperty("events").GetInt64() == 1);
        string values;
        using (var answer = await app.Http.SendAsync(In(HttpMethod.Get, "api/v1/query?query=" + Uri.EscapeDataString("""shitops_tasks_by_status{project="FOLLOWED",status="In Review"}"""), null))) values = await answer.Content.ReadAsStringAsync();

        Assert.Equal("1", JsonDocument.Parse(values).RootElement.GetProperty("data").GetProperty("result")[0].GetProperty("value")[1].GetString());
        await Eventually.TrueAsync(() => OfTrace().Any(span => span.Name == "GET /api/v1/query") && OfTrace().Count(span => span.Name.StartsWith("process ", StringComparison.Ordinal)) == 2);
        var spans = OfTrace();
        var write = spans.Where(span => span.Name == "POST /$batch").Select(Path).First(path => path[1]["messaging.consumer.group.name"] == "shitops-aggregate");
        Assert.Equal(["POST /$batch", $"process {app.Topic}", $"send {app.Topic}", "function PostEvents", "POST /api/events"], write.Select(span => span.Name));
        Assert.Equal(("kafka", "process", app.Topic, "1"), (write[1]["messaging.system"], write[1]["messaging.operation.type"], write[1]["messaging.destination.name"], write[1]["messaging.batch.message_count"]));
        Assert.Equal(("POST", "202"), (write[0]["http.request.method"], write[0]["http.response.status_code"]));
        Assert.Equal((caller.ToHexString(), "/api/events", "202"), (write[^1].Parent, write[^1]["http.route"], write[^1]["http.response.status_code"]));
        var archived = Path(spans.First(span => span.Name == "PUT /archive/{name}"));
        Assert.Equal(["PUT /archive/{name}", $"process {app.Topic}", $"send {app.Topic}", "function PostEvents", "POST /api/events"], archived.Select(span => span.Name));
        Assert.Equal("shitops-archive", archived[1]["messaging.consumer.group.name"]);
        var read = spans.Where(span => span.Name.StartsWith("GET /aggregates", StringComparison.Ordinal)).Select(Path).First(path => path[^1].Name == "GET /api/v1/query");
        Assert.Equal("function GetQuery", read[^2].Name);
        Assert.Equal(caller.ToHexString(), read[^1].Parent);

        HttpRequestMessage In(HttpMethod method, string address, byte[]? body)
        {
            var request = new HttpRequestMessage(method, address) { Headers = { { "traceparent", $"00-{trace}-{caller}-01" } } };
            if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(Event.ContentType) } };
            return request;
        }

        List<OtlpSpan> OfTrace() => [.. collector.Spans.Where(span => span.Trace == trace.ToHexString())];

        // From a span up to the first that came into the app.
        List<OtlpSpan> Path(OtlpSpan span)
        {
            List<OtlpSpan> path = [span];
            while (OfTrace().SingleOrDefault(one => one.Id == path[^1].Parent) is { } parent) path.Add(parent);
            return path;
        }
    }

    [Fact]
    public async Task Nothing_that_events_say_or_people_ask_and_no_secret_is_told()
    {
        const string Secret = "xylophone";
        await using var collector = await OtlpCollector.StartAsync();
        await using var monitor = await MonitorIngestion.StartAsync();
        await using (var app = await StartAsync([.. collector.Settings, monitor.Setting, ("TracesPerSecond", "1000")]))
        {
            var created = new TaskCreated($"{Secret}-1", new TaskFields { Title = $"{Secret} title", Assignee = $"{Secret} person", Status = new Status($"{Secret} status", StatusCategory.InProgress) });
            await PostAsync(app, Some.EventJson(project: $"{Secret}-project", data: created), "202");
            await PostAsync(app, Encoding.UTF8.GetBytes($$"""{"specversion":"1.0","id":"{{Secret}}","source":"{{Secret}}","type":"task.created","subject":"{{Secret}}","time":"{{Secret}}","data":{"{{Secret}}":1} }"""), "400");
            using (var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build())
            {
                foreach (var value in (string[])[$"{Secret} is no JSON", $$"""{"specversion":"1.0","{{Secret}}":"{{Secret}}"}""", Encoding.UTF8.GetString(Some.EventJson()).Replace("\"In Review\"", $"{{\"{Secret}\":\"{Secret}\"}}", StringComparison.Ordinal)])
                    await producer.ProduceAsync(app.Topic, new Message<string, byte[]> { Key = Secret, Value = Encoding.UTF8.GetBytes(value), Headers = new Headers { { Secret, Encoding.UTF8.GetBytes(Secret) } } });
            }

            await app.HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0 && health.GetProperty("deadLetters").GetInt64() == 3 && health.TryGetProperty("archive", out var archive) && archive.GetProperty("lag").GetInt64() == 0);
            foreach (var path in (string[])
            [
                $"api/ask?question={Secret}+{Secret}", $"api/ask?question=how+many+tasks+does+{Secret}+person+have", $"api/explain?question={Secret}", $"api/v1/query?query={Secret}(", $"api/v1/query?query=shitops_tasks%7Bproject%3D%22{Secret}-project%22%7D",
                $"api/v1/label/{Secret}/values", $"api/rows/tasks?project={Secret}-project", $"api/rows/tasks?{Secret}={Secret}", $"api/rows/audit?actor={Secret}+person", $"api/rows/audit?from={Secret}", $"api/{Secret}?code={Secret}", $"api/rows/projects/{Secret}?code={Secret}",
            ])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "x-functions-key", Secret } } };
                using var answer = await app.Http.SendAsync(request);
            }

            // What cannot be read is told without its name.
            await foreach (var row in app.Rows($"t:{Secret}")) await app.ReplaceAsync(row);
            Assert.Equal(HttpStatusCode.InternalServerError, (await app.Http.GetAsync($"api/rows/tasks?project={Secret}-project")).StatusCode);
            await Eventually.TrueAsync(() => collector.Spans.Any(span => span.Name == "GET /api/rows/tasks" && span.Attributes.GetValueOrDefault("error.type") == "500"));
            await Eventually.TrueAsync(() => collector.Points.Any(point => point.Metric == "shitops_pipeline_dead_letters_total" && point.Value == 3) && collector.Logs.Any(line => line.Contains("dead letters", StringComparison.Ordinal)));
            await Eventually.TrueAsync(() => collector.Spans.Any(span => span.Name == "function GetAuditRows"));
        }

        // The second copy of everything goes when the app ends.
        Assert.Contains(monitor.Items, item => item.Contains("function GetAuditRows", StringComparison.Ordinal));
        Assert.Contains(monitor.Items, item => item.Contains("shitops_pipeline_dead_letters_total", StringComparison.Ordinal));
        var told = collector.Messages.Select(message => Encoding.UTF8.GetString(message)).Concat(monitor.Items).ToList();
        var account = azurite.ConnectionString.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal))["AccountKey=".Length..];
        Assert.All((string[])[Secret, Some.TenantKey, account], canary => Assert.All(told, one => Assert.DoesNotContain(canary, one, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Metrics_count_what_was_aggregated_and_every_invocation()
    {
        await using var collector = await OtlpCollector.StartAsync();
        // Which would keep five traces a second by itself.
        await using var monitor = await MonitorIngestion.StartAsync();
        await using var app = await StartAsync([.. collector.Settings, monitor.Setting, ("TracesPerSecond", "0")]);

        foreach (var id in (string[])["e-1", "e-2"]) await PostAsync(app, Some.EventJson(id), "202");
        await PostAsync(app, Some.EventJson("e-3", data: new TaskDeleted("A-1")), "202");

        await Eventually.TrueAsync(() => Last("shitops_pipeline_events_total", ("type", EventTypes.TaskStatusChanged)) == 2 && Last("shitops_pipeline_events_total", ("type", EventTypes.TaskDeleted)) == 1);
        await Eventually.TrueAsync(() => Last("faas.invocations", ("faas.name", "PostEvents"), ("faas.trigger", "http")) == 3);
        await Eventually.TrueAsync(() => Last("messaging.client.sent.messages", ("messaging.destination.name", app.Topic)) == 3);
        await Eventually.TrueAsync(() => Last("messaging.client.consumed.messages", ("messaging.consumer.group.name", "shitops-aggregate")) == 3);
        Assert.DoesNotContain(collector.Points, point => point.Attributes.ContainsKey("error.type"));
        Assert.Empty(collector.Spans);

        double? Last(string metric, params (string Key, string Value)[] attributes) =>
            collector.Points.LastOrDefault(point => point.Metric == metric && attributes.All(one => point.Attributes.GetValueOrDefault(one.Key) == one.Value))?.Value;
    }

    private static async Task PostAsync(App app, byte[] json, string status)
    {
        using var content = new ByteArrayContent(json) { Headers = { ContentType = MediaTypeHeaderValue.Parse(Event.ContentType) } };
        using var answer = await app.Http.PostAsync("api/events", content);
        Assert.Equal(status, $"{(int)answer.StatusCode}");
    }

    private async Task<App> StartAsync((string Name, string Value)[] settings)
    {
        var (topic, slices) = (await kafka.CreateTopicAsync(partitions: 1), Some.Slices());
        return new App(await FunctionAppProcess.StartAsync(
            azurite.ConnectionString, kafka.Brokers, topic, Some.Name("stream"),
            [.. settings, ("Slices", $"{slices}"), ("AzureFunctionsJobHost__extensions__kafka__subscriberIntervalInSeconds", "1")]), topic, new TableClient(azurite.ConnectionString, $"aggregates{slices}"));
    }

    private sealed record App(FunctionAppProcess Process, string Topic, TableClient Aggregates) : IAsyncDisposable
    {
        /// <summary>The rows whose keys begin so.</summary>
        public AsyncPageable<TableEntity> Rows(string prefix) => Aggregates.QueryAsync<TableEntity>($"RowKey ge '{prefix}' and RowKey lt '{prefix}~'");

        /// <summary>Puts what nobody can read in the place of a row.</summary>
        public Task ReplaceAsync(TableEntity row) => Aggregates.UpdateEntityAsync(new TableEntity(row.PartitionKey, row.RowKey) { ["State"] = new byte[] { 1, 2, 3 } }, ETag.All, TableUpdateMode.Replace);

        public HttpClient Http => Process.Http;

        public Task<JsonElement> HealthWhenAsync(Func<JsonElement, bool> holds) => Process.HealthWhenAsync(holds);

        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
