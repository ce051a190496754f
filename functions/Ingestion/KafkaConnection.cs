using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace ShitOps.Ingestion;

/// <summary>
/// How producers and admin clients reach Kafka, from the settings that the triggers use as well:
/// <c>KafkaBrokers</c>, <c>KafkaTopic</c>, <c>KafkaProtocol</c>, <c>KafkaAuthenticationMode</c>, <c>KafkaUsername</c>,
/// <c>KafkaPassword</c>, and as PEM texts <c>KafkaSslCaPem</c>, <c>KafkaSslCertificatePem</c>, <c>KafkaSslKeyPem</c>
/// (PKCS#8, not encrypted), and <c>KafkaDeliveryTimeoutSeconds</c>. In a PEM the two characters <c>\n</c> stand for a line break, since many consoles take one line only.
/// </summary>
public sealed record KafkaConnection
{
    /// <summary><c>host:port</c>, several separated by commas.</summary>
    public required string Brokers { get; init; }

    /// <summary>The topic that carries the events.</summary>
    public required string Topic { get; init; }

    /// <summary>Null: plain text.</summary>
    public SecurityProtocol? Protocol { get; init; }

    /// <summary>Null: no SASL.</summary>
    public SaslMechanism? AuthenticationMode { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>The authorities that the broker's certificate may come from; null: the system's.</summary>
    public string? SslCaPem { get; init; }

    /// <summary>The client's certificate; null: none is shown.</summary>
    public string? SslCertificatePem { get; init; }

    public string? SslKeyPem { get; init; }

    /// <summary>After this an event that was not acknowledged counts as not taken; 1 s to 10 min, default 30 s.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A setting is missing or has a value that is not allowed; the message names it.</exception>
    public static KafkaConnection FromSettings(IConfiguration settings)
    {
        return new KafkaConnection
        {
            Brokers = Required("KafkaBrokers"),
            Topic = Required("KafkaTopic"),
            Protocol = (SecurityProtocol?)OneOf("KafkaProtocol", KafkaBuild.Protocol, BrokerProtocol.NotSet),
            AuthenticationMode = (SaslMechanism?)OneOf("KafkaAuthenticationMode", KafkaBuild.AuthenticationMode, BrokerAuthenticationMode.NotSet),
            Username = Optional("KafkaUsername"),
            Password = Optional("KafkaPassword"),
            SslCaPem = Pem("KafkaSslCaPem"),
            SslCertificatePem = Pem("KafkaSslCertificatePem"),
            SslKeyPem = Pem("KafkaSslKeyPem"),
            DeliveryTimeout = TimeSpan.FromSeconds(NumberSetting.Of(settings, "KafkaDeliveryTimeoutSeconds", 30, 1, 600, "seconds")),
        };

        string Required(string name) => Optional(name) ?? throw new SettingException($"the setting {name} is missing");

        string? Optional(string name) => settings[name] is { Length: > 0 } value ? value : null;

        string? Pem(string name) => Optional(name)?.Replace("\\n", "\n", StringComparison.Ordinal);

        // The trigger takes these two from what the app was built with; a setting that says otherwise would part producer and triggers.
        int? OneOf<T>(string name, T built, T notSet)
            where T : struct, Enum
        {
            var value = built;
            if (Optional(name) is { } text && !Enum.TryParse(text, ignoreCase: true, out value))
                throw new SettingException($"the setting {name} is \"{text}\"; expected one of {string.Join(", ", Enum.GetNames<T>().Where(known => known != nameof(BrokerAuthenticationMode.OAuthBearer)))}");
            if (value.Equals(BrokerAuthenticationMode.OAuthBearer)) throw new SettingException($"the setting {name} is OAuthBearer, for which nothing gets a token here; expected Plain, ScramSha256, ScramSha512 or Gssapi");
            if (!KafkaBuild.TakesSettings && !value.Equals(built))
                throw new SettingException($"the setting {name} is {value}, but this app was built for {built}: publish it with -p:{name}={value}");
            return value.Equals(notSet) ? null : Convert.ToInt32(value);
        }
    }

    /// <summary>The client settings of librdkafka that all producers, consumers and admin clients share.</summary>
    public ClientConfig ToClientConfig() => new()
    {
        BootstrapServers = Brokers,
        SecurityProtocol = Protocol,
        SaslMechanism = AuthenticationMode,
        SaslUsername = Username,
        SaslPassword = Password,
        SslCaPem = SslCaPem,
        SslCertificatePem = SslCertificatePem,
        SslKeyPem = SslKeyPem,
    };
}
