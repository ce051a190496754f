using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ShitOps.Events;
using ShitOps.People;
using ShitOps.Projects;

namespace ShitOps.Bench.Ingest;

/// <summary>Events a second, and what was allocated on the way.</summary>
/// <param name="Scan">Walked by <see cref="Utf8JsonReader"/> without taking anything from them.</param>
/// <param name="Decode">Decoded, into memory that is used again for each batch.</param>
/// <param name="DecodeFold">Decoded and folded from nothing into all projects and tasks, sums and history included, in batches.</param>
/// <param name="DecodeAllocated">Bytes an event.</param>
/// <param name="DecodeFoldAllocated">Bytes an event.</param>
internal readonly record struct FoldSpeed(double Scan, double Decode, double DecodeFold, double DecodeAllocated, double DecodeFoldAllocated);

/// <summary>What the processor allows. One thread; the best of several rounds, since whatever disturbs a round only slows it.</summary>
internal static class DecodeAndFold
{
    private const int Rounds = 3;

    /// <param name="records">The events.</param>
    /// <param name="batch">After how many of them sums and history are brought up to date.</param>
    public static FoldSpeed Measure(IReadOnlyList<WorkloadRecord> records, int batch)
    {
        var best = default(FoldSpeed);
        for (var round = 0; round < Rounds; round++)
        {
            var scan = Time(records, Scan);
            var decode = Time(records, these => Decode(these, batch));
            var fold = Time(records, these => Fold(these, batch));
            best = new FoldSpeed(
                Math.Max(best.Scan, scan.PerSecond), Math.Max(best.Decode, decode.PerSecond), Math.Max(best.DecodeFold, fold.PerSecond), decode.Allocated, fold.Allocated);
        }

        return best;
    }

    private static void Scan(IReadOnlyList<WorkloadRecord> records)
    {
        foreach (var record in records)
        {
            var reader = new Utf8JsonReader(record.Json);
            while (reader.Read()) { }
        }
    }

    private static void Decode(IReadOnlyList<WorkloadRecord> records, int batch)
    {
        var decoder = new EventDecoder();
        var memory = new EventBatch();
        for (var i = 0; i < records.Count; i++)
        {
            if (i % batch == 0) memory.Clear();
            if (!decoder.DecodeStructured(records[i].Json, memory).IsDecoded) throw new InvalidOperationException("not of the contract");
        }
    }

    private static void Fold(IReadOnlyList<WorkloadRecord> records, int batch)
    {
        var decoder = new EventDecoder();
        var memory = new EventBatch();
        var projects = new Dictionary<string, HotProject>(StringComparer.Ordinal);
        var tenantKey = Encoding.UTF8.GetBytes(IngestBench.TenantKey);
        var people = new Dictionary<string, string>(StringComparer.Ordinal);
        var touched = new List<HotProject>();
        for (var i = 0; i < records.Count; i++)
        {
            var one = decoder.DecodeStructured(records[i].Json, memory).Event ?? throw new InvalidOperationException("not of the contract");
            if (!projects.TryGetValue(one.Project, out var project)) projects.Add(one.Project, project = new HotProject(PersonIdOf));
            if (project.Events.Count == 0) touched.Add(project);
            project.Events.Add(one);
            if ((i + 1) % batch != 0 && i + 1 != records.Count) continue;
            foreach (var its in touched) its.Fold();
            touched.Clear();
            memory.Clear();
        }

        string PersonIdOf(string name) => people.TryGetValue(name, out var id) ? id : people[name] = PersonId.Of(tenantKey, name);
    }

    /// <summary>A project, and those events of the batch at hand that are about it.</summary>
    private sealed class HotProject(Func<string, string> personIdOf)
    {
        private readonly ProjectFold _fold = new(new ProjectState(), new ProjectSummary(), personIdOf);

        public List<Event> Events { get; } = [];

        public void Fold()
        {
            // As the function does: what is missing is loaded before anything is applied.
            foreach (var one in Events)
                if (ProjectFold.TaskOf(one) is { } task && !_fold.TryFetch(task)) _fold.Load(task, new TaskState());
            foreach (var one in Events) _fold.Apply(one);

            _fold.Settle();
            Events.Clear();
        }
    }

    private static (double PerSecond, double Allocated) Time(IReadOnlyList<WorkloadRecord> records, Action<IReadOnlyList<WorkloadRecord>> work)
    {
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        work(records);
        return (records.Count / Stopwatch.GetElapsedTime(start).TotalSeconds, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / records.Count);
    }
}
