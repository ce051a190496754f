using System.Diagnostics;
using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Bench;

/// <summary>
/// How fast events are decoded, beside the floor under any decoder: <see cref="Utf8JsonReader"/> walking the same bytes
/// without taking anything from them. One thread; the best of several rounds, since whatever disturbs a round only slows it.
/// </summary>
internal static class CodecBench
{
    private const int Rounds = 7;

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--events N</c>: how many events each round takes; default 500,000.</param>
    public static int Run(string[] args)
    {
        var at = Array.IndexOf(args, "--events");
        var count = at >= 0 ? int.Parse(args[at + 1]) : 500_000;
        var events = Workload(20_000);
        var decoder = new EventDecoder();

        double decode = 0, scan = 0;
        for (var round = 0; round < Rounds; round++)
        {
            scan = Math.Max(scan, PerSecond(count, events, Scan));
            decode = Math.Max(decode, PerSecond(count, events, json => decoder.DecodeStructured(json).IsDecoded));
        }

        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        foreach (var json in events) decoder.DecodeStructured(json);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;

        Console.WriteLine($"event_bytes: {events.Average(json => json.Length):F0}");
        Console.WriteLine($"decode_events_per_s: {decode:F0}");
        Console.WriteLine($"utf8_scan_events_per_s: {scan:F0}");
        Console.WriteLine($"decode_to_scan_ratio: {decode / scan:F2}");
        Console.WriteLine($"allocated_bytes_per_event: {(double)allocated / events.Length:F0}");
        return 0;
    }

    private static double PerSecond(int count, byte[][] events, Func<byte[], bool> work)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            if (!work(events[i % events.Length])) throw new InvalidOperationException($"event {i % events.Length} is not of the contract");
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static bool Scan(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read()) { }
        return reader.CurrentDepth == 0;
    }

    /// <summary>What trackers send most: status changes, with some updates and assignments, of 200 projects.</summary>
    private static byte[][] Workload(int count)
    {
        string[] people = ["Amara Okafor", "Jürgen Weiß", "Mei-Ling Chen", "Søren Kjær", "Priya Raghunathan"];
        (string Word, StatusCategory Category)[] statuses =
        [
            ("To Do", StatusCategory.Todo), ("In Progress", StatusCategory.InProgress), ("In Review", StatusCategory.InProgress), ("Done", StatusCategory.Done),
        ];
        var random = new Random(1);
        var start = new DateTimeOffset(2026, 1, 1, 8, 0, 0, TimeSpan.Zero);
        return [.. Enumerable.Range(0, count).Select(i => EventEncoder.Encode(Next(i)))];

        Event Next(int i)
        {
            var project = random.Next(200);
            var task = $"PRJ{project:D3}-{random.Next(1, 400)}";
            var (word, category) = statuses[random.Next(statuses.Length)];
            EventData data = random.Next(10) switch
            {
                < 6 => new TaskStatusChanged(task, new Status(word, category)),
                < 8 => new TaskUpdated(
                    task, new TaskFields { Title = $"Reconcile invoice {i} with the ledger", Priority = "High", Status = new Status(word, category) }),
                < 9 => new TaskAssigned(task, people[random.Next(people.Length)]),
                _ => new TaskEstimated(task, 16, random.Next(16), random.Next(16)),
            };
            return new Event(
                new Guid(i, 0, 0, BitConverter.GetBytes(random.NextInt64())).ToString(),
                "https://tracker.example.com/organisations/engineering/projects",
                EventTypes.Of(data),
                start.AddMilliseconds((i * 977L) + random.Next(900)),
                $"payments-platform-{project:D3}",
                data);
        }
    }
}
