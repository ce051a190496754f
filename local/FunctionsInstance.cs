using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ShitOps.Local;

/// <summary>One process that runs the function app; started anew if it ends by itself.</summary>
internal sealed class FunctionsInstance(int port, IReadOnlyDictionary<string, string> settings, LocalOptions options, Action<string> print, CancellationToken stopped) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // Ctrl-C reaches the process too: when it ends then, this must know that it is the end.
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(stopped);
    private readonly string _logFile = Path.Combine(options.DataDirectory, "logs", $"functions-{port}.log");
    private string _lastLine = "";
    private Task _supervision = Task.CompletedTask;

    /// <summary>Starts the process and waits until it answers; from then on it is supervised.</summary>
    /// <exception cref="LocalFault">It ends at once or does not answer.</exception>
    public async Task StartAsync(HttpClient http, CancellationToken cancellationToken)
    {
        File.Delete(_logFile);
        var process = Start();
        try
        {
            await ReadyAsync(process, http, cancellationToken);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        _supervision = SuperviseAsync(process);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        _stopping.Dispose();
    }

    private async Task SuperviseAsync(ChildProcess process)
    {
        var stop = new TaskCompletionSource();
        await using var registration = _stopping.Token.Register(stop.SetResult);
        var pause = ShortestPause;
        for (var running = Stopwatch.StartNew(); await Task.WhenAny(process.Exited, stop.Task) == process.Exited && !_stopping.IsCancellationRequested; running.Restart())
        {
            // One that keeps ending is started ever more rarely.
            pause = running.Elapsed > LongestPause ? ShortestPause : pause;
            print($"The function app on port {port} ended with exit code {process.ExitCode} and is started again; its output is in {_logFile}.");
            await process.DisposeAsync();
            await Task.WhenAny(Task.Delay(pause), stop.Task);
            if (_stopping.IsCancellationRequested) return;
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            process = Start();
        }

        await process.DisposeAsync();
    }

    private ChildProcess Start()
    {
        // The running framework's own dotnet, which need not be the one on the PATH.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "ShitOps.Functions.dll"), "--port", $"{port}"]);
        if (options.RequireKeys) start.ArgumentList.Add("--require-keys");
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return new ChildProcess(start, _logFile, line =>
        {
            _lastLine = line;
            if (options.Verbose || line.StartsWith("warn:", StringComparison.Ordinal) || line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal))
                print($"[{port}] {line}");
        });
    }

    private async Task ReadyAsync(ChildProcess process, HttpClient http, CancellationToken cancellationToken)
    {
        var deadline = Stopwatch.StartNew();
        while (deadline.Elapsed < Patience)
        {
            if (process.Exited.IsCompleted) throw new LocalFault($"The function app ended at once: {_lastLine} (all its output is in {_logFile})");
            try
            {
                // Any answer will do, a 401 too.
                using var answer = await http.GetAsync($"http://127.0.0.1:{port}/admin/host/status", cancellationToken);
                return;
            }
            catch (Exception silence) when (silence is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(100, cancellationToken);
            }
        }

        throw new LocalFault($"The function app does not answer on port {port} after {Patience.TotalSeconds:N0} s; its output is in {_logFile}.");
    }
}
