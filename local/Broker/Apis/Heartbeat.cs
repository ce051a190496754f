using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>A member shows that it lives, and learns whether its group rebalances.</summary>
internal static class Heartbeat
{
    public static readonly Api Api = new(ApiKey.Heartbeat, 0, 4, FlexibleFrom: 4, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var groupId = body.String();
        var generation = body.Int32();
        var memberId = body.String();
        var instanceId = version >= 3 ? body.NullableString() : null;
        if (version >= 1) response.ThrottleTime();
        response.Error(request.Node.Groups.Heartbeat(groupId, memberId, instanceId, generation));
        response.Tags();
        return ValueTask.CompletedTask;
    }
}
