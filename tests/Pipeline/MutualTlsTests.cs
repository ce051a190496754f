using System.Net;
using ShitOps.Events;
using ShitOps.Local.Broker;

namespace ShitOps.Tests.Pipeline;

/// <summary>The whole way of an event over mutual TLS: intake, Kafka, trigger, count; certificates come from settings.</summary>
public sealed class MutualTlsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly CertificateAuthority Ours = new("our authority");
    private static readonly CertificateAuthority Theirs = new("another authority");

    private readonly string _folder = Directory.CreateTempSubdirectory("shitops-tls-").FullName;
    private KafkaBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        var server = Ours.Issue("localhost", CertificateAuthority.ForServers);
        _broker = await KafkaBroker.StartAsync(new BrokerOptions { DataDirectory = _folder, Port = 0, Tls = new BrokerTls(server.Certificate, server.Key, Ours.Pem) });
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_right_certificate_gets_an_event_in_and_through()
    {
        await using var app = await StartAsync(Ours.Issue("client", CertificateAuthority.ForClients));

        using var answer = await PostAsync(app);
        await app.HealthWhenAsync(health => health.GetProperty("events").GetProperty("decoded").GetInt64() == 1);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("expired")]
    [InlineData("missing")]
    public async Task No_other_certificate_does(string which)
    {
        var yesterday = DateTimeOffset.UtcNow.AddDays(-1);
        await using var app = await StartAsync(which switch
        {
            "wrong" => Theirs.Issue("client", CertificateAuthority.ForClients),
            "expired" => Ours.Issue("client", CertificateAuthority.ForClients, yesterday.AddDays(-1), yesterday),
            _ => null,
        });

        using var answer = await PostAsync(app);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("Kafka: ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("degraded", (await app.HealthAsync()).GetProperty("status").GetString());
    }

    private static Task<HttpResponseMessage> PostAsync(FunctionAppProcess app)
    {
        var content = new ByteArrayContent(Some.EventJson());
        content.Headers.ContentType = new(Event.ContentType);
        return app.Http.PostAsync("api/events", content);
    }

    private Task<FunctionAppProcess> StartAsync((string Certificate, string Key)? client)
    {
        List<(string, string)> settings = [("KafkaProtocol", "Ssl"), ("KafkaSslCaPem", Ours.Pem), ("KafkaDeliveryTimeoutSeconds", "3")];
        // One line with \n in it, as consoles want it.
        if (client is { } pem) settings.AddRange([("KafkaSslCertificatePem", pem.Certificate.ReplaceLineEndings("\\n")), ("KafkaSslKeyPem", pem.Key.ReplaceLineEndings("\\n"))]);
        return FunctionAppProcess.StartAsync(azurite.ConnectionString, _broker.BootstrapServers, "events", Some.Name("stream"), [.. settings]);
    }
}
