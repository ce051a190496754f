using System.Diagnostics;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Local.Simulator;

namespace ShitOps.Bench;

/// <summary>
/// How fast events become archive rows and Parquet bytes, and how many bytes an event takes by the size of the segment. Events are those of
/// the simulated organisation, mixed as on the 8 partitions of a topic; one thread; the best of several rounds.
/// </summary>
internal static class ArchiveBench
{
    private const int Rounds = 5;
    private const int Partitions = 8;

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--events N</c>: how many events; default 200,000. Sizes of segments that they do not fill are left out.</param>
    /// <returns>0; 2 if the arguments are not understood.</returns>
    public static int Run(string[] args)
    {
        if (!CountOption.TryRead("archive", "--events", 200_000, args, out var count)) return 2;
        var organisation = new Organisation(1, 50, new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));
        var events = Enumerable.Range(0, count).Select(_ => organisation.Next())
            .GroupBy(sending => StablePartition(sending.Event.Project)).SelectMany(group => group).Select(sending => (Json: EventEncoder.Encode(sending.Event), sending.At)).ToList();
        var decoder = new EventDecoder();

        double decodeToRows = 0, write = 0;
        List<ArchiveRow> rows = [];
        for (var round = 0; round < Rounds; round++)
        {
            rows = [];
            var start = Stopwatch.GetTimestamp();
            foreach (var (json, sent) in events) rows.Add(ArchivedEvent.ToRow(decoder.DecodeStructured(json).Event!, rows.Count, sent.ToUnixTimeMilliseconds(), json, [], Id));
            decodeToRows = Math.Max(decodeToRows, count / Stopwatch.GetElapsedTime(start).TotalSeconds);
            start = Stopwatch.GetTimestamp();
            foreach (var segment in rows.Chunk(1_250)) SegmentFile.Write(segment);
            write = Math.Max(write, count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Console.WriteLine($"event_bytes: {events.Average(one => one.Json.Length):F0}");
        Console.WriteLine($"decode_to_rows_events_per_s: {decodeToRows:F0}");
        Console.WriteLine($"write_parquet_events_per_s: {write:F0}");
        Console.WriteLine($"rest_is_null_share: {rows.Average(row => row.Rest is null ? 1.0 : 0):F2}");
        foreach (var size in ((int[])[125, 500, 1_250, 5_000, 50_000]).Where(size => size <= count))
            Console.WriteLine($"bytes_per_event_in_segments_of_{size}: {rows.Chunk(size).Where(chunk => chunk.Length == size).Average(chunk => (double)SegmentFile.Write(chunk).Length / size):F1}");
        return 0;

        static string Id(string name) => name.PadRight(22, '-')[..22];
    }

    private static int StablePartition(string project) => project.Aggregate(17, (hash, unit) => (hash * 31) + unit) & (Partitions - 1);
}
