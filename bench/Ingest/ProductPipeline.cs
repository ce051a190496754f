using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace ShitOps.Bench.Ingest;

/// <summary>
/// The function app as it is shipped, its own functions, services and host.json, run by the local runtime in this process, so that what it
/// sends to storage can be seen.
/// </summary>
internal sealed class ProductPipeline : IAsyncDisposable
{
    /// <summary>
    /// So many that little of what the function gets between two interludes, 240,000 events, was fetched while its time did not count. During
    /// an interlude the client fills up what it lacks: where fetching is the faster, no more than the function took in a second, since the
    /// client looks again after at most that long; and never more than <see cref="FetchedAhead"/>, one answer of the broker (1 MiB a
    /// partition, 25,000 events) and the 11 batches that wait for the function, 89,000 in all.
    /// </summary>
    public const int BatchesAnInterlude = 60;

    /// <summary>
    /// With interludes, the client asks for more only below so many events; its own limit is 100,000. With the batches that wait these last for
    /// a second at up to 60,000 events a second, so that they limit no slower pipeline.
    /// </summary>
    private const int FetchedAhead = 20_000;

    private static readonly IReadOnlyList<MethodInfo> Methods = [.. typeof(Services).Assembly.GetExportedTypes().SelectMany(type => type.GetMethods())];

    private readonly IHost _app;
    private readonly EventTopic _topic;
    private readonly IReadOnlyList<string> _groups;
    private readonly InvocationClock _clock;

    private ProductPipeline(IHost app, EventTopic topic, IReadOnlyList<string> groups, InvocationClock clock) => (_app, _topic, _groups, _clock) = (app, topic, groups, clock);

    /// <summary>Starts an app that consumes the topic from its beginning, whatever others have committed.</summary>
    /// <param name="topic">Where the events are.</param>
    /// <param name="storage">The connection string of the store.</param>
    /// <param name="transport">Sends the requests to it.</param>
    /// <param name="function">The function whose work is timed.</param>
    /// <param name="settings">Settings of the role.</param>
    /// <param name="interlude">What to do after every <see cref="BatchesAnInterlude"/> batches, while the function waits and its time does not count.</param>
    public static async Task<ProductPipeline> StartAsync(
        EventTopic topic, string storage, RecordingTransport transport, string function, IReadOnlyDictionary<string, string> settings, Func<Task>? interlude = null)
    {
        var builder = new FunctionsApplicationBuilder(["--port", "0", $"--AzureWebJobsScriptRoot={AppContext.BaseDirectory}"], typeof(Services).Assembly.GetExportedTypes());
        foreach (var (name, value) in settings) builder.Configuration[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        builder.Configuration["AzureWebJobsStorage"] = storage;
        builder.Configuration["KafkaBrokers"] = topic.Brokers;
        builder.Configuration["KafkaTopic"] = EventTopic.Name;
        builder.Configuration["KafkaStream"] = "bench";
        builder.Configuration["TenantKey"] = IngestBench.TenantKey;
        if (interlude is not null) builder.Configuration["AzureFunctionsJobHost:extensions:kafka:queuedMinMessages"] = FetchedAhead.ToString(CultureInfo.InvariantCulture);
        builder.ConfigureFunctionsWebApplication();
        // Standard output is for the results.
        builder.Configuration["AzureFunctionsJobHost:logging:logLevel:default"] = nameof(LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        Services.Add(builder.Services, builder.Configuration, transport);
        var clock = new InvocationClock(function, interlude);
        builder.Use(clock.Around);
        var groups = Methods
            .Where(method => method.GetCustomAttribute<FunctionAttribute>() is { } function && !settings.ContainsKey($"AzureWebJobs.{function.Name}.Disabled"))
            .SelectMany(method => method.GetParameters()).Select(parameter => parameter.GetCustomAttribute<KafkaTriggerAttribute>()?.ConsumerGroup).OfType<string>().ToList();
        foreach (var group in groups) await topic.ForgetAsync(group);
        var app = builder.Build();
        await app.StartAsync();
        return new ProductPipeline(app, topic, groups, clock);
    }

    /// <summary>From the first batch in the hands of the timed function to the end of its last, without the interludes.</summary>
    public TimeSpan Busy => _clock.Busy;

    /// <summary>The processor time that this process (broker, client and function app) took meanwhile.</summary>
    public TimeSpan Processor => _clock.Processor;

    /// <summary>Ends the interludes: from now on the function never waits.</summary>
    public void EndInterludes() => _clock.EndInterludes();

    /// <summary>Waits until every function that consumes the topic has committed all of it.</summary>
    /// <param name="progress">Told now and then how many records the slowest has yet to commit.</param>
    public async Task DrainedAsync(Action<long> progress)
    {
        while (true)
        {
            var lags = new List<long>();
            foreach (var group in _groups) lags.Add(await _topic.LagAsync(group));
            progress(lags.Max());
            if (lags.Max() == 0) return;
            await Task.Delay(200);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        _app.Dispose();
    }

    /// <summary>How long one function works, whose invocations follow each other.</summary>
    private sealed class InvocationClock(string function, Func<Task>? interlude)
    {
        private volatile Func<Task>? _interlude = interlude;
        private (TimeSpan Busy, TimeSpan Processor) _before;
        private (long At, TimeSpan Processor) _since;
        private (long At, TimeSpan Processor) _last;
        private int _batches;

        public TimeSpan Busy => _before.Busy + Stopwatch.GetElapsedTime(_since.At, _last.At);

        public TimeSpan Processor => _before.Processor + _last.Processor - _since.Processor;

        public void EndInterludes() => _interlude = null;

        public FunctionExecutionDelegate Around(FunctionExecutionDelegate next) => async context =>
        {
            if (context.FunctionDefinition.Name != function)
            {
                await next(context);
                return;
            }

            if (_since.At == 0) _since = Now();
            await next(context);
            _last = Now();
            if (++_batches % BatchesAnInterlude != 0 || _interlude is not { } wait) return;
            _before = (Busy, Processor);
            await wait();
            _since = _last = Now();
        };

        private static (long At, TimeSpan Processor) Now() => (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
    }
}
