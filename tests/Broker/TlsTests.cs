using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using ShitOps.Local.Broker;

namespace ShitOps.Tests.Broker;

public class TlsTests
{
    private static readonly CertificateAuthority Ours = new("our authority");
    private static readonly CertificateAuthority Theirs = new("another authority");

    [Fact]
    public async Task A_client_with_a_certificate_of_the_authority_is_served()
    {
        await using var broker = await StartAsync();
        var client = Ours.Issue("client", CertificateAuthority.ForClients);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = broker.Servers,
            SecurityProtocol = SecurityProtocol.Ssl,
            SslCaPem = Ours.Pem,
            SslCertificatePem = client.Certificate,
            SslKeyPem = client.Key,
        }).SetLogHandler((_, _) => { }).Build();
        Assert.Equal(0, (await producer.ProduceAsync("t", new Message<Null, string> { Value = "secret" })).Offset.Value);
    }

    [Theory]
    [InlineData("right", true)]
    [InlineData("missing", false)]
    [InlineData("of another authority", false)]
    [InlineData("expired", false)]
    [InlineData("not yet valid", false)]
    [InlineData("not for clients", false)]
    public async Task Only_the_right_certificate_gets_through_the_handshake(string certificate, bool served)
    {
        await using var broker = await StartAsync();
        var now = DateTimeOffset.UtcNow;
        var issued = certificate switch
        {
            "right" => Ours.Issue("client", CertificateAuthority.ForClients),
            "of another authority" => Theirs.Issue("client", CertificateAuthority.ForClients),
            "expired" => Ours.Issue("client", CertificateAuthority.ForClients, now.AddDays(-3), now.AddDays(-1)),
            "not yet valid" => Ours.Issue("client", CertificateAuthority.ForClients, now.AddDays(1), now.AddDays(3)),
            "not for clients" => Ours.Issue("client", CertificateAuthority.ForServers),
            _ => ((string Certificate, string Key)?)null,
        };

        Assert.Equal(served, await IsServedAsync(broker, issued));
        // Those that are refused are refused alone.
        Assert.True(await IsServedAsync(broker, Ours.Issue("client", CertificateAuthority.ForClients)));
    }

    [Fact]
    public async Task The_broker_asks_no_address_that_a_client_s_certificate_names()
    {
        using var named = new TcpListener(System.Net.IPAddress.Loopback, 0);
        named.Start();
        await using var broker = await StartAsync();
        var issuers = new X509AuthorityInformationAccessExtension(null, [$"http://{named.LocalEndpoint}/issuer"]);

        Assert.False(await IsServedAsync(broker, Theirs.Issue("client", CertificateAuthority.ForClients, extension: issuers)));

        Assert.False(named.Pending());
    }

    [Fact]
    public async Task A_client_that_speaks_no_tls_is_not_served()
    {
        await using var broker = await StartAsync();
        using var connection = await broker.ConnectAsync();
        await connection.SendAsync(new Wire().Int16(18).Int16(0).Int32(1).String("raw").Framed());
        Assert.Null(await connection.ReceiveAsync());
    }

    [Fact]
    public async Task A_key_that_is_not_the_certificate_s_fails_the_start()
    {
        var (first, second) = (Ours.Issue("localhost", CertificateAuthority.ForServers), Ours.Issue("localhost", CertificateAuthority.ForServers));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => TestBroker.StartAsync(options => options with { Tls = new BrokerTls(first.Certificate, second.Key, Ours.Pem) }));
        Assert.StartsWith("The TLS certificate, key or client authority is not usable PEM: ", refused.Message, StringComparison.Ordinal);
    }

    private static Task<TestBroker> StartAsync()
    {
        var server = Ours.Issue("localhost", CertificateAuthority.ForServers);
        return TestBroker.StartAsync(options => options with { Tls = new BrokerTls(server.Certificate, server.Key, Ours.Pem) });
    }

    /// <summary>Whether a request is answered. In TLS 1.3 a client learns only then that its certificate was refused.</summary>
    private static async Task<bool> IsServedAsync(TestBroker broker, (string Certificate, string Key)? client)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", broker.Running.Port);
        await using var tls = new SslStream(tcp.GetStream());
        var options = new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true };
        if (client is { } pem)
        {
            // Sent whatever the server says it wants: otherwise the wrong one would not be sent at all.
            var certificate = X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPem(pem.Certificate, pem.Key).Export(X509ContentType.Pkcs12), null);
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        }
        try
        {
            await tls.AuthenticateAsClientAsync(options);
            await tls.WriteAsync(new Wire().Int16(18).Int16(0).Int32(1).String("raw").Framed());
            await tls.ReadExactlyAsync(new byte[8]);
            return true;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return false;
        }
    }
}
