using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Local.Simulator;
using ShitOps.Projects;
using ShitOps.Replay;
using ZstdSharp;

namespace ShitOps.Bench.Archive;

/// <summary>
/// How fast events become segments, how many bytes they take in segments and compacted beside the same JSON lines by zstd, whether they come
/// back, and how fast they are replayed. Events are those of the simulated organisation, on the 8 partitions of a topic.
/// </summary>
internal static class ArchiveBench
{
    private const int Rounds = 3;
    private const int Partitions = 8;
    private const int SegmentEvents = 1_000;
    private const int Slices = 16;
    private const int ZstdLevel = 9;

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--events N</c>: how many events; default 1,000,000.</param>
    /// <returns>0; 1 if an event did not come back equal; 2 if the arguments are not understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!CountOption.TryRead("archive", "--events", 1_000_000, args, out var count)) return 2;
        Console.Error.WriteLine($"making {count:N0} events");
        var organisation = new Organisation(1, 50, new DateTimeOffset(2023, 1, 2, 0, 0, 0, TimeSpan.Zero));
        var partitions = Enumerable.Range(0, count).Select(_ => organisation.Next())
            .GroupBy(sending => PartitionOf(sending.Event.Project), (_, all) => all.Select(sending => (Json: EventEncoder.Encode(sending.Event), sending.At)).ToList()).ToList();
        Print("event_bytes", partitions.SelectMany(events => events).Average(one => one.Json.Length));

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var rows = Encode(partitions, names, count);
        Print("rest_is_null_share", rows.SelectMany(all => all).Average(row => row.Rest is null ? 1.0 : 0));
        MeasureSegments(partitions, rows);

        await using var store = await ArchiveStore.StartAsync();
        Console.Error.WriteLine("archiving, committing and compacting them");
        for (var partition = 0; partition < rows.Count; partition++)
            foreach (var segment in rows[partition].Chunk(SegmentEvents)) await store.AppendAsync(partition, segment);
        await store.CommitAsync();
        var fromSegments = await ReplayAsync(store);
        var clock = Stopwatch.StartNew();
        await store.CompactAsync();
        Print("compaction_events_per_s", count / clock.Elapsed.TotalSeconds);

        var files = (await store.Table.ReadAsync(CancellationToken.None))!.Files.ToList();
        var lines = partitions.Sum(events => Zstd(events.Select(one => one.Json)));
        Print("compacted_files", files.Count);
        Print("compacted_bytes_per_event", files.Sum(file => (double)file.Size) / count);
        Print("jsonl_zstd9_bytes_per_event", (double)lines / count);
        Print("compacted_to_jsonl_zstd9_ratio", files.Sum(file => (double)file.Size) / lines);
        Print("replay_from_segments_events_per_s", fromSegments);
        Print("replay_events_per_s", await ReplayAsync(store));

        var equal = await CountEqualAsync(store, partitions, names);
        Print("json_equal_share", (double)equal / count);
        return equal == count ? 0 : 1;
    }

    /// <summary>The rows of each partition, and how fast one thread makes rows and segments.</summary>
    private static List<List<ArchiveRow>> Encode(IReadOnlyList<List<(byte[] Json, DateTimeOffset At)>> partitions, Dictionary<string, string> names, int count)
    {
        var decoder = new EventDecoder();
        List<List<ArchiveRow>> all = [];
        double toRows = 0, encode = 0;
        for (var round = 0; round < Rounds; round++)
        {
            all = [];
            var before = Environment.CpuUsage.TotalTime;
            foreach (var events in partitions)
            {
                var rows = new List<ArchiveRow>(events.Count);
                foreach (var (json, sent) in events) rows.Add(ArchivedEvent.ToRow(decoder.DecodeStructured(json).Event!, rows.Count, sent.ToUnixTimeMilliseconds(), json, [], IdOf));
                all.Add(rows);
            }

            var between = Environment.CpuUsage.TotalTime;
            foreach (var rows in all)
                foreach (var segment in rows.Chunk(SegmentEvents)) SegmentFile.Write(segment);
            toRows = Math.Max(toRows, count / (between - before).TotalSeconds);
            encode = Math.Max(encode, count / (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        Print("decode_to_rows_events_per_cpu_s", toRows);
        Print("encode_events_per_cpu_s", encode);
        return all;

        string IdOf(string name)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"person-{(uint)Hash(name):x8}-abcdef");
            names[id] = name;
            return id;
        }
    }

    private static void MeasureSegments(IReadOnlyList<List<(byte[] Json, DateTimeOffset At)>> partitions, IReadOnlyList<List<ArchiveRow>> rows)
    {
        var (bytes, lines, events) = (0L, 0L, 0);
        for (var partition = 0; partition < rows.Count; partition++)
        {
            foreach (var (segment, json) in rows[partition].Chunk(SegmentEvents).Zip(partitions[partition].Chunk(SegmentEvents)).Where(one => one.First.Length == SegmentEvents))
                (bytes, lines, events) = (bytes + SegmentFile.Write(segment).Length, lines + Zstd(json.Select(one => one.Json)), events + segment.Length);
        }

        Print("segment_bytes_per_event", (double)bytes / events);
        Print("segment_jsonl_zstd9_bytes_per_event", (double)lines / events);
        Print("segment_to_jsonl_zstd9_ratio", (double)bytes / lines);
    }

    /// <summary>Events a second from the store into the fold, the best of several rounds.</summary>
    private static async Task<double> ReplayAsync(ArchiveStore store)
    {
        var best = 0.0;
        var replay = new AggregateReplay(store.Account, new LiveAggregates(store.Account, Slices, TimeProvider.System), store.Table, TimeProvider.System);
        var plan = new ReplayPlan(1, Slices, null, [], [.. store.Tails.Select(tail => new PlannedChain(ArchiveStore.Chain(tail.Key), tail.Value))]);
        for (var round = 0; round < Rounds; round++)
        {
            var rebuilds = Enumerable.Range(0, Slices).Select(slice => new SliceRebuild(new SliceId(slice))).ToDictionary(rebuild => rebuild.Slice);
            var clock = Stopwatch.StartNew();
            await replay.FoldAsync(rebuilds, plan, _ => { }, CancellationToken.None);
            best = Math.Max(best, store.Tails.Values.Sum(tail => tail.Events) / clock.Elapsed.TotalSeconds);
        }

        return best;
    }

    /// <summary>How many events the compacted files give back as JSON equal to the one that came.</summary>
    private static async Task<int> CountEqualAsync(ArchiveStore store, IReadOnlyList<List<(byte[] Json, DateTimeOffset At)>> partitions, Dictionary<string, string> names)
    {
        Console.Error.WriteLine("comparing them with what came");
        var equal = 0;
        var reader = new ArchiveReader(store.Account, store.Table);
        foreach (var (partition, tail) in store.Tails)
        {
            await foreach (var rows in reader.AllRowsAsync(ArchiveStore.Chain(partition), tail.End, CancellationToken.None))
            {
                foreach (var row in rows)
                {
                    using var came = JsonDocument.Parse(partitions[partition][(int)row.Offset].Json);
                    using var kept = JsonDocument.Parse(ArchivedEvent.ToJson(row, id => names.GetValueOrDefault(id)));
                    if (JsonElement.DeepEquals(came.RootElement, kept.RootElement)) equal++;
                }
            }
        }

        return equal;
    }

    private static int Zstd(IEnumerable<byte[]> lines)
    {
        using var text = new MemoryStream();
        foreach (var line in lines)
        {
            text.Write(line);
            text.WriteByte((byte)'\n');
        }

        using var compressor = new Compressor(ZstdLevel);
        return compressor.Wrap(text.GetBuffer().AsSpan(0, (int)text.Length)).Length;
    }

    private static int PartitionOf(string project) => Hash(project) & (Partitions - 1);

    private static int Hash(string text) => text.Aggregate(17, (hash, unit) => (hash * 31) + unit);

    private static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {(value >= 100 ? Math.Round(value) : Math.Round(value, 3))}"));
}
