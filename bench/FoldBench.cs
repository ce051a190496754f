using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Bench;

/// <summary>
/// How fast events are decoded and folded into hot state, sums and history included, beside the floor under it: <see cref="Utf8JsonReader"/>
/// walking the same bytes without taking anything from them. 200 projects of Zipf sizes, 50,000 tasks that are all in memory, batches of
/// 4,000, one thread; the best of several rounds.
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
        double scan = 0, decode = 0, decodeFold = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var hot = new HotProjects();
            scan = Math.Max(scan, PerSecond(count, () => Scan(events)));
            decode = Math.Max(decode, PerSecond(count, () => Decode(events)));
            decodeFold = Math.Max(decodeFold, PerSecond(count, () => hot.Fold(events)));
        }

        Console.WriteLine($"event_bytes: {events.Average(json => json.Length):F0}");
        Console.WriteLine($"utf8_scan_events_per_s: {scan:F0}");
        Console.WriteLine($"decode_events_per_s: {decode:F0}");
        Console.WriteLine($"fold_ns_per_event: {1e9 * ((1 / decodeFold) - (1 / decode)):F0}");
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
        var projectOf = ProjectOfTask();
        return [.. Enumerable.Range(0, count).Select(i => EventEncoder.Encode(Next(i)))];

        Event Next(int i)
        {
            var number = random.Next(Tasks);
            var project = projectOf[number];
            var key = TaskKey(project, number);
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
                ProjectKey(project),
                data);
        }
    }

    private static string ProjectKey(int project) => $"payments-platform-{project:D3}";

    private static string TaskKey(int project, int task) => $"PRJ{project:D3}-{task}";

    /// <summary>Each task's project: the sizes of projects are as 1, 1/2, 1/3, ….</summary>
    private static int[] ProjectOfTask()
    {
        var sum = Enumerable.Range(1, Projects).Sum(rank => 1.0 / rank);
        var projectOf = new int[Tasks];
        var (share, task) = (0.0, 0);
        for (var project = 0; project < Projects; project++)
        {
            share += 1.0 / (project + 1) / sum;
            for (; task < Tasks && task < Tasks * share; task++) projectOf[task] = project;
        }

        return projectOf;
    }

    /// <summary>All projects with all their tasks, each with a few facts.</summary>
    private sealed class HotProjects
    {
        private readonly Dictionary<string, HotProject> _projects = new(StringComparer.Ordinal);
        private readonly List<HotProject> _touched = [];

        public HotProjects()
        {
            var projectOf = ProjectOfTask();
            for (var task = 0; task < Tasks; task++)
            {
                var (project, key) = (ProjectKey(projectOf[task]), TaskKey(projectOf[task], task));
                if (!_projects.TryGetValue(project, out var hot)) _projects.Add(project, hot = new HotProject());
                hot.Fold.Load(key, new TaskState());
                for (var fact = 0; fact < 3; fact++)
                {
                    var data = new TaskStatusChanged(key, new Status(fact % 2 == 0 ? "To Do" : "In Progress", fact % 2 == 0 ? StatusCategory.Todo : StatusCategory.InProgress));
                    hot.Fold.Apply(new Event(new Guid(task, (short)fact, 0, new byte[8]).ToString(), "warm-up", EventTypes.TaskStatusChanged, DateTimeOffset.UnixEpoch.AddYears(50).AddHours(fact), project, data));
                }
            }

            foreach (var project in _projects.Values) project.Fold.Settle();
        }

        public void Fold(byte[][] events)
        {
            var decoder = new EventDecoder();
            var outcomes = new FoldOutcome[Batch];
            for (var i = 0; i < events.Length; i += Batch)
            {
                foreach (var json in events.AsSpan(i, Math.Min(Batch, events.Length - i)))
                {
                    var one = decoder.DecodeStructured(json).Event!;
                    var project = _projects[one.Project];
                    if (project.Events.Count == 0) _touched.Add(project);
                    project.Events.Add(one);
                }

                foreach (var project in _touched)
                {
                    var taken = outcomes.AsSpan(0, project.Events.Count);
                    project.Fold.Apply(CollectionsMarshal.AsSpan(project.Events), taken);
                    if (taken.Contains(FoldOutcome.TaskNotLoaded)) throw new InvalidOperationException("all tasks are loaded");
                    project.Fold.Settle();
                    project.Events.Clear();
                }

                _touched.Clear();
            }
        }

        /// <summary>A project, and those events of the batch at hand that are about it.</summary>
        private sealed class HotProject
        {
            public readonly ProjectFold Fold = new(new ProjectState(), new ProjectSummary(), name => name);
            public readonly List<Event> Events = [];
        }
    }
}
