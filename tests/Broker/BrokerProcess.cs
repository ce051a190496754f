using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ShitOps.Tests.Broker;

/// <summary>The broker as a process of its own, so that it can be killed.</summary>
internal sealed partial class BrokerProcess : IDisposable
{
    private readonly Process _process;

    private BrokerProcess(Process process, string announcement)
    {
        _process = process;
        var parts = Announced().Match(announcement);
        Assert.True(parts.Success, announcement);
        (Servers, Port, ClusterId) = (parts.Groups["servers"].Value, int.Parse(parts.Groups["port"].Value), parts.Groups["cluster"].Value);
    }

    public string Servers { get; }

    public int Port { get; }

    public string ClusterId { get; }

    public static async Task<BrokerProcess> StartAsync(string directory, int port = 0)
    {
        var process = Launch("--data", directory, "--port", $"{port}", "--partitions", "1");
        var announcement = await process.StandardOutput.ReadLineAsync();
        return announcement is not null ? new BrokerProcess(process, announcement) : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Launch(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>SIGKILL: the process does nothing more.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM: the process stops as it should.</summary>
    public async Task<int> TerminateAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TestBroker.Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private static Process Launch(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ShitOps.Local.Broker.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"^Kafka development broker on (?<servers>localhost:(?<port>\d+)), cluster (?<cluster>[\w-]{22})\. For development only\.$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Announced();
}
