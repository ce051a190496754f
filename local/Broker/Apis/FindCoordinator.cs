using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>The coordinator of every group is this node; transactions have none.</summary>
internal static class FindCoordinator
{
    public static readonly Api Api = new(ApiKey.FindCoordinator, 0, 4, FlexibleFrom: 3, Handle);

    private const sbyte GroupKey = 0;

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        List<string> keys = version <= 3 ? [body.String()] : [];
        var keyType = version >= 1 ? body.Int8() : GroupKey;
        if (version >= 4) keys = body.Array(1, each => each.String());

        var (error, message) = keyType == GroupKey ? (ErrorCode.None, null) : (ErrorCode.TransactionalIdAuthorizationFailed, Transactions.Refusal);
        if (version >= 1) response.ThrottleTime();
        if (version >= 4)
        {
            response.Array(keys, (_, key) =>
            {
                response.String(key);
                WriteNode(request.Node, error, response);
                response.Error(error);
                response.ErrorMessage(message);
                response.Tags();
            });
        }
        else
        {
            response.Error(error);
            if (version >= 1) response.ErrorMessage(message);
            WriteNode(request.Node, error, response);
        }
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static void WriteNode(Node node, ErrorCode error, ResponseWriter response)
    {
        var found = error == ErrorCode.None;
        response.Int32(found ? Node.Id : -1);
        response.String(found ? node.Options.Host : "");
        response.Int32(found ? node.Port : -1);
    }
}
