using ShitOps.Local.Broker.Groups;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Stores where a group will read on.</summary>
internal static class OffsetCommit
{
    public static readonly Api Api = new(ApiKey.OffsetCommit, 2, 9, FlexibleFrom: 8, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var groupId = body.String();
        var generation = body.Int32();
        var memberId = body.String();
        var instanceId = version >= 7 ? body.NullableString() : null;
        if (version <= 4) body.Int64(); // how long to keep the offset: for ever
        var topics = body.Array(3, each => ReadTopic(each, version));
        var outcomes = request.Node.Groups.Commit(
            groupId,
            memberId,
            instanceId,
            generation,
            [.. topics.SelectMany(topic => topic.Offsets)],
            exists: each => request.Node.Topics.Find(each.Topic)?.Partition(each.Partition) is not null);

        if (version >= 3) response.ThrottleTime();
        var next = 0;
        response.Array(topics, (_, topic) =>
        {
            response.String(topic.Name);
            response.Array(topic.Offsets, (_, each) =>
            {
                response.Int32(each.Partition.Partition);
                response.Error(outcomes[next++]);
                response.Tags();
            });
            response.Tags();
        });
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static (string Name, List<(TopicPartition Partition, CommittedOffset Offset)> Offsets) ReadTopic(RequestReader body, short version)
    {
        var name = body.String();
        var offsets = body.Array(13, each =>
        {
            var partition = each.Int32();
            var offset = each.Int64();
            var leaderEpoch = version >= 6 ? each.Int32() : -1;
            var metadata = each.NullableString();
            each.Tags();
            return (new TopicPartition(name, partition), new CommittedOffset(offset, leaderEpoch, metadata));
        });
        body.Tags();
        return (name, offsets);
    }
}
