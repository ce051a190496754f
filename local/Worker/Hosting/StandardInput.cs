using Microsoft.Extensions.Hosting;

namespace ShitOps.Local.Worker;

/// <summary>
/// Stops the app when its standard input ends, if FUNCTIONS_STOP_WHEN_STDIN_CLOSES is on. A launcher holds the other end of the pipe:
/// however the launcher dies, the system closes it, and its functions do not outlive it.
/// </summary>
internal sealed class StandardInput(IHostApplicationLifetime lifetime) : IHostedService
{
    public const string Setting = "FUNCTIONS_STOP_WHEN_STDIN_CLOSES";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(StopAtEnd) { IsBackground = true, Name = "Standard input" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void StopAtEnd()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
            // Only the end counts.
        }

        lifetime.StopApplication();
    }
}
