namespace ShitOps.Cli.Output;

/// <summary>Writes events as JSON lines; the stream stays open.</summary>
internal sealed class LinesOutput(Stream stream) : EventOutput
{
    private readonly BufferedStream buffered = new(stream, 1 << 16);
    private long written;

    public override long Written => written;

    public override ValueTask WriteAsync(string project, byte[] json)
    {
        try
        {
            buffered.Write(json);
            buffered.WriteByte((byte)'\n');
        }
        catch (IOException exception)
        {
            throw Closed(exception);
        }

        written++;
        return ValueTask.CompletedTask;
    }

    public override ValueTask FlushAsync()
    {
        try
        {
            buffered.Flush();
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
