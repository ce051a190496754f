using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Hands in the leader's sharing out, and tells each member its share.</summary>
internal static class SyncGroup
{
    public static readonly Api Api = new(ApiKey.SyncGroup, 0, 5, FlexibleFrom: 4, Handle);

    private static async ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var groupId = body.String();
        var generation = body.Int32();
        var memberId = body.String();
        var instanceId = version >= 3 ? body.NullableString() : null;
        var protocolType = version >= 5 ? body.NullableString() : null;
        var protocolName = version >= 5 ? body.NullableString() : null;
        var assignments = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (id, assignment) in body.Array(2, ReadAssignment)) assignments[id] = assignment;
        var result = await request.Node.Groups
            .Sync(groupId, memberId, instanceId, generation, protocolType, protocolName, assignments)
            .WaitAsync(request.Stopping);

        if (version >= 1) response.ThrottleTime();
        response.Error(result.Error);
        if (version >= 5)
        {
            response.NullableString(result.ProtocolType);
            response.NullableString(result.ProtocolName);
        }
        response.Bytes(result.Assignment.Span);
        response.Tags();
    }

    private static (string MemberId, ReadOnlyMemory<byte> Assignment) ReadAssignment(RequestReader body)
    {
        // Copied: the group keeps it longer than the request's buffer lives.
        var assignment = (body.String(), body.Bytes().ToArray());
        body.Tags();
        return assignment;
    }
}
