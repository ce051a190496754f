using Azure;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using ShitOps.Ingestion;

namespace ShitOps.Pipeline;

/// <summary>How far the consumption of the topic has come: ends of the partitions from Kafka beside checkpoints from the table.</summary>
public sealed class PipelineHealth : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly KafkaConnection _connection;
    private readonly KafkaStream _stream;
    private readonly PartitionCounts _counts;
    private readonly TimeProvider _time;
    private readonly IAdminClient _admin;
    private readonly SemaphoreSlim _measuring = new(1);
    private (long At, HealthReport Report)? _last;

    /// <summary>Starts an admin client; it connects in the background.</summary>
    public PipelineHealth(KafkaConnection connection, KafkaStream stream, PartitionCounts counts, TimeProvider time, ILogger<PipelineHealth> logger)
    {
        (_connection, _stream, _counts, _time) = (connection, stream, counts, time);
        _admin = new AdminClientBuilder(new AdminClientConfig(connection.ToClientConfig()) { ClientId = "shitops-health" })
            .SetLogHandler((_, log) => logger.LogDebug("{Facility}: {Message}", log.Facility, log.Message))
            .SetErrorHandler((_, error) => logger.LogDebug("Kafka: {Reason}", error.Reason))
            .Build();
    }

    /// <summary>Asks Kafka and the table; answers within a second of each other are shared, so that probing costs next to nothing.</summary>
    public async Task<HealthReport> MeasureAsync(CancellationToken cancellationToken)
    {
        await _measuring.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } recent && _time.GetElapsedTime(recent.At) < Fresh) return recent.Report;
            var report = await MeasureNowAsync(cancellationToken);
            _last = (_time.GetTimestamp(), report);
            return report;
        }
        finally
        {
            _measuring.Release();
        }
    }

    public void Dispose()
    {
        _admin.Dispose();
        _measuring.Dispose();
    }

    private async Task<HealthReport> MeasureNowAsync(CancellationToken cancellationToken)
    {
        List<string> faults = [];
        IReadOnlyList<PartitionCount> rows = [];
        try
        {
            rows = [.. (await _counts.ListAsync(_stream, cancellationToken)).Where(row => row.Topic == _connection.Topic)];
        }
        catch (RequestFailedException fault)
        {
            faults.Add($"storage: {fault.Message.Split('\n')[0]}");
        }

        IReadOnlyDictionary<int, long> ends = new Dictionary<int, long>();
        try
        {
            ends = await EndsAsync();
        }
        catch (KafkaException fault)
        {
            faults.Add($"Kafka at {_connection.Brokers}: {fault.Error.Reason}");
        }

        return HealthReport.Of(_stream.Name, _connection.Topic, rows, ends, faults);
    }

    private async Task<IReadOnlyDictionary<int, long>> EndsAsync()
    {
        var topic = _admin.GetMetadata(_connection.Topic, Patience).Topics.Single();
        if (topic.Error.IsError) throw new KafkaException(topic.Error);
        var asked = topic.Partitions.Select(partition => new TopicPartitionOffsetSpec
        {
            TopicPartition = new TopicPartition(_connection.Topic, partition.PartitionId),
            OffsetSpec = OffsetSpec.Latest(),
        });
        var found = await _admin.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = Patience });
        return found.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.Partition.Value, info => info.TopicPartitionOffsetError.Offset.Value);
    }
}
