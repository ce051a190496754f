using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Gives topics more partitions.</summary>
internal static class CreatePartitions
{
    public static readonly Api Api = new(ApiKey.CreatePartitions, 0, 3, FlexibleFrom: 2, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var body = request.Body;
        var wanted = body.Array(6, ReadTopic);
        body.Int32(); // the time the cluster has
        var validateOnly = body.Boolean();

        response.ThrottleTime();
        response.Array(wanted, (_, topic) =>
        {
            var (error, message) = request.Node.Topics.CreatePartitions(topic.Name, topic.Count, validateOnly);
            response.String(topic.Name);
            response.Error(error);
            response.ErrorMessage(message);
            response.Tags();
        });
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static (string Name, int Count) ReadTopic(RequestReader body)
    {
        var topic = (body.String(), body.Int32());
        // Which nodes take them: there is one.
        body.NullableArray(1, each =>
        {
            var nodes = each.Array(4, node => node.Int32());
            each.Tags();
            return nodes;
        });
        body.Tags();
        return topic;
    }
}
