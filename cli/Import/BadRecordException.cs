namespace ShitOps.Cli.Import;

/// <summary>A record lacks what no import can do without. The message names the field, what was found and what was expected.</summary>
internal sealed class BadRecordException(string message) : Exception(message);
