using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

/// <summary>
/// What a set of events means, worked out the slow way: sort the set, replay each task from its beginning, count. It shares nothing
/// with the fold but the names of what is counted. Ties of (time, id) go to the greater value; for tasks within the caps.
/// </summary>
internal sealed class Oracle(IEnumerable<Event> events)
{
    private readonly Event[] _events = [.. events.OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal)];

    public IEnumerable<OracleTask> Tasks => _events.Where(one => ProjectFold.TaskOf(one) is not null).GroupBy(one => ProjectFold.TaskOf(one)!).Select(task => new OracleTask(task.Key, [.. task]));

    public OracleTask[] Existing => [.. Tasks.Where(task => !task.IsDeleted)];

    public string? Team => Latest(_events, one => Fields(one)?.Team ?? default, StringComparer.Ordinal);

    public string? Name => Latest(_events, one => Fields(one)?.Name ?? default, StringComparer.Ordinal);

    public DateOnly? Due => Latest(_events, one => Fields(one)?.Due ?? default, Comparer<DateOnly?>.Default);

    public Status? Status => _events
        .Select(one => (one.Time, one.Id, Status: one.Data switch { ProjectStatusChanged changed => changed.Status, _ => Fields(one)?.Status }))
        .Where(one => one.Status is not null)
        .OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal).ThenBy(one => one.Status!.Value.Category).ThenBy(one => one.Status!.Value.Name, StringComparer.Ordinal)
        .LastOrDefault().Status;

    /// <summary>What is counted at the end of a time; measures that are zero are left out.</summary>
    public static Dictionary<Measure, long> Count(IEnumerable<OracleTask> tasks, DateTimeOffset end)
    {
        var counts = new Dictionary<Measure, long>();
        foreach (var task in tasks.Where(task => task.Created < end))
        {
            var steps = task.Steps.Where(step => step.Time < end).ToArray();
            var last = steps.LastOrDefault();
            Add(Measure.Created, 1);
            Add((Measure)(int)(last?.Category ?? StatusCategory.Todo), 1);
            if (last?.IsBlocked == true) Add(Measure.Blocked, 1);
            Add(Measure.EstimateMilliHours, task.Effort(data => data.EstimateHours, fields => fields.EstimateHours, end));
            Add(Measure.RemainingMilliHours, task.Effort(data => data.RemainingHours, _ => default, end));
            Add(Measure.SpentMilliHours, task.Effort(data => data.SpentHours, _ => default, end));
            foreach (var (before, after) in steps.Prepend(new OracleStep(task.Created, null, StatusCategory.Todo, false)).Zip(steps))
            {
                if (before.Category == after.Category) continue;
                if (after.Category == StatusCategory.Cancelled) Add(Measure.Dropped, 1);
                if (before.Category is StatusCategory.Done or StatusCategory.Cancelled && after.Category is not (StatusCategory.Done or StatusCategory.Cancelled)) Add(Measure.Reopened, 1);
                if (after.Category != StatusCategory.Done) continue;
                Add(Measure.Completed, 1);
                Observe(Measure.LeadBuckets, Measure.LeadMilliseconds, after.Time - task.Created);
                var begun = task.Steps.FirstOrDefault(step => step.Status is not null && step.Category is StatusCategory.InProgress or StatusCategory.Blocked);
                if (begun is not null && steps.Contains(begun) && Array.IndexOf(steps, begun) < Array.IndexOf(steps, after)) Observe(Measure.CycleBuckets, Measure.CycleMilliseconds, after.Time - begun.Time);
            }
        }

        return counts;

        void Observe(Measure first, Measure sum, TimeSpan duration)
        {
            var bucket = DurationBuckets.UpperBounds.Count(bound => duration > TimeSpan.FromSeconds(bound));
            Add(first + bucket, 1);
            Add(sum, (long)Math.Floor(duration.TotalMilliseconds));
        }

        void Add(Measure measure, long amount)
        {
            var sum = counts.GetValueOrDefault(measure) + amount;
            if (sum == 0) counts.Remove(measure);
            else counts[measure] = sum;
        }
    }

    /// <summary>Fails unless the counters are what was counted.</summary>
    public static void AssertCounts(Dictionary<Measure, long> expected, Counters actual)
    {
        for (var measure = 0; measure < Measures.All; measure++)
            Assert.True(expected.GetValueOrDefault((Measure)measure) == actual[(Measure)measure], $"{(Measure)measure}: expected {expected.GetValueOrDefault((Measure)measure)}, found {actual[(Measure)measure]}");
    }

    /// <summary>Of a field the latest statement; of equal ones the greatest value.</summary>
    public static T? Latest<T>(IEnumerable<Event> events, Func<Event, Field<T?>> field, IComparer<T?> order) => events
        .Select(one => (one.Time, one.Id, Field: field(one)))
        .Where(one => one.Field.IsStated)
        .OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal).ThenBy(one => one.Field.Value, order)
        .LastOrDefault().Field.Value;

    private static ProjectFields? Fields(Event one) => one.Data switch { ProjectCreated created => created.Fields, ProjectUpdated updated => updated.Fields, _ => null };
}

/// <summary>How a task stood from a time on.</summary>
internal sealed record OracleStep(DateTimeOffset Time, string? Status, StatusCategory Category, bool IsFlagged)
{
    public bool IsBlocked => Category == StatusCategory.Blocked || (IsFlagged && Category is (StatusCategory.Todo or StatusCategory.InProgress));
}

/// <summary>One task, replayed.</summary>
internal sealed record OracleTask(string Key, Event[] Events)
{
    public DateTimeOffset Created => Events.Min(one => one.Time);

    public bool IsDeleted => Events
        .Where(one => one.Data is TaskCreated or TaskDeleted)
        .OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal).ThenBy(one => one.Data is TaskDeleted)
        .LastOrDefault()?.Data is TaskDeleted;

    public string? Title => Text(fields => fields.Title);

    public string? Team => Text(fields => fields.Team);

    public string? Milestone => Oracle.Latest(Events, one => Fields(one)?.Milestone ?? default, Comparer<Milestone?>.Create((one, other) => string.CompareOrdinal(Words(one), Words(other))))?.Name;

    public string? Assignee => Oracle.Latest(Events, one => one.Data is TaskAssigned assigned ? new(true, assigned.Assignee) : Fields(one)?.Assignee ?? default, StringComparer.Ordinal);

    public string? Status => Steps.LastOrDefault(step => step.Status is not null)?.Status;

    public IReadOnlyList<OracleStep> Steps
    {
        get
        {
            var said = Events
                .Select(one => (one.Time, one.Id, Rank: Rank(one), Status: StatusOf(one)))
                .Where(one => one.Rank >= 0)
                .OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal).ThenBy(one => one.Rank).ThenBy(one => one.Status?.Name, StringComparer.Ordinal);
            var steps = new List<OracleStep>();
            var now = new OracleStep(default, null, StatusCategory.Todo, false);
            foreach (var one in said)
            {
                now = one.Status is { } status ? now with { Time = one.Time, Status = status.Name, Category = status.Category } : now with { Time = one.Time, IsFlagged = one.Rank == 6 };
                steps.Add(now);
            }

            return steps;
        }
    }

    public long Effort(Func<TaskEstimated, Field<double?>> estimated, Func<TaskFields, Field<double?>> stated, DateTimeOffset end)
    {
        var hours = Oracle.Latest(
            Events.Where(one => one.Time < end), one => one.Data is TaskEstimated data ? estimated(data) : Fields(one) is { } fields ? stated(fields) : default, Comparer<double?>.Default);
        return (long)((hours ?? 0) * 1000);
    }

    private static int Rank(Event one) => one.Data switch { TaskUnblocked => 5, TaskBlocked => 6, _ => StatusOf(one) is { } status ? (int)status.Category : -1 };

    private static Status? StatusOf(Event one) => one.Data is TaskStatusChanged changed ? changed.Status : Fields(one)?.Status;

    private static TaskFields? Fields(Event one) => one.Data switch { TaskCreated created => created.Fields, TaskUpdated updated => updated.Fields, _ => null };

    private static string? Words(Milestone? one) => one is null ? null : $"{one.Name}|{(int)one.Kind}|{one.Start:O}|{one.Due:O}";

    private string? Text(Func<TaskFields, Field<string?>> field) => Oracle.Latest(Events, one => Fields(one) is { } fields ? field(fields) : default, StringComparer.Ordinal);
}
