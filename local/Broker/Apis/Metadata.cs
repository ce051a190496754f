using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>The node, the topics and their partitions; asking for a topic may make it.</summary>
internal static class Metadata
{
    public static readonly Api Api = new(ApiKey.Metadata, 0, 12, FlexibleFrom: 9, Handle);

    /// <summary>"Not asked for", where a client may ask what it is allowed to do: nothing is forbidden here.</summary>
    private const int NoAuthorizedOperations = int.MinValue;

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version, node) = (request.Body, request.Version, request.Node);
        var asked = body.NullableArray(2, each => ReadTopic(each, version));
        var create = version < 4 || body.Boolean();
        // Version 0 has no null: there, none means all.
        var all = asked is null || (version == 0 && asked.Count == 0);
        var topics = all
            ? node.Topics.All.Select(topic => new Found(topic.Name, topic.Id, topic, ErrorCode.None)).ToList()
            : asked!.Distinct().Select(each => Find(node, each, create)).ToList();

        if (version >= 3) response.ThrottleTime();
        response.ArrayLength(1);
        WriteNode(node, version, response);
        if (version >= 2) response.NullableString(node.ClusterId);
        if (version >= 1) response.Int32(Node.Id);
        response.Array(topics, (_, topic) => WriteTopic(topic, version, response));
        if (version is >= 8 and <= 10) response.Int32(NoAuthorizedOperations);
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static (Guid Id, string? Name) ReadTopic(RequestReader body, short version)
    {
        var id = version >= 10 ? body.Uuid() : Guid.Empty;
        var name = version >= 10 ? body.NullableString() : body.String();
        body.Tags();
        return (id, name);
    }

    private static Found Find(Node node, (Guid Id, string? Name) asked, bool create)
    {
        if (asked.Name is null)
        {
            var byId = node.Topics.Find(asked.Id);
            return new Found(byId?.Name, asked.Id, byId, byId is null ? ErrorCode.UnknownTopicId : ErrorCode.None);
        }
        var (topic, error) = node.FindOrCreate(asked.Name, create);
        return new Found(asked.Name, topic?.Id ?? Guid.Empty, topic, error);
    }

    private static void WriteNode(Node node, short version, ResponseWriter response)
    {
        response.Int32(Node.Id);
        response.String(node.Options.Host);
        response.Int32(node.Port);
        if (version >= 1) response.NullableString(null);
        response.Tags();
    }

    private static void WriteTopic(Found found, short version, ResponseWriter response)
    {
        response.Error(found.Error);
        response.NullableString(found.Name ?? (version >= 12 ? null : ""));
        if (version >= 10) response.Uuid(found.Id);
        if (version >= 1) response.Boolean(false);
        var partitions = found.Topic?.Partitions.Count ?? 0;
        response.ArrayLength(partitions);
        for (var partition = 0; partition < partitions; partition++) WritePartition(partition, version, response);
        if (version >= 8) response.Int32(NoAuthorizedOperations);
        response.Tags();
    }

    private static void WritePartition(int partition, short version, ResponseWriter response)
    {
        response.Error(ErrorCode.None);
        response.Int32(partition);
        response.Int32(Node.Id);
        if (version >= 7) response.Int32(PartitionLog.LeaderEpoch);
        // Replicas, those in sync, those offline.
        response.ArrayLength(1);
        response.Int32(Node.Id);
        response.ArrayLength(1);
        response.Int32(Node.Id);
        if (version >= 5) response.ArrayLength(0);
        response.Tags();
    }

    private sealed record Found(string? Name, Guid Id, Topic? Topic, ErrorCode Error);
}
