using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using ShitOps.Events;

namespace ShitOps.Tests.Rows;

/// <summary>Rows of a running function app, from events on Kafka.</summary>
[Collection(nameof(AppCollection))]
public class RowsOverHttpTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    [Fact]
    public async Task What_was_put_on_Kafka_is_read_as_rows()
    {
        string[] names = ["a/b", "a%2Fb", "a+b", "a b", "a?b#c", "🚀 ü", "\"a\"", "a\\b", "~a", new string('x', 256)];
        var topic = await kafka.CreateTopicAsync();
        await using var app = await FunctionAppProcess.StartAsync(azurite.ConnectionString, kafka.Brokers, topic, Some.Name("stream"), ("Slices", $"{Some.Slices()}"));
        using (var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build())
        {
            foreach (var name in names)
                await producer.ProduceAsync(topic, new Message<string, byte[]> { Key = name, Value = Some.EventJson(project: name, data: new TaskCreated(name, new() { Assignee = "Ann", Team = "red" })) });
        }

        var health = await app.HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0 && health.GetProperty("events").GetProperty("decoded").GetInt32() == names.Length);
        Assert.Equal(0, health.GetProperty("behindSeconds").GetDouble());
        Assert.All(health.GetProperty("partitions").EnumerateArray(), partition => Assert.Equal(0, partition.GetProperty("behindSeconds").GetDouble()));

        foreach (var name in names)
        {
            var escaped = Uri.EscapeDataString(name);
            Assert.Equal([name], await TextsAsync($"projects/{escaped}", "project"));
            Assert.Equal([name], await TextsAsync($"projects?project={escaped}", "project"));
            Assert.Equal([name], await TextsAsync($"tasks?project={escaped}&assignee=Ann", "task"));
            Assert.Equal([name], await TextsAsync($"history?project={escaped}&from=2026-01-31&to=2026-01-31", "project"));
        }

        Assert.Equal(names.Order(), (await TextsAsync("projects", "project")).Order());
        Assert.Equal(["Ann"], await TextsAsync("resources", "resource"));
        Assert.Equal(["red"], await TextsAsync("teams", "team"));
        Assert.All(await TextsAsync("partitions", "topic"), one => Assert.Equal(topic, one));
        using (var page = await app.Http.GetAsync("api/rows/tasks?limit=1")) Assert.Single(page.Headers.GetValues("x-continuation-token"));

        // Answers say what they took, of PromQL likewise; what is no answer does not.
        using (var page = await app.Http.GetAsync("api/rows/tasks")) AssertSaysWhatItTook("tasks/all/1", page);
        using (var page = await app.Http.GetAsync("api/v1/query?query=sum(shitops_tasks)")) AssertSaysWhatItTook("series/all/16", page);
        using (var page = await app.Http.GetAsync("api/api/v1/query?query=sum(shitops_tasks)")) AssertSaysWhatItTook("series/all/16", page);
        using (var page = await app.Http.GetAsync("api/v1/query_range?query=shitops_tasks&start=1&end=7200&step=60")) AssertSaysWhatItTook("series/all/16", page);
        foreach (var address in (string[])["api/rows/tasks?nothing=1", "api/v1/query?query=sum(", "api/v1/labels"])
            using (var page = await app.Http.GetAsync(address)) Assert.False(page.Headers.Contains("x-shitops-plan"), address);

        using var unknown = await app.Http.GetAsync("api/rows/projects/nowhere");
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (unknown.StatusCode, unknown.Content.Headers.ContentType!.MediaType));

        using var csv = new HttpRequestMessage(HttpMethod.Get, "api/rows/tasks");
        csv.Headers.Add("Accept", "text/csv");
        using var answer = await app.Http.SendAsync(csv);
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(names.Length + 1, CsvText.Read(await answer.Content.ReadAsStringAsync()).Count);

        using var again = new HttpRequestMessage(HttpMethod.Get, "api/rows/teams");
        using (var first = await app.Http.GetAsync("api/rows/teams")) again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var same = await app.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        var document = await app.Http.GetFromJsonAsync<JsonElement>("api/openapi.json");
        Assert.All((string[])["/api/rows/tasks", "/api/v1/query"], path => Assert.True(document.GetProperty("paths").TryGetProperty(path, out _)));

        static void AssertSaysWhatItTook(string plan, HttpResponseMessage answer)
        {
            Assert.Equal(plan, Assert.Single(answer.Headers.GetValues("x-shitops-plan")));
            Assert.All((string[])["x-shitops-expected-ms", "x-shitops-spent-ms"], name => Assert.True(double.Parse(Assert.Single(answer.Headers.GetValues(name)), CultureInfo.InvariantCulture) > 0, name));
            Assert.True(int.Parse(Assert.Single(answer.Headers.GetValues("x-shitops-spent-requests")), CultureInfo.InvariantCulture) > 0);
        }

        async Task<string?[]> TextsAsync(string address, string column) =>
            [.. (await app.Http.GetFromJsonAsync<JsonElement>($"api/rows/{address}")).EnumerateArray().Select(row => row.GetProperty(column).GetString())];
    }
}
