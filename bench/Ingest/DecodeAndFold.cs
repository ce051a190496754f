using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ShitOps.Events;
using ShitOps.People;
using ShitOps.Projects;

namespace ShitOps.Bench.Ingest;

/// <summary>
/// What the processor allows: walking the bytes of the events with <see cref="Utf8JsonReader"/>, and decoding and folding them from nothing
/// into all projects and tasks, sums and history included, in batches. One thread; the best of several rounds.
/// </summary>
internal static class DecodeAndFold
{
    private const int Rounds = 3;

    public static double ScanPerSecond(IReadOnlyList<WorkloadRecord> records) => Best(records.Count, () =>
    {
        foreach (var record in records)
        {
            var reader = new Utf8JsonReader(record.Json);
            while (reader.Read()) { }
        }
    });

    /// <param name="records">The events.</param>
    /// <param name="batch">After how many of them sums and history are brought up to date.</param>
    public static double FoldPerSecond(IReadOnlyList<WorkloadRecord> records, int batch) => Best(records.Count, () =>
    {
        var decoder = new EventDecoder();
        var projects = new Dictionary<string, ProjectFold>(StringComparer.Ordinal);
        var tenantKey = Encoding.UTF8.GetBytes(IngestBench.TenantKey);
        var people = new Dictionary<string, string>(StringComparer.Ordinal);
        var touched = new HashSet<ProjectFold>();
        for (var i = 0; i < records.Count; i++)
        {
            var one = decoder.DecodeStructured(records[i].Json).Event ?? throw new InvalidOperationException("not of the contract");
            if (!projects.TryGetValue(one.Project, out var fold)) projects.Add(one.Project, fold = new ProjectFold(new ProjectState(), new ProjectSummary(), PersonIdOf));
            if (fold.Apply(one) == FoldOutcome.TaskNotLoaded)
            {
                fold.Load(ProjectFold.TaskOf(one)!, new TaskState());
                fold.Apply(one);
            }

            touched.Add(fold);
            if ((i + 1) % batch != 0 && i + 1 != records.Count) continue;
            foreach (var project in touched) project.Settle();
            touched.Clear();
        }

        string PersonIdOf(string name) => people.TryGetValue(name, out var id) ? id : people[name] = PersonId.Of(tenantKey, name);
    });

    private static double Best(int count, Action work)
    {
        var best = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Max(best, count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
