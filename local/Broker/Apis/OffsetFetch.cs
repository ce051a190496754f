using ShitOps.Local.Broker.Groups;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Where groups have committed to read on; offset -1 where they have not.</summary>
internal static class OffsetFetch
{
    public static readonly Api Api = new(ApiKey.OffsetFetch, 1, 9, FlexibleFrom: 6, Handle);

    private static readonly CommittedOffset None = new(-1, -1, "");

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var groups = version >= 8 ? body.Array(3, each => ReadGroup(each, version)).DistinctBy(group => group.Id, StringComparer.Ordinal).ToList() : [ReadGroup(body, version)];
        // Whether offsets of open transactions may be told follows: there are none.
        if (version >= 3) response.ThrottleTime();
        if (version >= 8)
        {
            response.Array(groups, (_, group) =>
            {
                response.String(group.Id);
                WriteTopics(request.Node, group, version, response);
                response.Error(ErrorCode.None);
                response.Tags();
            });
        }
        else
        {
            WriteTopics(request.Node, groups[0], version, response);
            if (version >= 2) response.Error(ErrorCode.None);
        }
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static Asked ReadGroup(RequestReader body, short version)
    {
        var id = body.String();
        if (version >= 9)
        {
            body.NullableString(); // member and epoch of the newer group protocol
            body.Int32();
        }
        var topics = body.NullableArray(2, each =>
        {
            var topic = each.String();
            var partitions = each.Array(4, partition => new TopicPartition(topic, partition.Int32()));
            each.Tags();
            return partitions;
        });
        if (version >= 8) body.Tags();
        return new Asked(id, topics?.SelectMany(topic => topic));
    }

    private static void WriteTopics(Node node, Asked group, short version, ResponseWriter response)
    {
        var offsets = node.Groups.Offsets(group.Id);
        // Null asks for everything there is.
        var asked = group.Partitions?.Distinct() ?? offsets.Keys;
        response.Array(asked.GroupBy(each => each.Topic, each => each.Partition, StringComparer.Ordinal).ToList(), (_, topic) =>
        {
            response.String(topic.Key);
            response.Array(topic.ToList(), (_, partition) =>
            {
                var committed = offsets.GetValueOrDefault(new TopicPartition(topic.Key, partition), None);
                response.Int32(partition);
                response.Int64(committed.Offset);
                if (version >= 5) response.Int32(committed.LeaderEpoch);
                response.NullableString(committed.Metadata);
                response.Error(ErrorCode.None);
                response.Tags();
            });
            response.Tags();
        });
    }

    private sealed record Asked(string Id, IEnumerable<TopicPartition>? Partitions);
}
