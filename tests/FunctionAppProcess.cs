using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using ShitOps.Local;

namespace ShitOps.Tests;

/// <summary>The function app as a process of its own, as users run it.</summary>
internal sealed class FunctionAppProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private FunctionAppProcess(ChildProcess process, int port)
    {
        _process = process;
        Port = port;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromMinutes(2) };
    }

    public int Port { get; }

    public HttpClient Http { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<FunctionAppProcess> StartAsync(string storage, string brokers, string topic, string stream, params (string Name, string Value)[] settings)
    {
        var port = Ports.Free();
        var log = Path.Combine(Path.GetTempPath(), $"shitops-functions-{port}.log");
        var start = new ProcessStartInfo(Dotnet.Program, [Path.Combine(AppContext.BaseDirectory, "ShitOps.Functions.dll"), "--port", $"{port}"]);
        start.Environment["AzureWebJobsStorage"] = storage;
        start.Environment["KafkaBrokers"] = brokers;
        start.Environment["KafkaTopic"] = topic;
        start.Environment["KafkaStream"] = stream;
        start.Environment["TenantKey"] = Some.TenantKey;
        start.Environment["FUNCTIONS_STOP_WHEN_STDIN_CLOSES"] = "1";
        start.Environment["FUNCTIONS_KEYS_FILE"] = Path.ChangeExtension(log, ".keys.json");
        foreach (var (name, value) in settings) start.Environment[name] = value;

        var app = new FunctionAppProcess(new ChildProcess(start, log, _ => { }), port);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(1); await Task.Delay(100))
        {
            if (app._process.Exited.IsCompleted) throw new InvalidOperationException($"the function app ended at once:\n{File.ReadAllText(log)}");
            try
            {
                using var answer = await app.Http.GetAsync("admin/host/status");
                return app;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }

        await app.DisposeAsync();
        throw new TimeoutException($"the function app does not answer:\n{File.ReadAllText(log)}");
    }

    public async Task<JsonElement> HealthAsync() => await (await Http.GetAsync("api/health")).Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Asks for health until <paramref name="holds"/>; the patience is only a guard against hanging, two minutes if it is not given.</summary>
    public async Task<JsonElement> HealthWhenAsync(Func<JsonElement, bool> holds, TimeSpan? patience = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var health = await HealthAsync();
            if (holds(health)) return health;
            if (clock.Elapsed > (patience ?? TimeSpan.FromMinutes(2))) throw new TimeoutException($"never came true: {health}");
            await Task.Delay(100);
        }
    }

    /// <summary>Ends it as a crash would.</summary>
    public void Kill() => Process.GetProcessById(_process.Id).Kill();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Http.Dispose();
    }
}
