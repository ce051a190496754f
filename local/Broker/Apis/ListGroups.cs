using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>All groups, or those in certain states.</summary>
internal static class ListGroups
{
    public static readonly Api Api = new(ApiKey.ListGroups, 0, 5, FlexibleFrom: 3, Handle);

    private const string Classic = "classic";

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var states = version >= 4 ? body.Array(1, each => each.String()) : [];
        var types = version >= 5 ? body.Array(1, each => each.String()) : [];
        var groups = request.Node.Groups.List()
            .Where(group => states.Count == 0 || states.Contains(group.State.ToString(), StringComparer.OrdinalIgnoreCase))
            .Where(_ => types.Count == 0 || types.Contains(Classic, StringComparer.OrdinalIgnoreCase))
            .ToList();

        if (version >= 1) response.ThrottleTime();
        response.Error(ErrorCode.None);
        response.Array(groups, (_, group) =>
        {
            response.String(group.Id);
            response.String(group.ProtocolType);
            if (version >= 4) response.String(group.State.ToString());
            if (version >= 5) response.String(Classic);
            response.Tags();
        });
        response.Tags();
        return ValueTask.CompletedTask;
    }
}
