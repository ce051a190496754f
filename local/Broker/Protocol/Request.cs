namespace ShitOps.Local.Broker.Protocol;

/// <summary>One request, its header read: <see cref="Body"/> stands at the first field of the API's own.</summary>
internal sealed record Request(Node Node, RequestReader Body, short Version, string ClientId, string ClientHost, CancellationToken Stopping);
