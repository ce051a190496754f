namespace ShitOps.Cli.Output;

/// <summary>Writes events as JSON lines; the stream stays open.</summary>
internal sealed class LinesOutput(Stream stream) : EventOutput
{
    private readonly BufferedStream _buffered = new(stream, 1 << 16);
    private long _written;

    public override long Written => _written;

    public override ValueTask WriteAsync(OutgoingEvent sent)
    {
        try
        {
            _buffered.Write(sent.Json);
            _buffered.WriteByte((byte)'\n');
        }
        catch (IOException exception)
        {
            throw Closed(exception);
        }

        _written++;
        return ValueTask.CompletedTask;
    }

    public override ValueTask FlushAsync()
    {
        try
        {
            _buffered.Flush();
        }
        catch (IOException exception)
        {
            throw Closed(exception);
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static OutputFailedException Closed(IOException exception) => new($"standard output: {exception.Message}");
}
