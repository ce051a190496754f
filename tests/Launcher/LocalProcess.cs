using System.Diagnostics;
using System.Text;

namespace ShitOps.Tests.Launcher;

/// <summary>The launcher as a process, in a process group of its own with its children.</summary>
internal sealed class LocalProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _printed = new();

    private LocalProcess(Process process) => _process = process;

    public string Printed
    {
        get
        {
            lock (_printed) return _printed.ToString();
        }
    }

    public static LocalProcess Start((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("setsid", [Dotnet.Program, Path.Combine(AppContext.BaseDirectory, "ShitOps.Local.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var local = new LocalProcess(new Process { StartInfo = start });
        local._process.OutputDataReceived += (_, output) => local.Take(output.Data);
        local._process.ErrorDataReceived += (_, output) => local.Take(output.Data);
        local._process.Start();
        local._process.BeginOutputReadLine();
        local._process.BeginErrorReadLine();
        return local;
    }

    public async Task UntilPrintedAsync(string text)
    {
        for (var clock = Stopwatch.StartNew(); !Printed.Contains(text, StringComparison.Ordinal); await Task.Delay(50))
        {
            if (_process.HasExited || clock.Elapsed > TimeSpan.FromMinutes(3)) throw new InvalidOperationException($"never printed \"{text}\" but:\n{Printed}");
        }
    }

    public async Task<int> ExitCodeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public void Terminate() => Signal("-TERM", $"{_process.Id}");

    /// <summary>Ctrl-C as a terminal sends it: to the whole process group.</summary>
    public void Interrupt() => Signal("-INT", "--", $"-{_process.Id}");

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void Signal(params string[] arguments)
    {
        using var kill = Process.Start("kill", arguments);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private void Take(string? line)
    {
        lock (_printed) _printed.AppendLine(line);
    }
}
