using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Local.Worker;

/// <summary>A <see cref="KafkaTriggerAttribute"/> with its settings looked up: what to consume, and how to reach it.</summary>
internal sealed record KafkaSubscription(string Topic, ConsumerConfig Consumer)
{
    /// <summary>
    /// An enum of the attribute cannot come from a setting under the host, it is fixed when the app is compiled.
    /// The local runtime alone reads these settings where the attribute says NotSet, so that one build reaches any broker.
    /// </summary>
    public const string ProtocolSetting = "KafkaProtocol";

    /// <inheritdoc cref="ProtocolSetting"/>
    public const string AuthenticationModeSetting = "KafkaAuthenticationMode";

    /// <param name="trigger">The attribute.</param>
    /// <param name="limits">host.json.</param>
    /// <param name="settings">What its strings refer to.</param>
    /// <param name="where">The function and its parameter, for messages.</param>
    public static KafkaSubscription Read(KafkaTriggerAttribute trigger, KafkaLimits limits, AppSettings settings, string where)
    {
        var brokers = Required(trigger.BrokerList, nameof(trigger.BrokerList));
        var topic = Required(trigger.Topic, nameof(trigger.Topic));
        var consumer = new ConsumerConfig
        {
            BootstrapServers = brokers,
            GroupId = Text(trigger.ConsumerGroup) ?? "$Default",

            // Offsets are stored when the function is done with them, and committed in the background.
            EnableAutoOffsetStore = false,
            EnableAutoCommit = true,
            AutoCommitIntervalMs = limits.AutoCommitIntervalMs,
            AutoOffsetReset = limits.AutoOffsetReset,
            SessionTimeoutMs = limits.SessionTimeoutMs,
            MaxPollIntervalMs = limits.MaxPollIntervalMs,
            MetadataMaxAgeMs = limits.MetadataMaxAgeMs,
            SocketKeepaliveEnable = limits.SocketKeepaliveEnable,
            QueuedMinMessages = limits.QueuedMinMessages,
            QueuedMaxMessagesKbytes = limits.QueuedMaxMessagesKbytes,
            MaxPartitionFetchBytes = limits.MaxPartitionFetchBytes,
            FetchMaxBytes = limits.FetchMaxBytes,
            ReconnectBackoffMs = limits.ReconnectBackoffMs,
            ReconnectBackoffMaxMs = limits.ReconnectBackoffMaxMs,
            StatisticsIntervalMs = limits.StatisticsIntervalMs,
            Debug = limits.Debug,
        };

        var protocol = Choice(trigger.Protocol, BrokerProtocol.NotSet, ProtocolSetting);
        var authentication = Choice(trigger.AuthenticationMode, BrokerAuthenticationMode.NotSet, AuthenticationModeSetting);
        if (protocol != BrokerProtocol.NotSet)
        {
            consumer.SecurityProtocol = (SecurityProtocol)protocol;
            UsePem();
        }

        if (authentication != BrokerAuthenticationMode.NotSet)
        {
            consumer.SaslMechanism = (SaslMechanism)authentication;
        }

        if (protocol != BrokerProtocol.NotSet || authentication != BrokerAuthenticationMode.NotSet)
        {
            consumer.SaslUsername = Text(trigger.Username);
            consumer.SaslPassword = Text(trigger.Password);
            consumer.SslCaLocation = PathOf(trigger.SslCaLocation, nameof(trigger.SslCaLocation));
            consumer.SslCertificateLocation = PathOf(trigger.SslCertificateLocation, nameof(trigger.SslCertificateLocation));
            consumer.SslKeyLocation = PathOf(trigger.SslKeyLocation, nameof(trigger.SslKeyLocation));
            consumer.SslKeyPassword = Text(trigger.SslKeyPassword);
        }

        if (authentication == BrokerAuthenticationMode.OAuthBearer && trigger.OAuthBearerMethod == OAuthBearerMethod.Oidc)
        {
            consumer.SaslOauthbearerMethod = SaslOauthbearerMethod.Oidc;
            consumer.SaslOauthbearerClientId = Text(trigger.OAuthBearerClientId);
            consumer.SaslOauthbearerClientSecret = Text(trigger.OAuthBearerClientSecret);
            consumer.SaslOauthbearerScope = Text(trigger.OAuthBearerScope);
            consumer.SaslOauthbearerTokenEndpointUrl = Text(trigger.OAuthBearerTokenEndpointUrl);
            consumer.SaslOauthbearerExtensions = Text(trigger.OAuthBearerExtensions);
        }

        return new KafkaSubscription(topic, consumer);

        void UsePem()
        {
            if (Text(trigger.SslCaPEM) is { } authority)
            {
                consumer.SslCaPem = Pem.Certificate(authority, $"{where}: {nameof(trigger.SslCaPEM)}");
            }

            if (Text(trigger.SslCertificateandKeyPEM) is { } both)
            {
                consumer.SslCertificatePem = Pem.Certificate(both, $"{where}: {nameof(trigger.SslCertificateandKeyPEM)}");
                consumer.SslKeyPem = Pem.PrivateKey(both, $"{where}: {nameof(trigger.SslCertificateandKeyPEM)}");
            }

            if (Text(trigger.SslCertificatePEM) is { } certificate)
            {
                consumer.SslCertificatePem = Pem.Certificate(certificate, $"{where}: {nameof(trigger.SslCertificatePEM)}");
            }

            if (Text(trigger.SslKeyPEM) is { } key)
            {
                consumer.SslKeyPem = Pem.PrivateKey(key, $"{where}: {nameof(trigger.SslKeyPEM)}");
            }
        }

        string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : settings.ResolveTwice(text, where);

        string Required(string? text, string property) =>
            Text(text) ?? throw new FunctionAppException($"{where}: {property} is empty.");

        string? PathOf(string? text, string property) => Text(text) is not { } path || File.Exists(path)
            ? Text(text)
            : throw new FunctionAppException($"{where}: {property} is '{path}', where there is no file.");

        T Choice<T>(T attribute, T notSet, string setting)
            where T : struct, Enum
        {
            if (!attribute.Equals(notSet) || settings[setting] is not { } text)
            {
                return attribute;
            }

            return Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
                ? value
                : throw new FunctionAppException($"The setting '{setting}' is '{text}', expected one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }
}
