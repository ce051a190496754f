namespace ShitOps.Projects;

/// <summary>Stored bytes are not what was written: cut off, changed, of an unknown version, or of another kind of state.</summary>
public sealed class CorruptStateException(string message) : Exception($"Stored state cannot be read: {message}.");
