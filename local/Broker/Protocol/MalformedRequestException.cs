namespace ShitOps.Local.Broker.Protocol;

/// <summary>The bytes are not the request they claim to be, or ask for more than is ever answered. The connection is closed: nothing after them can be trusted to be a frame.</summary>
internal sealed class MalformedRequestException(string message) : Exception(message);
