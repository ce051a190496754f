using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Deletes topics with their records and the offsets groups committed for them.</summary>
internal static class DeleteTopics
{
    public static readonly Api Api = new(ApiKey.DeleteTopics, 0, 6, FlexibleFrom: 4, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version, node) = (request.Body, request.Version, request.Node);
        var unwanted = body.Array(1, each => ReadTopic(each, version));

        if (version >= 1) response.ThrottleTime();
        response.Array(unwanted, (_, asked) =>
        {
            var topic = asked.Name is null ? node.Topics.Find(asked.Id) : node.Topics.Find(asked.Name);
            var error = topic is not null ? Delete(node, topic) : asked.Name is null ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
            response.NullableString(asked.Name ?? topic?.Name);
            if (version >= 6) response.Uuid(topic?.Id ?? asked.Id);
            response.Error(error);
            if (version >= 5) response.NullableString(null);
            response.Tags();
        });
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static (string? Name, Guid Id) ReadTopic(RequestReader body, short version)
    {
        if (version <= 5) return (body.String(), Guid.Empty);
        var topic = (body.NullableString(), body.Uuid());
        body.Tags();
        return topic;
    }

    private static ErrorCode Delete(Node node, Topic topic)
    {
        // Offsets first: after a crash in between, a topic made anew must not be read from its namesake's positions.
        node.Groups.ForgetTopic(topic.Name);
        var error = node.Topics.Delete(topic);
        // And again, for what was committed while the topic was still there.
        node.Groups.ForgetTopic(topic.Name);
        return error;
    }
}
