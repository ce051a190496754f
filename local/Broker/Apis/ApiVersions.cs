using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>Which APIs there are, in which versions: the first thing a client asks.</summary>
internal static class ApiVersions
{
    public static readonly Api Api = new(ApiKey.ApiVersions, 0, 3, FlexibleFrom: 3, Handle);

    /// <summary>The answer to a version this broker does not know: of version 0, so that every client can read it.</summary>
    public static void RefuseVersion(ResponseWriter response)
    {
        response.Error(ErrorCode.UnsupportedVersion);
        response.Array(Node.Apis, Write);
    }

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        // The client's name and version follow: of no use here.
        response.Error(ErrorCode.None);
        response.Array(Node.Apis, Write);
        if (request.Version >= 1) response.ThrottleTime();
        response.Tags();
        return ValueTask.CompletedTask;
    }

    private static void Write(ResponseWriter response, Api api)
    {
        response.Int16((short)api.Key);
        response.Int16(api.AnnouncedFrom);
        response.Int16(api.MaxVersion);
        response.Tags();
    }
}
