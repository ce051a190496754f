using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Where a log begins and ends, and where a time stands in it.</summary>
internal static class ListOffsets
{
    public static readonly Api Api = new(ApiKey.ListOffsets, 1, 7, FlexibleFrom: 6, Handle);

    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var asked = new HashSet<PartitionLog>();
        body.Int32(); // replica
        if (version >= 2) body.Int8(); // isolation level
        if (version >= 2) response.ThrottleTime();
        var topics = body.ArrayLength(3);
        response.ArrayLength(topics);
        for (var i = 0; i < topics; i++)
        {
            var name = body.String();
            response.String(name);
            var topic = request.Node.Topics.Find(name);
            var partitions = body.ArrayLength(12);
            response.ArrayLength(partitions);
            for (var j = 0; j < partitions; j++)
            {
                var index = body.Int32();
                var leaderEpoch = version >= 4 ? body.Int32() : -1;
                var timestamp = body.Int64();
                body.Tags();
                var log = topic?.Partition(index);
                // As in Kafka: a partition is asked for once, since a lookup by time may have to unpack batches.
                var error = log is null ? ErrorCode.UnknownTopicOrPartition : !asked.Add(log) ? ErrorCode.InvalidRequest : LeaderEpochs.Check(leaderEpoch);
                var found = error == ErrorCode.None ? Find(log!, timestamp, request.Stopping) : null;
                response.Int32(index);
                response.Error(error);
                response.Int64(found?.Timestamp ?? -1);
                response.Int64(found?.Offset ?? -1);
                if (version >= 4) response.Int32(found is null ? -1 : PartitionLog.LeaderEpoch);
                response.Tags();
            }
            body.Tags();
            response.Tags();
        }
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static TimedOffset? Find(PartitionLog log, long timestamp, CancellationToken stopping) => timestamp switch
    {
        Latest => new TimedOffset(log.EndOffset, -1),
        Earliest => new TimedOffset(log.StartOffset, -1),
        MaxTimestamp => log.Latest(stopping),
        >= 0 => log.FirstSince(timestamp, stopping),
        _ => null,
    };
}
