using System.Diagnostics;
using System.Text.Json;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Bench;

/// <summary>
/// How fast events are decoded and folded into hot state, sums and history included, beside the floor under it: <see cref="Utf8JsonReader"/>
/// walking the same bytes without taking anything from them. 200 projects of Zipf sizes, 50,000 tasks, batches of 4,000, one thread; the
/// best of several rounds, each from empty state.
/// </summary>
internal static class FoldBench
{
    private const int Rounds = 5;
    private const int Batch = 4000;
    private const int Projects = 200;
    private const int Tasks = 50_000;

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--events N</c>: how many events each round takes; default 500,000.</param>
    public static int Run(string[] args)
    {
        var at = Array.IndexOf(args, "--events");
        var count = at >= 0 ? int.Parse(args[at + 1]) : 500_000;
        var events = Workload(count);
        var decoded = Array.ConvertAll(events, json => new EventDecoder().DecodeStructured(json).Event!);

        double scan = 0, decode = 0, fold = 0, decodeFold = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var decoder = new EventDecoder();
            scan = Math.Max(scan, PerSecond(count, () => Scan(events)));
            decode = Math.Max(decode, PerSecond(count, () => Decode(events)));
            fold = Math.Max(fold, PerSecond(count, () => Fold(count, i => decoded[i])));
            decodeFold = Math.Max(decodeFold, PerSecond(count, () => Fold(count, i => decoder.DecodeStructured(events[i]).Event!)));
        }

        Console.WriteLine($"event_bytes: {events.Average(json => json.Length):F0}");
        Console.WriteLine($"utf8_scan_events_per_s: {scan:F0}");
        Console.WriteLine($"decode_events_per_s: {decode:F0}");
        Console.WriteLine($"fold_events_per_s: {fold:F0}");
        Console.WriteLine($"decode_fold_events_per_s: {decodeFold:F0}");
        Console.WriteLine($"decode_fold_to_scan_ratio: {decodeFold / scan:F2}");
        return 0;
    }

    private static double PerSecond(int count, Action work)
    {
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        work();
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Scan(byte[][] events)
    {
        foreach (var json in events)
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read()) { }
        }
    }

    private static void Decode(byte[][] events)
    {
        var decoder = new EventDecoder();
        foreach (var json in events)
            if (!decoder.DecodeStructured(json).IsDecoded) throw new InvalidOperationException("not of the contract");
    }

    private static void Fold(int count, Func<int, Event> next)
    {
        var projects = new Dictionary<string, ProjectFold>(StringComparer.Ordinal);
        var touched = new HashSet<ProjectFold>();
        for (var i = 0; i < count; i++)
        {
            var one = next(i);
            if (!projects.TryGetValue(one.Project, out var fold)) projects.Add(one.Project, fold = new ProjectFold(new ProjectState(), new ProjectSummary(), name => name));
            if (fold.Apply(one) == FoldOutcome.TaskNotLoaded)
            {
                fold.Load(ProjectFold.TaskOf(one)!, new TaskState());
                fold.Apply(one);
            }

            touched.Add(fold);
            if ((i + 1) % Batch != 0 && i + 1 != count) continue;
            foreach (var project in touched) project.Settle();
            touched.Clear();
        }
    }

    /// <summary>Mostly status changes, with some updates, assignments and estimates, a second apart; each task belongs to one project.</summary>
    private static byte[][] Workload(int count)
    {
        string[] people = ["Amara Okafor", "Jürgen Weiß", "Mei-Ling Chen", "Søren Kjær", "Priya Raghunathan"];
        (string Word, StatusCategory Category)[] statuses =
        [
            ("To Do", StatusCategory.Todo), ("In Progress", StatusCategory.InProgress), ("In Review", StatusCategory.InProgress), ("Done", StatusCategory.Done),
        ];
        var random = new Random(1);
        var start = new DateTimeOffset(2026, 1, 1, 8, 0, 0, TimeSpan.Zero);
        var weights = Enumerable.Range(1, Projects).Select(rank => 1.0 / rank).ToArray();
        var projectOf = new int[Tasks];
        var (sum, done, task) = (weights.Sum(), 0.0, 0);
        for (var project = 0; project < Projects; project++)
        {
            done += weights[project];
            for (; task < Tasks && task < Tasks * done / sum; task++) projectOf[task] = project;
        }

        return [.. Enumerable.Range(0, count).Select(i => EventEncoder.Encode(Next(i)))];

        Event Next(int i)
        {
            var number = random.Next(Tasks);
            var project = projectOf[number];
            var key = $"PRJ{project:D3}-{number}";
            var (word, category) = statuses[random.Next(statuses.Length)];
            EventData data = random.Next(10) switch
            {
                < 6 => new TaskStatusChanged(key, new Status(word, category)),
                < 8 => new TaskUpdated(key, new TaskFields { Title = $"Reconcile invoice {i} with the ledger", Priority = "High", Status = new Status(word, category) }),
                < 9 => new TaskAssigned(key, people[random.Next(people.Length)]),
                _ => new TaskEstimated(key, 16, random.Next(16), random.Next(16)),
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
