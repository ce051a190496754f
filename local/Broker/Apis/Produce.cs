using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Appends batches as they came, each to its partition.</summary>
internal static class Produce
{
    /// <summary>Versions 0 to 2 are announced, though refused: librdkafka takes their absence for a broker without compression.</summary>
    public static readonly Api Api = new(ApiKey.Produce, 3, 12, FlexibleFrom: 9, Handle) { AnnouncedFrom = 0 };

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var transactional = body.NullableString() is not null;
        var acks = body.Int16();
        body.Int32(); // the time replicas have to confirm: there are none
        var refusal = transactional ? ErrorCode.TransactionalIdAuthorizationFailed
            : acks is < -1 or > 1 ? ErrorCode.InvalidRequiredAcks
            : ErrorCode.None;

        var topics = body.ArrayLength(3);
        response.ArrayLength(topics);
        for (var i = 0; i < topics; i++)
        {
            var name = body.String();
            response.String(name);
            var topic = request.Node.Topics.Find(name);
            var partitions = body.ArrayLength(5);
            response.ArrayLength(partitions);
            for (var j = 0; j < partitions; j++)
            {
                var partition = body.Int32();
                var records = body.NullableBytes();
                body.Tags();
                var result = refusal == ErrorCode.None
                    ? Append(topic, partition, records ?? default, request.Node.Options.Log)
                    : new AppendResult(refusal, -1, -1);
                Write(partition, result, version, response);
            }
            body.Tags();
            response.Tags();
        }
        response.ThrottleTime();
        response.Tags();
        response.Suppressed = acks == 0;
        return ValueTask.CompletedTask;
    }

    private static AppendResult Append(Topic? topic, int index, Memory<byte> records, Action<string> log)
    {
        if (topic?.Partition(index) is not { } partition) return new AppendResult(ErrorCode.UnknownTopicOrPartition, -1, -1);
        if (records.Length > topic.Config.MessageSize) return new AppendResult(ErrorCode.MessageTooLarge, -1, -1);
        var error = RecordBatch.Validate(records.Span, out var batch);
        if (error != ErrorCode.None) return new AppendResult(error, -1, -1);
        try
        {
            return partition.Append(records.Span, batch, topic.Config.SegmentSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log($"{topic.Name}/{index}: {e.Message}");
            return new AppendResult(ErrorCode.KafkaStorageError, -1, -1);
        }
    }

    private static void Write(int partition, AppendResult result, short version, ResponseWriter response)
    {
        response.Int32(partition);
        response.Error(result.Error);
        response.Int64(result.BaseOffset);
        response.Int64(-1); // the broker assigns no timestamps
        if (version >= 5) response.Int64(result.LogStartOffset);
        if (version >= 8)
        {
            response.ArrayLength(0); // errors of single records
            response.NullableString(null);
        }
        response.Tags();
    }
}
