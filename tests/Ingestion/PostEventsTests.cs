using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using ShitOps.Events;

namespace ShitOps.Tests.Ingestion;

/// <summary><c>POST /api/events</c> on a running function app.</summary>
[Collection(nameof(AppCollection))]
public sealed class PostEventsTests : IClassFixture<PostEventsTests.App>
{
    private readonly App _app;

    public PostEventsTests(App app)
    {
        _app = app;
        app.NewRecords();
    }

    [Fact]
    public async Task Takes_one_event_and_produces_its_bytes_unchanged_with_the_project_as_key()
    {
        var json = Encoding.UTF8.GetBytes(
            """{ "specversion":"1.0", "extension":"kept", "id":"e-1","source":"s","type":"task.deleted","subject":"APOLLO","time":"2026-01-31T12:00:00Z","data":{"task":"A-1","more":[1,2]} }""");

        using var answer = await PostAsync(json, Event.ContentType);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("""{"taken":1}""", await answer.Content.ReadAsStringAsync());
        var record = Assert.Single(_app.NewRecords());
        Assert.Equal(json, record.Message.Value);
        Assert.Equal("APOLLO", Encoding.UTF8.GetString(record.Message.Key));
        Assert.Equal(Event.ContentType, Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes("content-type")));
    }

    [Theory]
    [InlineData(Event.BatchContentType)]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    public async Task Takes_a_batch(string contentType)
    {
        var events = Enumerable.Range(0, 1000).Select(i => Some.EventJson($"e-{i}", $"P{i % 7}")).ToList();

        using var answer = await PostAsync(Batch(events), contentType);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var records = _app.NewRecords();
        Assert.Equal(events.Select(Convert.ToHexString).Order(), records.Select(record => Convert.ToHexString(record.Message.Value)).Order());
        Assert.All(records.GroupBy(record => Encoding.UTF8.GetString(record.Message.Key)), project => Assert.Single(project.Select(record => record.Partition.Value).Distinct()));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/vnd.tracker+json")]
    public async Task Takes_the_binary_mode_of_the_HTTP_binding(string contentType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/events") { Content = new ByteArrayContent("""{"task":"A-1"}"""u8.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        foreach (var (name, value) in new[] { ("specversion", "1.0"), ("id", "e-1"), ("source", "s"), ("type", "task.deleted"), ("subject", "Caf%C3%A9"), ("time", "2026-01-31T12:00:00Z") })
            request.Headers.Add($"ce-{name}", value);

        using var answer = await _app.Process.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var decoded = new EventDecoder().DecodeStructured(Assert.Single(_app.NewRecords()).Message.Value).Event!;
        Assert.Equal(new Event("e-1", "s", EventTypes.TaskDeleted, Some.Time, "Café", new TaskDeleted("A-1")), decoded);
    }

    [Fact]
    public async Task Refuses_a_batch_with_an_invalid_event_whole_and_names_the_event()
    {
        var bad = """{"specversion":"1.0","id":"e-bad","source":"s","type":"task.deleted","subject":"P","time":"yesterday","data":{"task":"A-1"}}"""u8.ToArray();

        using var answer = await PostAsync(Batch([Some.EventJson(), bad, "17"u8.ToArray()]), Event.BatchContentType);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.Equal(0, problem.GetProperty("taken").GetInt32());
        Assert.Equal(
            """[{"index":1,"id":"e-bad","reason":"time: \"yesterday\" is not an RFC 3339 timestamp such as 2026-01-31T12:00:00Z"},{"index":2,"reason":"expected a JSON object, found 17"}]""",
            problem.GetProperty("events").GetRawText());
        Assert.Empty(_app.NewRecords());
    }

    [Theory]
    [InlineData("", "application/json", HttpStatusCode.BadRequest, "The body is empty.")]
    [InlineData("[]", Event.ContentType, HttpStatusCode.BadRequest, "application/cloudevents+json is one event: send an array as application/cloudevents-batch+json.")]
    [InlineData("{", "application/json", HttpStatusCode.BadRequest, "not JSON")]
    [InlineData("[{},", "application/json", HttpStatusCode.BadRequest, "not JSON")]
    [InlineData("{}", Event.BatchContentType, HttpStatusCode.BadRequest, "A batch is a JSON array of events.")]
    [InlineData("<event/>", "application/xml", HttpStatusCode.UnsupportedMediaType, "application/xml is not read")]
    public async Task Says_what_is_wrong_with_a_request(string body, string contentType, HttpStatusCode status, string detail)
    {
        using var answer = await PostAsync(Encoding.UTF8.GetBytes(body), contentType);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(detail, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_more_than_a_thousand_events()
    {
        using var answer = await PostAsync(Batch([.. Enumerable.Range(0, 1001).Select(i => Some.EventJson($"e-{i}"))]), Event.BatchContentType);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("more than 1,000 events", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(_app.NewRecords());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refuses_a_body_beyond_the_limit_whether_or_not_its_length_is_stated(bool stated)
    {
        using var content = stated ? (HttpContent)new ByteArrayContent(new byte[(8 << 20) + 1]) : new StreamContent(new Unsized(new byte[(8 << 20) + 1]));
        content.Headers.ContentType = new MediaTypeHeaderValue(Event.BatchContentType);

        using var answer = await _app.Process.Http.PostAsync("api/events", content);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("8,388,608", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_an_event_that_is_larger_than_a_record_may_be()
    {
        var large = Some.EventJson(data: new TaskBlocked("A-1", new string('x', 4096)));
        var padded = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(large).Replace("{\"specversion\"", "{\"padding\":\"" + new string('x', EventDecoder.MaxBytes) + "\",\"specversion\"", StringComparison.Ordinal));

        using var answer = await PostAsync(padded, Event.ContentType);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("are more than 1,000,000", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_an_event_of_the_largest_size()
    {
        var json = Encoding.UTF8.GetString(Some.EventJson("e-large", new string('P', 256)));
        var largest = json.Insert(1, $"\"padding\":\"{new string('x', EventDecoder.MaxBytes - json.Length - 13)}\",");

        using var answer = await PostAsync(Encoding.UTF8.GetBytes(largest), Event.ContentType);

        Assert.Equal(EventDecoder.MaxBytes, Encoding.UTF8.GetByteCount(largest));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private static byte[] Batch(IReadOnlyList<byte[]> events)
    {
        using var batch = new MemoryStream();
        batch.Write("[\n"u8);
        for (var i = 0; i < events.Count; i++)
        {
            if (i > 0) batch.Write(" ,\n"u8);
            batch.Write(events[i]);
        }

        batch.Write("]"u8);
        return batch.ToArray();
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string contentType)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return await _app.Process.Http.PostAsync("api/events", content);
    }

    /// <summary>A stream that does not tell its length, so that the body is sent in chunks.</summary>
    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    /// <summary>A function app with a topic of its own, for all tests of this class.</summary>
    public sealed class App(BrokerFixture kafka, AzuriteFixture azurite) : IAsyncLifetime
    {
        private readonly HashSet<TopicPartitionOffset> _seen = [];
        private string _topic = "";

        internal FunctionAppProcess Process { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _topic = await kafka.CreateTopicAsync();
            Process = await FunctionAppProcess.StartAsync(azurite.ConnectionString, kafka.Brokers, _topic, Some.Name("stream"));
        }

        public ValueTask DisposeAsync() => Process.DisposeAsync();

        /// <summary>What has come onto the topic since the last call.</summary>
        internal List<ConsumeResult<byte[], byte[]>> NewRecords() => [.. kafka.ReadAll(_topic).Where(record => _seen.Add(record.TopicPartitionOffset))];
    }
}
