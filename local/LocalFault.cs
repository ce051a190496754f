namespace ShitOps.Local;

/// <summary>Something that the user can put right; the message is one line that says what and how.</summary>
public sealed class LocalFault(string message) : Exception(message);
