using ShitOps.Local.Broker.Groups;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Joins a group; answered when the group's next generation begins.</summary>
internal static class JoinGroup
{
    public static readonly Api Api = new(ApiKey.JoinGroup, 0, 9, FlexibleFrom: 6, Handle);

    private static async ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var groupId = body.String();
        var sessionTimeout = TimeSpan.FromMilliseconds(body.Int32());
        var rebalanceTimeout = version >= 1 ? TimeSpan.FromMilliseconds(body.Int32()) : sessionTimeout;
        var memberId = body.String();
        var instanceId = version >= 5 ? body.NullableString() : null;
        var protocolType = body.String();
        var protocols = body.Array(2, ReadProtocol);
        var result = await request.Node.Groups.Join(new JoinRequest(
            groupId,
            memberId,
            instanceId,
            request.ClientId,
            request.ClientHost,
            sessionTimeout,
            rebalanceTimeout,
            protocolType,
            protocols,
            MemberIdRequired: version >= 4,
            KnowsSkipAssignment: version >= 9)).WaitAsync(request.Stopping);

        if (version >= 2) response.ThrottleTime();
        response.Error(result.Error);
        response.Int32(result.Generation);
        if (version >= 7) response.NullableString(result.ProtocolType);
        response.NullableString(result.ProtocolName ?? (version >= 7 ? null : ""));
        response.String(result.Leader);
        if (version >= 9) response.Boolean(result.SkipAssignment);
        response.String(result.MemberId);
        response.Array(result.Members ?? [], (_, member) =>
        {
            response.String(member.MemberId);
            if (version >= 5) response.NullableString(member.InstanceId);
            response.Bytes(member.Metadata.Span);
            response.Tags();
        });
        response.Tags();
    }

    private static JoinProtocol ReadProtocol(RequestReader body)
    {
        // Copied: the group keeps it longer than the request's buffer lives.
        var protocol = new JoinProtocol(body.String(), body.Bytes().ToArray());
        body.Tags();
        return protocol;
    }
}
