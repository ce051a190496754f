using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Configuration;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Bench.Ingest.Postgres;
using ShitOps.Local;
using ShitOps.Local.Azurite;
using ShitOps.Storage;

namespace ShitOps.Bench.Ingest;

/// <summary>
/// The whole way of events, from Kafka to the aggregates in tables, beside what limits it (the JSON reader, a bare consumer, the store) and
/// beside the same aggregates on PostgreSQL; what it costs in transactions; how fresh its answers are. Both pipelines must end with the
/// same aggregates. docs/benchmarks.md says what each line means.
/// </summary>
internal static class IngestBench
{
    /// <summary>Person ids are made with it; no secret.</summary>
    public const string TenantKey = "the tenant key of the benchmark, which is no secret";

    /// <summary>That of the shipped host.json.</summary>
    public const int BatchSize = 4000;

    private static readonly TimeSpan Live = TimeSpan.FromSeconds(60);

    // The two roles of docs/runtimes.md.
    private static readonly Dictionary<string, string> LiveRole = new(StringComparer.Ordinal) { [$"AzureWebJobs.{nameof(ArchiveEvents)}.Disabled"] = "true" };

    private static readonly Dictionary<string, string> ArchiveRole = new(StringComparer.Ordinal)
    {
        [$"AzureWebJobs.{nameof(AggregateProjects)}.Disabled"] = "true",
        ["AzureFunctionsJobHost__extensions__kafka__maxBatchSize"] = "10000",
        ["AzureFunctionsJobHost__extensions__kafka__subscriberIntervalInSeconds"] = "10",
    };

    /// <summary>With <see cref="LiveRole"/> beside it, all functions run with the shipped host.json.</summary>
    private static readonly Dictionary<string, string> AllButAggregation = new(StringComparer.Ordinal) { [$"AzureWebJobs.{nameof(AggregateProjects)}.Disabled"] = "true" };

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--events N</c>: how many events of W1; default all 1,000,000.</param>
    /// <returns>0; 1 if the aggregates of the two pipelines differ; 2 if the arguments are not understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!CountOption.TryRead("ingest", "--events", Workload.WholeEvents, args, out var events)) return 2;
        var azurite = await AzuriteInstallation.EnsureAsync(Console.Error.WriteLine, CancellationToken.None);
        var folder = Directory.CreateTempSubdirectory("shitops-ingest-bench-").FullName;
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Abandon);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Abandon);
        try
        {
            return await RunAsync(events, azurite, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        // Azurite and PostgreSQL end by themselves when this process does.
        void Abandon(PosixSignalContext signal)
        {
            Directory.Delete(folder, recursive: true);
            Environment.Exit(130);
        }
    }

    private static async Task<int> RunAsync(int events, AzuriteInstallation azurite, string folder)
    {
        Progress($"making {events:N0} events");
        var workload = new Workload(seed: 1);
        await using var topic = await EventTopic.StartAsync(Path.Combine(folder, "kafka"));
        MeasureLimits(Enumerable.Range(0, events).Select(_ => workload.Next()).ToList(), workload, topic);
        var (postgres, theirs) = await MeasurePostgresAsync(topic, events);

        using var recording = new TableRecording(Path.Combine(folder, "requests"));
        if (await MeasurePipelineAsync(topic, workload, events, recording, azurite, folder, theirs) is not { } pipeline) return 1;
        if (postgres is { } other) Print("pipeline_to_postgres_ratio", pipeline / other);
        await MeasureArchiveAsync(topic, workload, azurite, folder);
        return 0;
    }

    /// <summary>
    /// Drains the topic through <see cref="AggregateProjects"/> alone, then through the other functions; compares; then goes on at a steady rate
    /// with all of them. The first drain pauses now and then while a fresh store gets the same requests, so that what else happens on the
    /// machine meets both alike.
    /// </summary>
    /// <returns>Events a second in the drain; null: the aggregates are not those of PostgreSQL.</returns>
    private static async Task<double?> MeasurePipelineAsync(
        EventTopic topic, Workload workload, int events, TableRecording recording, AzuriteInstallation azurite, string folder, Aggregates? theirs)
    {
        Progress("draining the topic through the function app");
        await using var store = await StartAsync(azurite, folder, "azurite");
        await using var freshStore = await StartAsync(azurite, folder, "azurite-fresh");
        using var replay = new StoreReplay(recording, freshStore.ConnectionString);
        var transport = new RecordingTransport(recording, store.BlobPort + 2);
        await using var app = await ProductPipeline.StartAsync(
            topic, store.ConnectionString, transport, nameof(AggregateProjects), LiveRole, async () =>
            {
                recording.Pause();
                await replay.GoOnAsync();
            });
        await app.DrainedAsync(EverySoOften<long>(lag => $"{lag:N0} events left"));
        app.EndInterludes();
        var perSecond = events / app.Busy.TotalSeconds;
        Print("pipeline_events_per_s", perSecond);
        Print("pipeline_processor_ms_per_1000_events", app.Processor.TotalMilliseconds * 1000 / events);
        Print("pipeline_time_share_without_request", recording.ShareWith(0));
        Print("pipeline_time_share_with_one_request", recording.ShareWith(1));
        await replay.GoOnAsync();
        if (replay.Refused > 0) Progress($"the fresh store answered {replay.Refused} requests otherwise");
        var limit = events / replay.Elapsed.TotalSeconds;
        Print("store_limit_events_per_s", limit);
        Print("store_limit_processor_ms_per_1000_events", replay.Processor.TotalMilliseconds * 1000 / events);
        Print("pipeline_to_store_limit_ratio", perSecond / limit);

        Progress("draining it through the other functions");
        await using var others = await ProductPipeline.StartAsync(topic, store.ConnectionString, transport, nameof(ArchiveEvents), AllButAggregation);
        await others.DrainedAsync(EverySoOften<long>(lag => $"{lag:N0} events left"));
        PrintAll(TableTraffic.Of(recording, 0, recording.Count).Per1000(events, "drain"));
        Print("drain_blob_writes_per_1000_events", transport.BlobWrites * 1000.0 / events);

        var settings = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("AzureWebJobsStorage", (string?)store.ConnectionString)]).Build();
        var reader = await LiveAggregates.FromSettings(settings, StorageAccount.FromSettings(settings), TimeProvider.System).ReadAsync(CancellationToken.None);
        if (theirs is not null && !await AreEqualAsync(reader, theirs)) return null;

        Progress($"{SteadyLoad.EventsPerSecond:N0} events a second for {Live.TotalSeconds:N0} s");
        var (from, writes, load) = (recording.Count, transport.BlobWrites, new SteadyLoad(topic, workload));
        var freshness = await new Freshness(workload, reader).MeasureAsync(load, Live, sent => Progress($"{sent:N0} sent"));
        await app.DrainedAsync(_ => { });
        await others.DrainedAsync(_ => { });
        PrintAll(TableTraffic.Of(recording, from, recording.Count).Per1000(load.Sent, "live"));
        Print("live_blob_writes_per_1000_events", (transport.BlobWrites - writes) * 1000.0 / load.Sent);
        Print("freshness_samples", freshness.Count);
        Print("freshness_p50_ms", freshness[freshness.Count / 2]);
        Print("freshness_p99_ms", freshness[freshness.Count * 99 / 100]);
        return perSecond;
    }

    /// <summary>The role that archives, with its own settings: the whole topic, then a steady rate.</summary>
    private static async Task MeasureArchiveAsync(EventTopic topic, Workload workload, AzuriteInstallation azurite, string folder)
    {
        Progress("draining the topic in the archive role");
        await using var store = await StartAsync(azurite, folder, "azurite-archive");
        using var recording = new TableRecording(Path.Combine(folder, "archive-requests"));
        var transport = new RecordingTransport(recording, store.BlobPort + 2);
        await using var app = await ProductPipeline.StartAsync(topic, store.ConnectionString, transport, nameof(ArchiveEvents), ArchiveRole);
        var held = await topic.CountAsync();
        await app.DrainedAsync(EverySoOften<long>(lag => $"{lag:N0} events left"));
        Print("archive_events_per_s", held / app.Busy.TotalSeconds);
        Print("archive_drain_blob_writes_per_1000_events", transport.BlobWrites * 1000.0 / held);

        Progress($"{SteadyLoad.EventsPerSecond:N0} events a second for {Live.TotalSeconds:N0} s");
        var (from, writes, load) = (recording.Count, transport.BlobWrites, new SteadyLoad(topic, workload));
        await load.SendAsync(Live, sent => Progress($"{sent:N0} sent"));
        await app.DrainedAsync(_ => { });
        Print("archive_blob_writes_per_1000_events", (transport.BlobWrites - writes) * 1000.0 / load.Sent);
        PrintAll(TableTraffic.Of(recording, from, recording.Count).Per1000(load.Sent, "archive_table"));
    }

    private static Task<AzuriteProcess> StartAsync(AzuriteInstallation azurite, string folder, string name) =>
        AzuriteProcess.StartAsync(azurite, Path.Combine(folder, name), Ports.Free(3), Path.Combine(folder, $"{name}.log"), CancellationToken.None);

    /// <summary>What the processor and the broker allow; leaves the events on the topic.</summary>
    private static void MeasureLimits(List<WorkloadRecord> records, Workload workload, EventTopic topic)
    {
        Print("tasks", workload.Tasks);
        Print("repeated_events", workload.Repeated);
        Print("late_events", workload.Late);
        Print("event_bytes", records.Average(record => record.Json.Length));

        Progress("walking, then decoding and folding them");
        var speed = DecodeAndFold.Measure(records, BatchSize);
        Print("utf8_scan_events_per_s", speed.Scan);
        Print("decode_events_per_s", speed.Decode);
        Print("decode_fold_events_per_s", speed.DecodeFold);
        Print("decode_fold_to_scan_ratio", speed.DecodeFold / speed.Scan);

        Progress("producing and consuming them");
        foreach (var record in records) topic.Produce(record);
        topic.Flush();
        Print("raw_consume_events_per_s", topic.RawConsumePerSecond(records.Count));
    }

    /// <summary>The faster of synchronous_commit on and off, and the aggregates; nothing if PostgreSQL is not there.</summary>
    private static async Task<(double? PerSecond, Aggregates? Aggregates)> MeasurePostgresAsync(EventTopic topic, int events)
    {
        if (PostgresServer.FindPrograms() is not { } programs)
        {
            Console.WriteLine("postgres_pipeline_events_per_s: skipped, since neither PATH nor /usr/lib/postgresql has initdb and postgres (apt-get install postgresql)");
            return (null, null);
        }

        Progress("the same events into PostgreSQL");
        await using var server = await PostgresServer.StartAsync(programs);
        var (best, aggregates) = (0.0, default(Aggregates));
        foreach (var isSynchronous in (bool[])[true, false])
        {
            var setting = isSynchronous ? "on" : "off";
            var database = await server.CreateDatabaseAsync($"synchronous_commit_{setting}");
            var pipeline = new PostgresPipeline(topic.Brokers, database, isSynchronous, BatchSize, Encoding.UTF8.GetBytes(TenantKey));
            var perSecond = await pipeline.RunAsync(events, EverySoOften<int>(done => $"{done:N0} events done, synchronous_commit {setting}"));
            Print($"postgres_synchronous_commit_{setting}_events_per_s", perSecond);
            best = Math.Max(best, perSecond);
            aggregates ??= await PostgresAggregates.ReadAsync(database);
        }

        Print("postgres_pipeline_events_per_s", best);
        return (best, aggregates);
    }

    private static async Task<bool> AreEqualAsync(AggregateTable table, Aggregates theirs)
    {
        Progress("comparing the aggregates");
        var ours = await ProductAggregates.ReadAsync(table, EverySoOften<int>(done => $"{done} of {Workload.Projects} projects read"));
        var differences = Aggregates.Differences(ours, theirs);
        foreach (var line in differences) Console.Error.WriteLine(line);
        if (differences.Count > 0) Console.Error.WriteLine("The two pipelines have made different aggregates of the same events.");
        else Progress($"equal: {ours}");
        return differences.Count == 0;
    }

    private static Action<T> EverySoOften<T>(Func<T, string> what)
    {
        var next = TimeSpan.FromSeconds(10);
        var start = TimeProvider.System.GetTimestamp();
        return state =>
        {
            if (TimeProvider.System.GetElapsedTime(start) < next) return;
            next += TimeSpan.FromSeconds(10);
            Progress(what(state));
        };
    }

    private static void Progress(string what) => Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {what}");

    private static void PrintAll(IEnumerable<(string Name, double Value)> lines)
    {
        foreach (var (name, value) in lines) Print(name, value);
    }

    private static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:0.##}"));
}
