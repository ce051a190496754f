using ShitOps.Local.Broker.Apis;

namespace ShitOps.Local.Broker.Protocol;

/// <summary>Bytes of a request in, bytes of its response out: the whole protocol, apart from sockets.</summary>
internal sealed class RequestDispatcher(Node node)
{
    private static readonly Dictionary<short, Api> Apis = Node.Apis.ToDictionary(api => (short)api.Key);

    /// <summary>
    /// Answers one request (without its length prefix), or throws <see cref="MalformedRequestException"/> where Kafka closes the
    /// connection. The bytes may be changed: Produce writes the offsets it assigns into the batches.
    /// </summary>
    public async Task<ResponseWriter> HandleAsync(Memory<byte> request, string clientHost, CancellationToken stopping)
    {
        var reader = new RequestReader(request);
        var key = reader.Int16();
        var version = reader.Int16();
        var correlationId = reader.Int32();
        var response = new ResponseWriter();
        try
        {
            response.Int32(correlationId);
            if (!Apis.TryGetValue(key, out var api)) throw new MalformedRequestException($"There is no API {key} here.");
            if (version < api.MinVersion || version > api.MaxVersion)
            {
                // A client opens with the newest ApiVersions it knows; the answer to one too new is always of version 0.
                if (api.Key != ApiKey.ApiVersions) throw new MalformedRequestException($"{api.Key} has no version {version} here.");
                ApiVersions.RefuseVersion(response);
                return response;
            }
            var clientId = reader.NullableInt16String() ?? "";
            reader.Flexible = response.Flexible = version >= api.FlexibleFrom;
            reader.Tags();
            // The response header of ApiVersions has no tagged fields in any version: the client cannot yet know that it may have some.
            if (api.Key != ApiKey.ApiVersions) response.Tags();
            await api.Handle(new Request(node, reader, version, clientId, clientHost, stopping), response);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
