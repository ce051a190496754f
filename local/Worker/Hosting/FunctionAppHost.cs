using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ShitOps.Local.Worker;

/// <summary>The built app. Says what it runs once it runs, and in one line why it cannot.</summary>
internal sealed class FunctionAppHost(WebApplication app, ListenAddress listen, Action<ILogger, Uri> list) : IHost, IAsyncDisposable
{
    public IServiceProvider Services => app.Services;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        RequireFreePort();
        await app.StartAsync(cancellationToken);
        list(Services.GetRequiredService<ILoggerFactory>().CreateLogger("Functions"), new Uri(app.Urls.First()));
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => app.StopAsync(cancellationToken);

    public void Dispose() => ((IDisposable)app).Dispose();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>Asked before anything is started, so that nothing has to be undone and the message stands alone.</summary>
    private void RequireFreePort()
    {
        using var probe = new Socket(listen.Host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(listen.Host, listen.Port));
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new FunctionAppException($"Port {listen.Port} is taken on {listen.Host}. Choose another with --port.", fault);
        }
        catch (SocketException fault)
        {
            throw new FunctionAppException($"Cannot listen on {listen.Host}:{listen.Port}: {fault.Message}", fault);
        }
    }
}
