using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>librdkafka's <c>security.protocol</c>.</summary>
public enum BrokerProtocol { NotSet = -1, Plaintext, Ssl, SaslPlaintext, SaslSsl }

/// <summary>librdkafka's <c>sasl.mechanism</c>.</summary>
public enum BrokerAuthenticationMode { NotSet = -1, Gssapi, Plain, ScramSha256, ScramSha512, OAuthBearer }

/// <summary>How an OAuth bearer token is got.</summary>
public enum OAuthBearerMethod { Default, Oidc }

/// <summary>
/// Runs the function with records of a topic, as a member of <see cref="ConsumerGroup"/>.
/// </summary>
/// <remarks>
/// Every string may be <c>%Setting%</c>, and a string that is the name of a setting stands for its value.
/// The local runtime binds <see cref="KafkaRecord"/> and does no Avro decoding.
/// </remarks>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class KafkaTriggerAttribute : TriggerBindingAttribute
{
    /// <param name="brokerList">Addresses <c>host:port</c>, separated by commas.</param>
    /// <param name="topic">The topic to consume.</param>
    public KafkaTriggerAttribute(string brokerList, string topic)
    {
        BrokerList = brokerList;
        Topic = topic;
    }

    public string Topic { get; private set; }

    public string BrokerList { get; private set; }

    /// <summary>The consumer group; <c>$Default</c> when not set.</summary>
    public string? ConsumerGroup { get; set; }

    /// <summary>Whether the function takes an array of records. Default: false.</summary>
    public bool IsBatched { get; set; }

    /// <summary>Not set: plaintext under the host. The local runtime then takes the setting <c>KafkaProtocol</c>.</summary>
    public BrokerProtocol Protocol { get; set; } = BrokerProtocol.NotSet;

    /// <summary>Not set: the local runtime takes the setting <c>KafkaAuthenticationMode</c>.</summary>
    public BrokerAuthenticationMode AuthenticationMode { get; set; } = BrokerAuthenticationMode.NotSet;

    /// <summary><c>sasl.username</c></summary>
    public string? Username { get; set; }

    /// <summary><c>sasl.password</c></summary>
    public string? Password { get; set; }

    /// <summary>The certificate of the authority that signed the brokers' certificates, as PEM text.</summary>
    public string? SslCaPEM { get; set; }

    /// <summary>The client's certificate as PEM text; of a chain only the first certificate is read.</summary>
    public string? SslCertificatePEM { get; set; }

    /// <summary>The client's private key as PEM text, PKCS#8 only.</summary>
    public string? SslKeyPEM { get; set; }

    /// <summary>The client's certificate and private key in one PEM text.</summary>
    public string? SslCertificateandKeyPEM { get; set; }

    /// <summary>Path of the authority's certificate.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>Path of the client's certificate.</summary>
    public string? SslCertificateLocation { get; set; }

    /// <summary>Path of the client's private key.</summary>
    public string? SslKeyLocation { get; set; }

    /// <summary>What the client's private key is encrypted with.</summary>
    public string? SslKeyPassword { get; set; }

    /// <summary>Unprocessed records per instance that the scale controller aims at. The local runtime does not scale.</summary>
    public long LagThreshold { get; set; } = 1000;

    public OAuthBearerMethod OAuthBearerMethod { get; set; }

    public string? OAuthBearerClientId { get; set; }

    public string? OAuthBearerClientSecret { get; set; }

    public string? OAuthBearerScope { get; set; }

    public string? OAuthBearerTokenEndpointUrl { get; set; }

    /// <summary>Pairs <c>key=value</c>, separated by commas.</summary>
    public string? OAuthBearerExtensions { get; set; }
}
