using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Configuration;
using ShitOps.Ingestion;
using ShitOps.Local.Broker;
using ShitOps.Pipeline;

namespace ShitOps.Local;

/// <summary>The Kafka that events go through: the embedded broker, or the one that the setting <c>KafkaBrokers</c> names.</summary>
internal sealed class LocalKafka : IAsyncDisposable
{
    public const int DefaultPort = 9092;
    private const int Partitions = 8;

    private readonly KafkaBroker? _broker;

    private LocalKafka(KafkaConnection connection, KafkaStream stream, int partitions, KafkaBroker? broker) =>
        (Connection, Stream, TopicPartitions, _broker) = (connection, stream, partitions, broker);

    public KafkaConnection Connection { get; }

    /// <summary>The name of the log: of the embedded broker its cluster id, which is new when its log is; else the setting <c>KafkaStream</c>, or without it the cluster id.</summary>
    public KafkaStream Stream { get; }

    public int TopicPartitions { get; }

    public bool IsEmbedded => _broker is not null;

    /// <summary>What is going to happen, for the user.</summary>
    public static string Announcement(IConfiguration settings, LocalOptions options) =>
        IsOwn(settings, options) ? "Starting Kafka" : $"Connecting to Kafka at {settings["KafkaBrokers"]}";

    /// <summary>Starts the broker if need be, and makes the topic if it is not there.</summary>
    /// <exception cref="LocalFault">The port or folder is taken, or Kafka does not answer.</exception>
    public static async Task<LocalKafka> StartAsync(IConfiguration settings, LocalOptions options, CancellationToken cancellationToken)
    {
        var own = OwnBroker(options);
        KafkaBroker? broker = null;
        if (IsOwn(settings, options))
        {
            var port = options.KafkaPort ?? DefaultPort;
            Ports.RequireFree(port, "the Kafka broker", "--kafka-port");
            broker = await KafkaBroker.StartAsync(
                new BrokerOptions { DataDirectory = Path.Combine(options.DataDirectory, "kafka"), Port = port, DefaultPartitions = Partitions, Retention = options.KafkaRetention }, cancellationToken);
        }

        string? clientFault = null;
        try
        {
            var overrides = new Dictionary<string, string?> { ["KafkaTopic"] = Setting("KafkaTopic") ?? "shitops-events" };
            if (broker is not null) (overrides["KafkaBrokers"], overrides["KafkaProtocol"], overrides["KafkaAuthenticationMode"]) = (own, "", "");
            var connection = KafkaConnection.FromSettings(new ConfigurationBuilder().AddConfiguration(settings).AddInMemoryCollection(overrides).Build());
            using var admin = new AdminClientBuilder(new AdminClientConfig(connection.ToClientConfig())).SetLogHandler((_, _) => { }).SetErrorHandler((_, error) => clientFault = error.Code == ErrorCode.Local_AllBrokersDown ? clientFault : error.Reason).Build();
            var stream = broker?.ClusterId ?? Setting("KafkaStream") ?? await ClusterIdAsync(admin);
            return new LocalKafka(connection, KafkaStream.Named(stream), await EnsureTopicAsync(admin, connection), broker);
        }
        catch (Exception fault)
        {
            if (broker is not null) await broker.DisposeAsync();
            if (fault is SettingException setting) throw new LocalFault(setting.Message);
            if (fault is KafkaException kafka)
            {
                throw new LocalFault(
                    $"Kafka at {(broker is null ? settings["KafkaBrokers"] : own)} does not answer as it should: {clientFault ?? kafka.Error.Reason}. Check that it runs, and the settings "
                    + "KafkaBrokers, KafkaProtocol and, for Ssl, KafkaSslCaPem, KafkaSslCertificatePem and KafkaSslKeyPem (environment or local.settings.json); without KafkaBrokers the embedded broker is used.");
            }

            throw;
        }

        string? Setting(string name) => settings[name] is { Length: > 0 } value ? value : null;
    }

    /// <summary>Whether no partition of the topic holds or has held a record.</summary>
    public bool IsTopicEmpty()
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(Connection.ToClientConfig()) { GroupId = "shitops-local" }).Build();
        return Enumerable.Range(0, TopicPartitions).All(partition => consumer.QueryWatermarkOffsets(new TopicPartition(Connection.Topic, partition), TimeSpan.FromSeconds(10)).High == 0);
    }

    public ValueTask DisposeAsync() => _broker?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string OwnBroker(LocalOptions options) => $"localhost:{options.KafkaPort ?? DefaultPort}";

    private static bool IsOwn(IConfiguration settings, LocalOptions options) =>
        options.KafkaPort is not null || settings["KafkaBrokers"] is not { Length: > 0 } brokers || brokers == OwnBroker(options);

    private static async Task<string> ClusterIdAsync(IAdminClient admin) =>
        (await admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = TimeSpan.FromSeconds(10) })).ClusterId;

    private static async Task<int> EnsureTopicAsync(IAdminClient admin, KafkaConnection connection)
    {
        try
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = connection.Topic, NumPartitions = Partitions }], new CreateTopicsOptions { RequestTimeout = TimeSpan.FromSeconds(10) });
            return Partitions;
        }
        catch (CreateTopicsException exists) when (exists.Results is [{ Error.Code: ErrorCode.TopicAlreadyExists }])
        {
            return admin.GetMetadata(connection.Topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count;
        }
    }
}
