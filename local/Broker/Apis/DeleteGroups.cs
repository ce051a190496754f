using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Deletes groups without members, and with them their offsets.</summary>
internal static class DeleteGroups
{
    public static readonly Api Api = new(ApiKey.DeleteGroups, 0, 2, FlexibleFrom: 2, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var groups = request.Body.Array(1, each => each.String());
        response.ThrottleTime();
        response.Array(groups, (_, group) =>
        {
            response.String(group);
            response.Error(request.Node.Groups.Delete(group));
            response.Tags();
        });
        response.Tags();
        return ValueTask.CompletedTask;
    }
}
