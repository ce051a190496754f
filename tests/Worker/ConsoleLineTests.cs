using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Local.Worker;

namespace ShitOps.Tests.Worker;

/// <summary>What the app writes on the console, which the launcher reads line by line.</summary>
public sealed class ConsoleLineTests
{
    [Theory]
    [InlineData(LogLevel.Information, "info: ")]
    [InlineData(LogLevel.Warning, "warn: ")]
    [InlineData(LogLevel.Error, "fail: ")]
    [InlineData(LogLevel.Critical, "crit: ")]
    public void An_entry_is_one_line_that_begins_with_its_level_and_has_no_event_id(LogLevel level, string prefix)
    {
        using var written = new StringWriter();
        var fault = new InvalidOperationException("one\ntwo", new IOException("three"));
        new ConsoleLine(TimeProvider.System).Write(
            new LogEntry<string>(level, "Function.Batch", new EventId(123_456), "a\r\nb", fault, (state, _) => state), null, written);

        var line = written.ToString();
        Assert.Matches($@"^{prefix}\d\d:\d\d:\d\d Function\.Batch: a b System\.InvalidOperationException: one two", line);
        Assert.Contains("System.IO.IOException: three", line, StringComparison.Ordinal);
        Assert.DoesNotContain("123456", line, StringComparison.Ordinal);
        Assert.Equal(line.Length - Environment.NewLine.Length, line.IndexOfAny(['\r', '\n']));
    }
}
