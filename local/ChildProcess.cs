using System.Diagnostics;

namespace ShitOps.Local;

/// <summary>A process that ends when its standard input does; so it never outlives this one, even if this one is killed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StreamWriter _log;

    /// <summary>Starts it.</summary>
    /// <param name="start">What to run; the streams are redirected here.</param>
    /// <param name="logFile">Takes every line of output, after what it holds already.</param>
    /// <param name="onLine">Sees every line of output.</param>
    public ChildProcess(ProcessStartInfo start, string logFile, Action<string> onLine)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, output) => Take(output.Data);
        _process.ErrorDataReceived += (_, output) => Take(output.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Exited = _process.WaitForExitAsync();

        void Take(string? line)
        {
            if (line is null) return;
            lock (_log)
            {
                if (_log.BaseStream.CanWrite) _log.WriteLine(line);
            }

            onLine(line);
        }
    }

    public int Id => _process.Id;

    /// <summary>Ends with the process.</summary>
    public Task Exited { get; }

    /// <summary>Meaningful once <see cref="Exited"/> has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Closes its input and waits; kills it if it has not ended within <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already and its pipe with it.
        }

        if (await Task.WhenAny(Exited, Task.Delay(patience)) != Exited) _process.Kill(entireProcessTree: true);
        await Exited;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(30));
        _process.Dispose();
        lock (_log) _log.Dispose();
    }
}
