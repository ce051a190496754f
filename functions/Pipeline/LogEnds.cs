using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using ShitOps.Ingestion;

namespace ShitOps.Pipeline;

/// <summary>Asks Kafka where the partitions of the topic end now.</summary>
public sealed class LogEnds : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _topic;
    private readonly IAdminClient _admin;

    /// <summary>Starts an admin client; it connects in the background.</summary>
    public LogEnds(KafkaConnection connection, ILogger<LogEnds> logger)
    {
        _topic = connection.Topic;
        _admin = new AdminClientBuilder(new AdminClientConfig(connection.ToClientConfig()) { ClientId = "shitops-health" })
            .SetLogHandler((_, log) => logger.LogDebug("{Facility}: {Message}", log.Facility, log.Message))
            .SetErrorHandler((_, error) => logger.LogDebug("Kafka: {Reason}", error.Reason))
            .Build();
    }

    /// <summary>By partition, the offset that the next record will get.</summary>
    /// <exception cref="KafkaException">Kafka does not answer within 5 s, or does not know the topic.</exception>
    public async Task<IReadOnlyDictionary<int, long>> MeasureAsync()
    {
        var described = await _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([_topic]), new DescribeTopicsOptions { RequestTimeout = Patience });
        var asked = described.TopicDescriptions.Single().Partitions.Select(partition => new TopicPartitionOffsetSpec
        {
            TopicPartition = new TopicPartition(_topic, partition.Partition),
            OffsetSpec = OffsetSpec.Latest(),
        });
        var found = await _admin.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = Patience });
        return found.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.Partition.Value, info => info.TopicPartitionOffsetError.Offset.Value);
    }

    public void Dispose() => _admin.Dispose();
}
