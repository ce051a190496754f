using System.Diagnostics;

namespace ShitOps.Local.Azurite;

/// <summary>A running Azurite on loopback.</summary>
public sealed class AzuriteProcess : IAsyncDisposable
{
    // The account and key that every Azurite has; they are no secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly ChildProcess _process;

    private AzuriteProcess(ChildProcess process, int blobPort)
    {
        _process = process;
        BlobPort = blobPort;
    }

    /// <summary>The port of blobs; queues have the next one and tables the one after it.</summary>
    public int BlobPort { get; }

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{BlobPort}/{Account};"
        + $"QueueEndpoint=http://127.0.0.1:{BlobPort + 1}/{Account};TableEndpoint=http://127.0.0.1:{BlobPort + 2}/{Account};";

    internal Task Exited => _process.Exited;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="installation">Which Azurite.</param>
    /// <param name="folder">Where it keeps its data; made if need be.</param>
    /// <param name="blobPort">The first of three ports that must be free.</param>
    /// <param name="logFile">Takes its output.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LocalFault">It ends at once, for want of a port or otherwise.</exception>
    public static async Task<AzuriteProcess> StartAsync(
        AzuriteInstallation installation, string folder, int blobPort, string logFile, CancellationToken cancellationToken)
    {
        for (var port = blobPort; port < blobPort + 3; port++) Ports.RequireFree(port, "Azurite", "--storage-port");

        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("node",
        [
            Path.Combine(AppContext.BaseDirectory, "azurite", "run-azurite.cjs"), installation.Script,
            "--blobPort", $"{blobPort}", "--queuePort", $"{blobPort + 1}", "--tablePort", $"{blobPort + 2}",
            "--location", folder, "--silent", "--disableTelemetry", "--skipApiVersionCheck",
        ]);
        var ready = new TaskCompletionSource();
        var last = "";
        var process = new ChildProcess(start, logFile, line =>
        {
            last = line;
            if (line.Contains("Table service is successfully listening", StringComparison.Ordinal)) ready.TrySetResult();
        });
        try
        {
            await Task.WhenAny(ready.Task, process.Exited).WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
            if (process.Exited.IsCompleted) throw new LocalFault($"Azurite ended at once: {last}. Its output is in {logFile}.");
            return new AzuriteProcess(process, blobPort);
        }
        catch (Exception fault)
        {
            await process.DisposeAsync();
            if (fault is TimeoutException) throw new LocalFault($"Azurite does not answer after a minute; its output is in {logFile}.");
            throw;
        }
    }

    /// <summary>Stops it; it saves everything first.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
