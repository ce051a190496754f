using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Where an epoch ended: with a leader that never changes, at the end of the log.</summary>
internal static class OffsetForLeaderEpoch
{
    public static readonly Api Api = new(ApiKey.OffsetForLeaderEpoch, 2, 4, FlexibleFrom: 4, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        if (version >= 3) body.Int32(); // replica
        response.ThrottleTime();
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
                var currentEpoch = body.Int32();
                var askedEpoch = body.Int32();
                body.Tags();
                var log = topic?.Partition(index);
                var error = log is null ? ErrorCode.UnknownTopicOrPartition : LeaderEpochs.Check(currentEpoch);
                var known = error == ErrorCode.None && askedEpoch == PartitionLog.LeaderEpoch;
                response.Error(error);
                response.Int32(index);
                response.Int32(known ? PartitionLog.LeaderEpoch : -1);
                response.Int64(known ? log!.EndOffset : -1);
                response.Tags();
            }
            body.Tags();
            response.Tags();
        }
        response.Tags();
        return ValueTask.CompletedTask;
    }
}
