using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using ShitOps.Ingestion;

namespace ShitOps.Pipeline;

/// <summary>Asks Kafka where the partitions of the topic end now, and whether it is still the same topic.</summary>
public sealed class LogEnds : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(30);

    private readonly string _topic;
    private readonly IAdminClient _admin;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile KnownId? _topicId;

    /// <summary>Starts an admin client; it connects in the background.</summary>
    public LogEnds(KafkaConnection connection, TimeProvider time, ILogger<LogEnds> logger)
    {
        (_time, _logger) = (time, logger);
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

    /// <summary>By partition, the offset of the first record whose timestamp is not before a moment; left out where there is none.</summary>
    /// <exception cref="KafkaException">Kafka does not answer within 5 s, or does not know a partition.</exception>
    public async Task<IReadOnlyDictionary<int, long>> FirstSinceAsync(IEnumerable<int> partitions, DateTimeOffset since)
    {
        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec
        {
            TopicPartition = new TopicPartition(_topic, partition),
            OffsetSpec = OffsetSpec.ForTimestamp(since.ToUnixTimeMilliseconds()),
        }).ToList();
        if (asked.Count == 0) return new Dictionary<int, long>();
        var found = await _admin.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = Patience });
        return found.ResultInfos.Select(info => info.TopicPartitionOffsetError).Where(one => one.Offset.Value >= 0).ToDictionary(one => one.Partition.Value, one => one.Offset.Value);
    }

    /// <summary>
    /// The id that Kafka gave the topic when it was created (KIP-516), so another one when it was deleted and created anew. Null: Kafka does
    /// not tell, because it is older than 2.8, is none, such as Event Hubs, or does not answer. Asked again after half a minute.
    /// </summary>
    public async Task<string?> TopicIdAsync()
    {
        if (_topicId is { } known && _time.GetElapsedTime(known.At) < KnownFor) return known.Id;
        string? id = null;
        try
        {
            var described = await _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([_topic]), new DescribeTopicsOptions { RequestTimeout = Patience });
            var found = described.TopicDescriptions.Single().TopicId;
            if (found is not null && (found.MostSignificantBits, found.LeastSignificantBits) != (0, 0)) id = found.ToString();
        }
        catch (KafkaException fault)
        {
            _logger.LogWarning("The id of topic {Topic} cannot be had, so that a topic created anew may go unnoticed: {Fault}", _topic, fault.Message);
        }

        _topicId = new KnownId(_time.GetTimestamp(), id);
        return id;
    }

    public void Dispose() => _admin.Dispose();

    private sealed record KnownId(long At, string? Id);
}
