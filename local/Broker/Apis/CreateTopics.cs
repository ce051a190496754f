using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Makes topics, or says whether it could.</summary>
internal static class CreateTopics
{
    public static readonly Api Api = new(ApiKey.CreateTopics, 0, 7, FlexibleFrom: 5, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var wanted = body.Array(9, ReadTopic);
        body.Int32(); // the time the cluster has: one node needs none
        var validateOnly = version >= 1 && body.Boolean();

        if (version >= 2) response.ThrottleTime();
        response.Array(wanted, (_, topic) =>
        {
            var (error, message) = Create(request.Node, topic, validateOnly);
            Write(topic.Name, request.Node.Topics.Find(topic.Name), error, message, version, response);
        });
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static (ErrorCode Error, string? Message) Create(Node node, Wanted topic, bool validateOnly)
    {
        if (topic.Replicas is not (1 or -1)) return (ErrorCode.InvalidReplicationFactor, $"One node holds one replica, not {topic.Replicas}.");
        var assigned = topic.Assignments.Count;
        var config = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in topic.Config) config[name] = value ?? "";
        if (assigned == 0) return node.Topics.Create(topic.Name, topic.Partitions, config, validateOnly);
        // An explicit assignment can only say: every partition on this node.
        var numbered = topic.Assignments.Select(each => each.Partition).Order().SequenceEqual(Enumerable.Range(0, assigned));
        return numbered && topic.Assignments.TrueForAll(each => each.Nodes is [Node.Id])
            ? node.Topics.Create(topic.Name, assigned, config, validateOnly)
            : (ErrorCode.InvalidRequest, $"Partitions can only be assigned to node {Node.Id}, numbered from 0.");
    }

    private static Wanted ReadTopic(RequestReader body)
    {
        var name = body.String();
        var partitions = body.Int32();
        var replicas = body.Int16();
        var assignments = body.Array(5, each =>
        {
            var assignment = (each.Int32(), each.Array(4, node => node.Int32()));
            each.Tags();
            return assignment;
        });
        var config = body.Array(2, each =>
        {
            var entry = (each.String(), each.NullableString());
            each.Tags();
            return entry;
        });
        body.Tags();
        return new Wanted(name, partitions, replicas, assignments, config);
    }

    private static void Write(string name, Topic? topic, ErrorCode error, string? message, short version, ResponseWriter response)
    {
        var made = error == ErrorCode.None ? topic : null;
        response.String(name);
        if (version >= 7) response.Uuid(made?.Id ?? Guid.Empty);
        response.Error(error);
        if (version >= 1) response.ErrorMessage(message);
        if (version >= 5)
        {
            response.Int32(made?.Partitions.Count ?? -1);
            response.Int16(made is null ? (short)-1 : (short)1);
            response.Array(made?.Config.Entries.ToList() ?? [], (_, entry) =>
            {
                response.String(entry.Name);
                response.NullableString(entry.Value);
                response.Boolean(true);
                response.Int8((sbyte)(entry.Overridden ? ConfigSource.Topic : ConfigSource.Default));
                response.Boolean(false);
                response.Tags();
            });
        }
        response.Tags();
    }

    private sealed record Wanted(
        string Name,
        int Partitions,
        short Replicas,
        List<(int Partition, List<int> Nodes)> Assignments,
        List<(string Name, string? Value)> Config);
}
