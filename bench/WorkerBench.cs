using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ShitOps.Local.Broker;

namespace ShitOps.Bench;

/// <summary>
/// How many events of 340 B the local worker hands to an empty function a second, from an embedded broker in the same process,
/// 8 partitions: docs/benchmarks.md. Settings of host.json may follow as AzureFunctionsJobHost__… in the environment.
/// </summary>
internal static class WorkerBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (!CountOption.TryRead("worker", "--events", 400_000, args, out var events)) return 2;
        var folder = Directory.CreateTempSubdirectory("shitops-worker-bench-").FullName;
        try
        {
            await using var broker = await KafkaBroker.StartAsync(new BrokerOptions { DataDirectory = folder, Port = 0 });
            await ProduceAsync(broker.BootstrapServers, events);

            var builder = FunctionsApplication.CreateBuilder(
                ["--port", "0", $"--Brokers={broker.BootstrapServers}", $"--AzureWebJobsScriptRoot={AppContext.BaseDirectory}"]);
            builder.Configuration["AzureFunctionsJobHost:extensions:kafka:maxBatchSize"] ??= "4000";
            builder.Configuration["AzureFunctionsJobHost:extensions:kafka:executorChannelCapacity"] ??= "10";
            builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter(null, LogLevel.Warning);
            var progress = new Progress(events);
            builder.Services.AddSingleton(progress);
            using var app = builder.Build();
            await app.StartAsync();
            await progress.Done;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"worker_events_per_s: {progress.Timed / progress.Elapsed.TotalSeconds:F0}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"worker_events_per_batch: {(double)events / progress.Batches:F0}"));
            await app.StopAsync();
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ProduceAsync(string brokers, int events)
    {
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers }).Build())
            await admin.CreateTopicsAsync([new TopicSpecification { Name = "events", NumPartitions = 8 }]);
        using var producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = brokers, LingerMs = 20, QueueBufferingMaxMessages = events + 1 }).Build();
        var value = new byte[340];
        for (var i = 0; i < events; i++)
            producer.Produce(new TopicPartition("events", i % 8), new Message<Null, byte[]> { Value = value });
        producer.Flush(TimeSpan.FromMinutes(5));
    }

    internal sealed class Progress(int events)
    {
        private readonly TaskCompletionSource _done = new();
        private readonly Stopwatch _clock = new();
        private int _left = events;

        public Task Done => _done.Task;

        public TimeSpan Elapsed => _clock.Elapsed;

        /// <summary>The events that came while the clock ran: all but the first batch, which was fetched before.</summary>
        public int Timed { get; private set; }

        public int Batches { get; private set; }

        public void Add(int records)
        {
            if (_clock.IsRunning) Timed += records;
            _clock.Start();
            Batches++;
            _left -= records;
            if (_left > 0) return;
            _clock.Stop();
            _done.TrySetResult();
        }
    }
}

/// <summary>Does nothing with its records.</summary>
public sealed class EmptyFunction(IServiceProvider services)
{
    [Function("Empty")]
    public void Run([KafkaTrigger("Brokers", "events", ConsumerGroup = "bench", IsBatched = true)] KafkaRecord[] records) =>
        services.GetRequiredService<WorkerBench.Progress>().Add(records.Length);
}
