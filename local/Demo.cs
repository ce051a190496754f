namespace ShitOps.Local;

internal sealed class Demo : IAsyncDisposable
{
    public string? Status { get; private set; }

    public static Demo Start(LocalOptions options, LocalKafka kafka, Screen screen, CancellationToken cancellationToken) => new();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
