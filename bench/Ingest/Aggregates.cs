using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Bench.Ingest;

/// <summary>
/// What a pipeline says after all events, in a form that does not depend on how it stores it, so that two pipelines can be compared:
/// tasks, projects with their sums, allocations, and the hourly changes of the measures.
/// </summary>
internal sealed class Aggregates(string pipeline)
{
    private static readonly Measure[] Compared = [.. Enumerable.Range(0, (int)Measure.LeadBuckets).Select(number => (Measure)number)];

    private readonly Dictionary<string, object> _rows = new(StringComparer.Ordinal);

    public void Add(string project, string task, TaskFigures figures) => _rows.Add($"task {project}/{task}", figures);

    public void Add(string project, ProjectFigures figures) => _rows.Add($"project {project}", figures);

    public void Add(string project, string allocation, AllocationFigures figures) => _rows.Add($"allocation {project}/{allocation}", figures);

    /// <param name="project">The project.</param>
    /// <param name="hour">Hours since the beginning of the year 1.</param>
    /// <param name="amounts">By measure, how much more or less there was at the hour's end than at its beginning.</param>
    public void AddHistory(string project, int hour, IReadOnlyList<long> amounts)
    {
        if (amounts.Any(amount => amount != 0)) _rows.Add($"hour {project}/{new DateTime(hour * TimeSpan.TicksPerHour):yyyy-MM-ddTHH}", Text(measure => amounts[(int)measure]));
    }

    /// <summary>Adds a project as the product's domain knows it.</summary>
    public void Add(string project, ProjectState state, ProjectSummary summary, HistoryChanges history)
    {
        Add(project, new ProjectFigures(state.Name, state.Team, state.Owner, state.Status?.Name, state.Status?.Category, state.Start, state.Due, Text(measure => summary.Totals[measure])));
        foreach (var (id, allocation) in state.Allocations) Add(project, id, new AllocationFigures(allocation.Terms, allocation.Released?.UtcTicks));
        foreach (var hour in history.Measures.Where(one => one.Measure < Measure.LeadBuckets).GroupBy(one => one.Hour))
        {
            var amounts = new long[Compared.Length];
            foreach (var one in hour) amounts[(int)one.Measure] += one.Amount;
            AddHistory(project, hour.Key, amounts);
        }
    }

    /// <summary>Adds a task as the product's domain knows it.</summary>
    public void Add(string project, string task, TaskState state)
    {
        var standing = state.Standing();
        Add(project, task, new TaskFigures(
            state.Title, state.Kind, state.Priority, state.Assignee, state.Team, state.Parent, state.BlockedReason, state.Due, state.Milestone, state.Labels is { } labels ? string.Join(',', labels) : null,
            state.IsDeleted, standing.Created.UtcTicks, standing.Status, standing.Category, standing.Started?.UtcTicks, standing.Completed?.UtcTicks, standing.BlockedSince?.UtcTicks, standing.Reopened,
            standing.EstimateMilliHours, standing.RemainingMilliHours, standing.SpentMilliHours));
    }

    /// <summary>The sums as one text.</summary>
    public static string Text(Func<Measure, long> amount) =>
        string.Join(' ', Compared.Where(measure => amount(measure) != 0).Select(measure => $"{measure}={amount(measure)}"));

    /// <summary>Where two pipelines disagree.</summary>
    /// <param name="one">A pipeline.</param>
    /// <param name="other">The other.</param>
    /// <returns>A line for each of the first ten rows that differ, and one that counts them all; empty: they are equal.</returns>
    public static IReadOnlyList<string> Differences(Aggregates one, Aggregates other)
    {
        var differing = one._rows.Keys.Union(other._rows.Keys)
            .Where(row => !Equals(one._rows.GetValueOrDefault(row), other._rows.GetValueOrDefault(row))).Order(StringComparer.Ordinal).ToList();
        if (differing.Count == 0) return [];
        return
        [
            $"{differing.Count} of {one._rows.Keys.Union(other._rows.Keys).Count()} rows differ",
            .. differing.Take(10).Select(row => $"{row}\n  {one.Name}: {one.Row(row)}\n  {other.Name}: {other.Row(row)}"),
        ];
    }

    /// <summary>How many rows of each kind there are.</summary>
    public override string ToString() =>
        string.Join(", ", _rows.Keys.GroupBy(row => row[..row.IndexOf(' ', StringComparison.Ordinal)], StringComparer.Ordinal).Select(kind => $"{kind.Count()} {kind.Key}s"));

    private string Name => pipeline;

    private string Row(string key) => _rows.TryGetValue(key, out var row) ? row.ToString()! : "(not there)";
}

/// <summary>A task; times in ticks, effort in thousandths of an hour.</summary>
internal sealed record TaskFigures(
    string? Title, string? Kind, string? Priority, string? Assignee, string? Team, string? Parent, string? BlockedReason, DateOnly? Due, Milestone? Milestone, string? Labels, bool IsDeleted, long Created,
    string? Status, StatusCategory Category, long? Started, long? Completed, long? BlockedSince, int Reopened, long? Estimate, long? Remaining, long? Spent);

/// <summary>A project, and the sums over its tasks as text.</summary>
internal sealed record ProjectFigures(string? Name, string? Team, string? Owner, string? Status, StatusCategory? Category, DateOnly? Start, DateOnly? Due, string Totals);

/// <summary>An allocation.</summary>
internal sealed record AllocationFigures(AllocationTerms? Terms, long? Released);
