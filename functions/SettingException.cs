namespace ShitOps;

/// <summary>A setting is missing or has a value that is not allowed. The message is one line that names it and says what was expected.</summary>
public sealed class SettingException(string message) : InvalidOperationException(message);
