using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>A member goes, or an operator removes several.</summary>
internal static class LeaveGroup
{
    public static readonly Api Api = new(ApiKey.LeaveGroup, 0, 5, FlexibleFrom: 4, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        var groupId = body.String();
        var leaving = version <= 2 ? [(body.String(), null)] : body.Array(2, each => ReadMember(each, version));
        var left = leaving.Select(each => (each.MemberId, each.InstanceId, Error: request.Node.Groups.Leave(groupId, each.MemberId, each.InstanceId))).ToList();

        if (version >= 1) response.ThrottleTime();
        response.Error(version <= 2 ? left[0].Error : ErrorCode.None);
        if (version >= 3)
        {
            response.Array(left, (_, member) =>
            {
                response.String(member.MemberId);
                response.NullableString(member.InstanceId);
                response.Error(member.Error);
                response.Tags();
            });
        }
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static (string MemberId, string? InstanceId) ReadMember(RequestReader body, short version)
    {
        var member = (body.String(), body.NullableString());
        if (version >= 5) body.NullableString(); // the reason, in words
        body.Tags();
        return member;
    }
}
