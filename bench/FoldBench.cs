using ShitOps.Bench.Ingest;

namespace ShitOps.Bench;

/// <summary>How fast the events of W1 are decoded, and decoded and folded, beside the floor under both: walking the same bytes.</summary>
internal static class FoldBench
{
    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--events N</c>: how many events of W1; default all.</param>
    /// <returns>0; 2 if the arguments are not understood.</returns>
    public static int Run(string[] args)
    {
        if (!CountOption.TryRead("fold", "--events", Workload.WholeEvents, args, out var count)) return 2;
        var workload = new Workload(seed: 1);
        var records = Enumerable.Range(0, count).Select(_ => workload.Next()).ToList();
        var speed = DecodeAndFold.Measure(records, IngestBench.BatchSize);

        Console.WriteLine($"event_bytes: {records.Average(record => record.Json.Length):F0}");
        Console.WriteLine($"utf8_scan_events_per_s: {speed.Scan:F0}");
        Console.WriteLine($"decode_events_per_s: {speed.Decode:F0}");
        Console.WriteLine($"decode_to_scan_ratio: {speed.Decode / speed.Scan:F2}");
        Console.WriteLine($"decode_allocated_bytes_per_event: {speed.DecodeAllocated:F0}");
        Console.WriteLine($"decode_fold_events_per_s: {speed.DecodeFold:F0}");
        Console.WriteLine($"decode_fold_to_scan_ratio: {speed.DecodeFold / speed.Scan:F2}");
        Console.WriteLine($"decode_fold_allocated_bytes_per_event: {speed.DecodeFoldAllocated:F0}");
        return 0;
    }
}
