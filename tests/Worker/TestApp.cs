using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ShitOps.Tests.Worker;

/// <summary>A function app of one or more function classes, run by the local worker on a free port, in a folder of its own.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _stopped;

    private TestApp(IHost host, LogLines log)
    {
        _host = host;
        Log = log;
        var address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Http = new HttpClient { BaseAddress = new Uri(address) };
    }

    public HttpClient Http { get; }

    public LogLines Log { get; }

    /// <summary>Cancelled when the app stops of its own accord, or has ended its functions.</summary>
    public CancellationToken Stopping => _host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>What the app is before it is built. The settings of host.json are written <c>host:extensions:kafka:maxBatchSize</c>.</summary>
    public static FunctionsApplicationBuilder Builder(Type[] classes, Dictionary<string, string>? settings = null, params string[] args)
    {
        var folder = Directory.CreateTempSubdirectory("shitops-worker-").FullName;
        var builder = new FunctionsApplicationBuilder(["--port", "0", .. args, $"--AzureWebJobsScriptRoot={folder}"], classes);
        builder.ConfigureFunctionsWebApplication();
        builder.Configuration["FUNCTIONS_KEYS_FILE"] = Path.Combine(folder, "keys.json");
        foreach (var (name, value) in settings ?? [])
            builder.Configuration[name.StartsWith("host:", StringComparison.Ordinal) ? $"AzureFunctionsJobHost:{name[5..]}" : name] = value;
        return builder;
    }

    public static async Task<TestApp> StartAsync(FunctionsApplicationBuilder builder)
    {
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log);
        var host = builder.Build();
        await host.StartAsync();
        return new TestApp(host, log);
    }

    public static Task<TestApp> StartAsync(Type[] classes, object probe, Dictionary<string, string>? settings = null, params string[] args)
    {
        var builder = Builder(classes, settings, args);
        builder.Services.AddSingleton(probe.GetType(), probe);
        return StartAsync(builder);
    }

    public Task StopAsync()
    {
        _stopped = true;
        return _host.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped) await StopAsync();
        Http.Dispose();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}

/// <summary>What an app logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>What a line has that cannot be written: the logger throws.</summary>
    public string? Refused { get; set; }

    public int Count(string part) => _lines.Count(line => line.Contains(part, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" {exception.GetType().Name}: {exception.Message}")}";
        if (Refused is { } part && line.Contains(part, StringComparison.Ordinal)) throw new IOException("disk full");
        _lines.Enqueue(line);
    }

    public void Dispose()
    {
        // The lines outlive the app that wrote them.
    }
}
