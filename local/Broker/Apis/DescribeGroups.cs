using ShitOps.Local.Broker.Groups;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>State and members of groups; a group that is not there is described as dead.</summary>
internal static class DescribeGroups
{
    public static readonly Api Api = new(ApiKey.DescribeGroups, 0, 5, FlexibleFrom: 5, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var groups = body.Array(1, each => each.String()).Distinct(StringComparer.Ordinal).ToList();
        if (version >= 1) response.ThrottleTime();
        response.Array(groups, (_, id) =>
        {
            var group = request.Node.Groups.Describe(id) ?? new GroupDescription(id, GroupState.Dead, "", "", []);
            response.Error(ErrorCode.None);
            response.String(id);
            response.String(group.State.ToString());
            response.String(group.ProtocolType);
            response.String(group.Protocol);
            response.Array(group.Members, (_, member) => WriteMember(member, version, response));
            if (version >= 3) response.Int32(int.MinValue); // what the client may do with it: not told
            response.Tags();
        });
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static void WriteMember(MemberDescription member, short version, ResponseWriter response)
    {
        response.String(member.Id);
        if (version >= 4) response.NullableString(member.InstanceId);
        response.String(member.ClientId);
        response.String(member.ClientHost);
        response.Bytes(member.Metadata.Span);
        response.Bytes(member.Assignment.Span);
        response.Tags();
    }
}
