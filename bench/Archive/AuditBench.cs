using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using ShitOps.Archive;
using ShitOps.Audit;
using ShitOps.Events;
using ShitOps.Replay;

namespace ShitOps.Bench.Archive;

/// <summary>
/// Finding all that happened to one task among many archived events: time, requests and bytes of the product, which reads compacted files from
/// the store, beside DuckDB, which has the same files on its disk. A question is asked of several tasks, each once.
/// </summary>
internal static class AuditBench
{
    private const int Partitions = 8;
    private const int Projects = 2_000;
    private const int TasksOfAProject = 500;
    private const int SegmentEvents = 20_000;
    private const int CompactEvery = 8_000_000;
    private const int Asked = 20;
    private const int MostRows = 1_000;

    private static readonly string[] Words = ["To Do", "In Progress", "In Review", "Blocked", "Done"];
    private static readonly string[] Categories = ["todo", "in-progress", "in-progress", "blocked", "done"];

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--events N</c>: how many events; default 2,000,000.</param>
    /// <returns>0; 1 if the two differ; 2 if the arguments are not understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!CountOption.TryRead("audit", "--events", 2_000_000, args, out var count)) return 2;
        await using var store = await ArchiveStore.StartAsync();
        await FillAsync(store, count);
        var files = (await store.Table.ReadAsync(CancellationToken.None))!.Files.ToList();
        Print("events", count);
        Print("files", files.Count);
        Print("bytes", files.Sum(file => (double)file.Size));

        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        var paths = string.Join(", ", (await store.DownloadAsync()).Select(path => $"'{path}'"));
        List<double> ours = [], theirs = [];
        var (requests, bytes) = (0L, 0L);
        var random = new Random(2);
        var isEqual = true;
        for (var i = 0; i < Asked; i++)
        {
            var (project, task) = ($"project-{random.Next(Projects):D4}", $"T-{random.Next(TasksOfAProject)}");
            var transport = new CountingTransport();
            var account = store.OpenAccount(transport);
            var table = new ArchiveTable(account, new ArchiveTableSettings(), TimeProvider.System);
            await table.ReadAsync(CancellationToken.None);
            var (knownRequests, knownBytes) = (transport.Requests, transport.Bytes);

            // The table's log is known to a function that runs; the first look-up after its start reads that too.
            var clock = Stopwatch.StartNew();
            var found = await new AuditSearch(table, new ArchiveReader(account, table), new ArchivePositions(account, new("bench"))).NewestAsync(new ArchiveFilter { Project = project, Task = task }, null, MostRows, CancellationToken.None);
            ours.Add(clock.Elapsed.TotalMilliseconds);
            (requests, bytes) = (requests + transport.Requests - knownRequests, bytes + transport.Bytes - knownBytes);

            clock.Restart();
            using var command = duck.CreateCommand();
            command.CommandText = $"SELECT id FROM read_parquet([{paths}]) WHERE project = '{project}' AND task = '{task}' ORDER BY time DESC, id DESC LIMIT {MostRows}";
            using var reader = command.ExecuteReader();
            List<string> ids = [];
            while (reader.Read()) ids.Add(reader.GetString(0));
            theirs.Add(clock.Elapsed.TotalMilliseconds);
            isEqual &= ids.SequenceEqual(found!.Select(one => one.Row.Id));
        }

        Print("look_up_p50_ms", Percentile(ours, 0.5));
        Print("look_up_p95_ms", Percentile(ours, 0.95));
        Print("look_up_requests", (double)requests / Asked);
        Print("look_up_bytes", (double)bytes / Asked);
        Print("duckdb_look_up_p50_ms", Percentile(theirs, 0.5));
        Print("duckdb_look_up_p95_ms", Percentile(theirs, 0.95));
        Print("answers_equal", isEqual ? 1 : 0);
        return isEqual ? 0 : 1;
    }

    /// <summary>Status changes of tasks of many projects over the years, in the order of time.</summary>
    private static async Task FillAsync(ArchiveStore store, int count)
    {
        var random = new Random(1);
        var time = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var step = TimeSpan.FromDays(5 * 365) / count;
        var offsets = new long[Partitions];
        var segments = Enumerable.Range(0, Partitions).Select(_ => new List<ArchiveRow>(SegmentEvents)).ToArray();
        for (var i = 0; i < count; i++)
        {
            time += step;
            var project = random.Next(Projects);
            var (partition, word) = (project % Partitions, random.Next(Words.Length));
            segments[partition].Add(new ArchiveRow
            {
                Offset = offsets[partition]++,
                Timestamp = time.AddMilliseconds(800),
                Time = new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero),
                Id = Guid.CreateVersion7(time).ToString(),
                Source = "https://jira.example.com",
                Type = EventTypes.TaskStatusChanged,
                Project = $"project-{project:D4}",
                Task = $"T-{random.Next(TasksOfAProject)}",
                Status = Words[word],
                Category = Categories[word],
                Actor = $"person-{random.Next(400):D4}-abcdefghij",
            });
            if (segments[partition].Count == SegmentEvents) await AppendAsync(partition);
            if (i % CompactEvery != CompactEvery - 1) continue;
            Console.Error.WriteLine($"{i + 1:N0} of {count:N0} events are archived; compacting");
            await store.CommitAsync();
            await store.CompactAsync();
        }

        for (var partition = 0; partition < Partitions; partition++)
            if (segments[partition].Count > 0) await AppendAsync(partition);
        await store.CommitAsync();
        await store.CompactAsync();

        async Task AppendAsync(int partition)
        {
            await store.AppendAsync(partition, segments[partition]);
            segments[partition] = new List<ArchiveRow>(SegmentEvents);
        }
    }

    private static double Percentile(List<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
    }

    private static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {(value >= 100 ? Math.Round(value) : Math.Round(value, 1))}"));
}
