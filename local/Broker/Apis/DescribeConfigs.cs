using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Where a setting's value comes from, by Kafka's numbers.</summary>
internal enum ConfigSource : sbyte
{
    Topic = 1,
    Default = 5,
}

/// <summary>The settings of topics; of the node, those that clients look at.</summary>
internal static class DescribeConfigs
{
    public static readonly Api Api = new(ApiKey.DescribeConfigs, 0, 4, FlexibleFrom: 4, Handle);

    private const sbyte TopicResource = 2;
    private const sbyte NodeResource = 4;

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var asked = body.Array(4, ReadResource).DistinctBy(resource => (resource.Type, resource.Name)).ToList();
        response.ThrottleTime();
        response.Array(asked, (_, resource) =>
        {
            var (entries, error) = Find(request.Node, resource);
            response.Error(error);
            response.ErrorMessage(error == ErrorCode.None ? null : $"There is no {resource.Name} to describe.");
            response.Int8(resource.Type);
            response.String(resource.Name);
            var wanted = entries.Where(entry => resource.Keys?.Contains(entry.Name, StringComparer.Ordinal) ?? true).ToList();
            response.Array(wanted, (_, entry) => Write(entry, version, response));
            response.Tags();
        });
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static Resource ReadResource(RequestReader body)
    {
        var resource = new Resource(body.Int8(), body.String(), body.NullableArray(1, key => key.String()));
        body.Tags();
        return resource;
    }

    private static (IEnumerable<(string Name, string Value, bool Overridden)> Entries, ErrorCode Error) Find(Node node, Resource resource)
    {
        if (resource.Type == TopicResource && node.Topics.Find(resource.Name) is { } topic) return (topic.Config.Entries, ErrorCode.None);
        if (resource.Type == NodeResource && resource.Name is "" or "1")
        {
            return ([
                ("auto.create.topics.enable", node.Options.AutoCreateTopics ? "true" : "false", false),
                ("message.max.bytes", $"{node.Options.MaxMessageBytes}", false),
                ("num.partitions", $"{node.Options.DefaultPartitions}", false),
                ("socket.request.max.bytes", $"{node.Options.MaxRequestBytes}", false)], ErrorCode.None);
        }
        return ([], resource.Type is TopicResource ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidRequest);
    }

    private static void Write((string Name, string Value, bool Overridden) entry, short version, ResponseWriter response)
    {
        response.String(entry.Name);
        response.NullableString(entry.Value);
        response.Boolean(true); // nothing can be changed afterwards
        if (version == 0) response.Boolean(!entry.Overridden);
        else response.Int8((sbyte)(entry.Overridden ? ConfigSource.Topic : ConfigSource.Default));
        response.Boolean(false); // nothing is secret
        if (version >= 1) response.ArrayLength(0); // synonyms
        if (version >= 3)
        {
            response.Int8(0); // type: not told
            response.NullableString(null);
        }
        response.Tags();
    }

    private sealed record Resource(sbyte Type, string Name, List<string>? Keys);
}
