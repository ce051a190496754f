using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace ShitOps.Local.Worker;

/// <summary>
/// Writes each entry as one line, <c>warn: 14:03:59 Category: message exception</c>: the level comes first,
/// for whoever reads the output line by line.
/// </summary>
internal sealed class ConsoleLine(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var level = logEntry.LogLevel switch
        {
            LogLevel.Trace => "trce",
            LogLevel.Debug => "dbug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "fail",
            _ => "crit",
        };
        var text = $"{logEntry.Formatter(logEntry.State, logEntry.Exception)} {logEntry.Exception}".TrimEnd().ReplaceLineEndings(" ");
        textWriter.WriteLine($"{level}: {time.GetLocalNow():HH:mm:ss} {logEntry.Category}: {text}");
    }
}
