using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using ShitOps.Ingestion;

namespace ShitOps.Tests.Ingestion;

public class KafkaConnectionTests
{
    [Fact]
    public void Reads_every_setting()
    {
        var connection = Read(
            ("KafkaBrokers", "a:1,b:2"), ("KafkaTopic", "events"), ("KafkaProtocol", "SaslSsl"), ("KafkaAuthenticationMode", "Plain"), ("KafkaUsername", "u"),
            ("KafkaPassword", "p"), ("KafkaSslCaPem", "ca\\nline"), ("KafkaSslCertificatePem", "cert"), ("KafkaSslKeyPem", "key"), ("KafkaDeliveryTimeoutSeconds", "5"));

        var config = connection.ToClientConfig();
        Assert.Equal("a:1,b:2", config.BootstrapServers);
        Assert.Equal(SecurityProtocol.SaslSsl, config.SecurityProtocol);
        Assert.Equal(SaslMechanism.Plain, config.SaslMechanism);
        Assert.Equal(("u", "p"), (config.SaslUsername, config.SaslPassword));
        Assert.Equal(("ca\nline", "cert", "key"), (config.SslCaPem, config.SslCertificatePem, config.SslKeyPem));
        Assert.Equal(TimeSpan.FromSeconds(5), connection.DeliveryTimeout);
    }

    [Fact]
    public void Leaves_out_what_is_empty()
    {
        var connection = Read(("KafkaBrokers", "a:1"), ("KafkaTopic", "events"), ("KafkaProtocol", ""), ("KafkaSslCaPem", ""));

        Assert.Equal(new KafkaConnection { Brokers = "a:1", Topic = "events" }, connection);
    }

    [Theory]
    [InlineData("KafkaBrokers", "", "the setting KafkaBrokers is missing")]
    [InlineData("KafkaTopic", null, "the setting KafkaTopic is missing")]
    [InlineData("KafkaProtocol", "tls", "the setting KafkaProtocol is \"tls\"; expected one of Plaintext, Ssl, SaslPlaintext, SaslSsl, NotSet")]
    [InlineData("KafkaAuthenticationMode", "oauthbearer", "the setting KafkaAuthenticationMode is OAuthBearer, for which nothing gets a token here; expected Plain, ScramSha256, ScramSha512 or Gssapi")]
    [InlineData("KafkaDeliveryTimeoutSeconds", "0", "the setting KafkaDeliveryTimeoutSeconds is \"0\"; expected a number of seconds from 1 to 600")]
    public void Names_the_setting_that_is_wrong(string name, string? value, string message)
    {
        var fault = Assert.Throws<SettingException>(() => Read(("KafkaBrokers", "a:1"), ("KafkaTopic", "events"), (name, value)));

        Assert.Equal(message, fault.Message);
    }

    private static KafkaConnection Read(params (string Name, string? Value)[] settings)
    {
        // The last of two values for one name holds.
        var values = new Dictionary<string, string?>();
        foreach (var (name, value) in settings) values[name] = value;
        return KafkaConnection.FromSettings(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
    }
}
