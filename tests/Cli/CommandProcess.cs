using System.Diagnostics;

namespace ShitOps.Tests.Cli;

/// <summary><c>shitops</c> as a process of its own, which can be interrupted; killed when the test ends.</summary>
internal sealed class CommandProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    private CommandProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts it with more in its environment; a variable that is null is taken away.</summary>
    public static CommandProcess Start(string[] arguments, params (string Name, string? Value)[] environment) => StartIn(folder: null, arguments, environment);

    /// <summary>Starts it in a folder.</summary>
    public static CommandProcess StartIn(string? folder, string[] arguments, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(Dotnet.Program, [Path.Combine(AppContext.BaseDirectory, "shitops.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (folder is not null) start.WorkingDirectory = folder;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new CommandProcess(start);
    }

    /// <summary>Ctrl-C.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for its end; the patience is only a guard against hanging.</summary>
    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (_process.ExitCode, output, await _error);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
