using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using ShitOps.Local;
using ShitOps.Pipeline;

namespace ShitOps.Tests.Pipeline;

/// <summary><c>GET /api/scale</c> of a running function app.</summary>
[Collection(nameof(AppCollection))]
public sealed class ScaleTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    /// <summary>30 records of the last minute and 20 older ones, none of them consumed: 0.5 a second and 50 that wait.</summary>
    [Fact]
    public async Task Tells_the_backlog_and_the_instances_that_it_and_the_last_minute_ask_for()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 3);
        Produce(topic, 20, DateTime.UtcNow.AddHours(-1));
        Produce(topic, 30, DateTime.UtcNow);
        await using var app = await FunctionAppProcess.StartAsync(
            azurite.ConnectionString, kafka.Brokers, topic, Some.Name("stream"),
            ("AzureWebJobs.AggregateProjects.Disabled", "true"), ("AzureWebJobs.ArchiveEvents.Disabled", "true"), ("InstanceEventsPerSecond", "2"), ("DrainSeconds", "100"));

        using var answer = await app.Http.GetAsync("api/scale");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        // (0.5 + 50 / 100) / 2
        var scale = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("""{"backlog":50,"eventsPerSecond":0.5,"instances":0.5}""", scale.GetProperty("aggregation").GetRawText());
        Assert.Equal(["perSecond", "expectedMs", "atOnce"], scale.GetProperty("queries").EnumerateObject().Select(one => one.Name));
        Assert.False(scale.TryGetProperty("archive", out _));
    }

    [Fact]
    public async Task Tells_of_the_archive_too_once_something_is_archived_and_of_no_backlog_when_all_is_done()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 1);
        Produce(topic, 60, DateTime.UtcNow);
        await using var app = await FunctionAppProcess.StartAsync(
            azurite.ConnectionString, kafka.Brokers, topic, Some.Name("stream"), ("InstanceEventsPerSecond", "1"), ("InstanceArchiveEventsPerSecond", "4"), ("DrainSeconds", "60"));
        await app.HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0 && health.TryGetProperty("archive", out var archive) && archive.GetProperty("lag").GetInt64() == 0);

        var scale = await app.Http.GetFromJsonAsync<JsonElement>("api/scale");

        foreach (var (role, rate) in new[] { ("aggregation", 1), ("archive", 4) })
        {
            Assert.Equal(0, scale.GetProperty(role).GetProperty("backlog").GetInt64());
            // All 60, unless the machine took so long that the minute is over for some.
            Assert.InRange(scale.GetProperty(role).GetProperty("eventsPerSecond").GetDouble(), 0, 1);
            Assert.Equal(scale.GetProperty(role).GetProperty("eventsPerSecond").GetDouble() / rate, scale.GetProperty(role).GetProperty("instances").GetDouble(), 0.001);
        }
    }

    [Fact]
    public async Task Says_503_and_nothing_of_the_topic_while_Kafka_does_not_answer_but_what_is_asked()
    {
        await using var app = await FunctionAppProcess.StartAsync(azurite.ConnectionString, $"localhost:{Ports.Free()}", "events", Some.Name("stream"));

        using var answer = await app.Http.GetAsync("api/scale");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var scale = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["queries", "faults"], scale.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""["Kafka does not answer"]""", scale.GetProperty("faults").GetRawText());
        Assert.True(scale.GetProperty("queries").GetProperty("perSecond").GetDouble() >= 0);
    }

    [Theory]
    [InlineData("InstanceEventsPerSecond", "0", "the setting InstanceEventsPerSecond is \"0\"; expected a number of events a second from 1 to 10,000,000")]
    [InlineData("DrainSeconds", "soon", "the setting DrainSeconds is \"soon\"; expected a number of seconds from 1 to 86,400")]
    public void A_setting_out_of_range_is_refused(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<SettingException>(() => ScaleSettings.FromSettings(new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build())).Message);

    private void Produce(string topic, int count, DateTime time)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build();
        for (var i = 0; i < count; i++) producer.Produce(topic, new Message<Null, byte[]> { Value = Some.EventJson(Some.Name("e")), Timestamp = new Timestamp(time) });
        producer.Flush(TimeSpan.FromMinutes(1));
    }
}
