using Confluent.Kafka;

namespace ShitOps.Local.Worker;

/// <summary><c>extensions.kafka</c> of host.json. Null leaves librdkafka's own default.</summary>
internal sealed record KafkaLimits
{
    /// <summary>Records per invocation at most.</summary>
    public required int MaxBatchSize { get; init; }

    /// <summary>How long a batch that is not full waits for more records.</summary>
    public required TimeSpan SubscriberInterval { get; init; }

    /// <summary>Batches that wait for the function before the consumer stops polling.</summary>
    public required int ExecutorChannelCapacity { get; init; }

    /// <summary>Whether a batch that the function failed on is committed, and so lost.</summary>
    public required bool CommitOnFailure { get; init; }

    /// <summary>Tries after the first before a failing batch is committed, and so lost; -1 for ever.</summary>
    public required int MaxRetries { get; init; }

    public required int AutoCommitIntervalMs { get; init; }

    public required AutoOffsetReset AutoOffsetReset { get; init; }

    public required int SessionTimeoutMs { get; init; }

    public required int MetadataMaxAgeMs { get; init; }

    public required bool SocketKeepaliveEnable { get; init; }

    public int? MaxPollIntervalMs { get; init; }

    public int? QueuedMinMessages { get; init; }

    public int? QueuedMaxMessagesKbytes { get; init; }

    public int? MaxPartitionFetchBytes { get; init; }

    public int? FetchMaxBytes { get; init; }

    public int? ReconnectBackoffMs { get; init; }

    public int? ReconnectBackoffMaxMs { get; init; }

    public int? StatisticsIntervalMs { get; init; }

    public string? Debug { get; init; }

    public static KafkaLimits Read(HostJsonSection section)
    {
        var limits = new KafkaLimits
        {
            MaxBatchSize = section.Number("maxBatchSize", 1, 64),
            SubscriberInterval = TimeSpan.FromSeconds(section.Number("subscriberIntervalInSeconds", 1, 1)),
            ExecutorChannelCapacity = section.Number("executorChannelCapacity", 1, 1),
            CommitOnFailure = section.Flag("commitOnFailure") ?? true,
            MaxRetries = section.Number("maxRetries", -1, 5),
            AutoCommitIntervalMs = section.Number("autoCommitIntervalMs", 1, 200),
            AutoOffsetReset = section.Choice<AutoOffsetReset>("autoOffsetReset") ?? AutoOffsetReset.Earliest,
            SessionTimeoutMs = section.Number("sessionTimeoutMs", 1, 10_000),
            MetadataMaxAgeMs = section.Number("metadataMaxAgeMs", 1, 180_000),
            SocketKeepaliveEnable = section.Flag("socketKeepaliveEnable") ?? true,
            MaxPollIntervalMs = section.Number("maxPollIntervalMs", 1),
            QueuedMinMessages = section.Number("queuedMinMessages", 1),
            QueuedMaxMessagesKbytes = section.Number("queuedMaxMessagesKbytes", 1),
            MaxPartitionFetchBytes = section.Number("maxPartitionFetchBytes", 1),
            FetchMaxBytes = section.Number("fetchMaxBytes"),
            ReconnectBackoffMs = section.Number("reconnectBackoffMs"),
            ReconnectBackoffMaxMs = section.Number("reconnectBackoffMaxMs"),
            StatisticsIntervalMs = section.Number("statisticsIntervalMs"),
            Debug = section.Text("libkafkaDebug"),
        };

        // The extension polls a full channel at this interval; here the consumer wakes as soon as there is room.
        _ = section.Number("channelFullRetryIntervalInMs", 1);
        section.AllowOnly();

        const int LibrdkafkaMaxPollIntervalMs = 300_000;
        if ((limits.MaxPollIntervalMs ?? LibrdkafkaMaxPollIntervalMs) < limits.SessionTimeoutMs)
        {
            throw new FunctionAppException(
                $"host.json: extensions.kafka.maxPollIntervalMs is {limits.MaxPollIntervalMs}, which is less than sessionTimeoutMs, {limits.SessionTimeoutMs}.");
        }

        return limits;
    }
}
