using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

/// <summary>
/// What a set of events means, worked out the slow way: sort the set, replay each task from its beginning, count. It shares nothing
/// with the fold but the names of what is counted. Ties of (time, id) go to the greater value; for tasks within the caps.
/// </summary>
/// <param name="events">The events of one project.</param>
/// <param name="personId">What stands in the place of a person's name.</param>
internal sealed class Oracle(IEnumerable<Event> events, Func<string, string> personId)
{
    private readonly Event[] _events = [.. events.OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal)];

    public OracleTask[] Tasks => field ??= [.. _events.Where(one => one.Data is TaskEventData).GroupBy(one => ((TaskEventData)one.Data!).Task).Select(task => new OracleTask(task.Key, [.. task], personId))];

    public OracleTask[] Existing => field ??= [.. Tasks.Where(task => !task.IsDeleted)];

    public string? Team => Latest(_events, one => Fields(one)?.Team ?? default, StringComparer.Ordinal);

    public string? Name => Latest(_events, one => Fields(one)?.Name ?? default, StringComparer.Ordinal);

    public string? Owner => Latest(_events, one => Person(Fields(one)?.Owner ?? default, personId), StringComparer.Ordinal);

    public DateOnly? Start => Latest(_events, one => Fields(one)?.Start ?? default, Comparer<DateOnly?>.Default);

    public DateOnly? Due => Latest(_events, one => Fields(one)?.Due ?? default, Comparer<DateOnly?>.Default);

    /// <summary>The earliest and the latest statement about the project itself.</summary>
    public (DateTimeOffset First, DateTimeOffset Last)? Stated => _events.Where(one => one.Data is not TaskEventData).ToArray() is [var first, ..] its ? (first.Time, its[^1].Time) : null;

    /// <summary>The allocations by their ids: the latest terms, and the latest release unless terms were stated after it.</summary>
    public OracleAllocation[] Allocations => [.. _events
        .Where(one => one.Data is ResourceAllocated or ResourceReleased)
        .GroupBy(one => one.Data is ResourceAllocated allocated ? allocated.Allocation : ((ResourceReleased)one.Data!).Allocation)
        .OrderBy(allocation => allocation.Key, StringComparer.Ordinal)
        .Select(allocation =>
        {
            var terms = allocation
                .Where(one => one.Data is ResourceAllocated)
                .Select(one => (one.Time, one.Id, Terms: OracleTerms.Of((ResourceAllocated)one.Data!, personId)))
                .OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal).ThenBy(one => one.Terms.Resource, StringComparer.Ordinal).ThenBy(one => one.Terms.HoursPerWeek)
                .ThenBy(one => one.Terms.From).ThenBy(one => one.Terms.To).ThenBy(one => one.Terms.Role, StringComparer.Ordinal)
                .LastOrDefault();
            var release = allocation.LastOrDefault(one => one.Data is ResourceReleased);
            var isStatedAnew = release is not null && terms.Terms is not null
                && (terms.Time > release.Time || (terms.Time == release.Time && string.CompareOrdinal(terms.Id, release.Id) > 0));
            return new OracleAllocation(allocation.Key, terms.Terms, isStatedAnew ? null : release?.Time);
        })];

    public Status? Status => _events
        .Select(one => (one.Time, one.Id, Status: one.Data switch { ProjectStatusChanged changed => changed.Status, _ => Fields(one)?.Status }))
        .Where(one => one.Status is not null)
        .OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal).ThenBy(one => one.Status!.Value.Category).ThenBy(one => one.Status!.Value.Name, StringComparer.Ordinal)
        .LastOrDefault().Status;

    /// <summary>Every pair of two categories.</summary>
    private static (StatusCategory From, StatusCategory To)[] Pairs { get; } =
        [.. from before in Enum.GetValues<StatusCategory>() from after in Enum.GetValues<StatusCategory>() where before != after select (before, after)];

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
            Add(Measure.EstimateMilliHours, MilliHours(task.EstimateHours(end)) ?? 0);
            Add(Measure.RemainingMilliHours, MilliHours(task.RemainingHours(end)) ?? 0);
            Add(Measure.SpentMilliHours, MilliHours(task.SpentHours(end)) ?? 0);
            DateTimeOffset? begun = null;
            var before = new OracleStep(task.Created, null, StatusCategory.Todo, false);
            foreach (var after in steps)
            {
                if (after.Status is not null && after.Category is StatusCategory.InProgress or StatusCategory.Blocked) begun ??= after.Time;
                if (before.Category != after.Category)
                {
                    Add(Measure.Transitions + Array.IndexOf(Pairs, (before.Category, after.Category)), 1);
                    if (after.Category == StatusCategory.Cancelled) Add(Measure.Dropped, 1);
                    if (before.Category is StatusCategory.Done or StatusCategory.Cancelled && after.Category is not (StatusCategory.Done or StatusCategory.Cancelled)) Add(Measure.Reopened, 1);
                    if (after.Category == StatusCategory.Done)
                    {
                        Add(Measure.Completed, 1);
                        Observe(Measure.LeadBuckets, Measure.LeadMilliseconds, after.Time - task.Created);
                        if (begun is { } from) Observe(Measure.CycleBuckets, Measure.CycleMilliseconds, after.Time - from);
                    }
                }

                before = after;
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

    /// <summary>Fails unless a breakdown has just these labels, and under each what is counted of its tasks.</summary>
    /// <param name="tasks">All tasks.</param>
    /// <param name="label">The label of a task; null: none.</param>
    /// <param name="actual">The breakdown.</param>
    /// <param name="measures">How many measures it counts: <see cref="Measures.Levels"/> or <see cref="Measures.All"/>.</param>
    public static void AssertBreakdown(IEnumerable<OracleTask> tasks, Func<OracleTask, string?> label, Breakdown actual, int measures)
    {
        var expected = tasks.Where(task => label(task) is not null).GroupBy(task => Label.Of(label(task)!)).ToDictionary(of => of.Key, of => Count(of, DateTimeOffset.MaxValue));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Counted.Select(of => of.Key));
        Assert.True(actual.Others.IsZero);
        foreach (var (name, counters) in actual.Counted)
        {
            for (var measure = 0; measure < measures; measure++)
            {
                var count = expected[name].GetValueOrDefault((Measure)measure);
                Assert.True(count == counters[(Measure)measure], $"{(Measure)measure} of {name}: expected {count}, found {counters[(Measure)measure]}");
            }
        }
    }

    /// <summary>How many tasks were in each status at the end of a time; empty: of none was any status stated.</summary>
    public static IEnumerable<KeyValuePair<string, long>> CountStatuses(IEnumerable<OracleTask> tasks, DateTimeOffset end) => tasks
        .Where(task => task.Created < end)
        .CountBy(task => Label.Of(task.Steps.LastOrDefault(step => step.Time < end && step.Status is not null)?.Status ?? ""))
        .Select(status => KeyValuePair.Create(status.Key, (long)status.Value))
        .OrderBy(status => status.Key, StringComparer.Ordinal);

    /// <summary>Hours to the nearest thousandth.</summary>
    public static long? MilliHours(double? hours) => hours is { } known ? (long)Math.Floor((known * 1000) + 0.5) : null;

    /// <summary>The statement with the person's id in the place of the name: of two statements with one stamp the greater id wins.</summary>
    public static Field<string?> Person(Field<string?> name, Func<string, string> personId) => name.Value is { } known ? personId(known) : name;

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

/// <summary>What was planned of a resource.</summary>
internal sealed record OracleTerms(string Resource, double HoursPerWeek, DateOnly From, DateOnly? To, string? Role)
{
    public static OracleTerms Of(ResourceAllocated data, Func<string, string> personId) => new(personId(data.Resource), data.HoursPerWeek, data.From, data.To, data.Role);
}

/// <summary>An allocation; its terms are null if only its release is known.</summary>
internal sealed record OracleAllocation(string Id, OracleTerms? Terms, DateTimeOffset? Released);

/// <summary>One task, replayed.</summary>
internal sealed record OracleTask(string Key, Event[] Events, Func<string, string> PersonId)
{
    public DateTimeOffset Created => Events.Min(one => one.Time);

    public DateTimeOffset LastStated => Events.Max(one => one.Time);

    public bool IsDeleted => Events
        .Where(one => one.Data is TaskCreated or TaskDeleted)
        .OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal).ThenBy(one => one.Data is TaskDeleted)
        .LastOrDefault()?.Data is TaskDeleted;

    public string? Title => Text(fields => fields.Title);

    public string? Kind => Text(fields => fields.Kind);

    public string? Priority => Text(fields => fields.Priority);

    public string? Parent => Text(fields => fields.Parent);

    public string? Team => Text(fields => fields.Team);

    public DateOnly? Due => Oracle.Latest(Events, one => Fields(one)?.Due ?? default, Comparer<DateOnly?>.Default);

    public Milestone? Milestone => Oracle.Latest(Events, one => Fields(one)?.Milestone ?? default, Comparer<Milestone?>.Create((one, other) => string.CompareOrdinal(Words(one), Words(other))));

    /// <summary>The labels as a set in ordinal order, each with a line feed behind it; null: cleared, or never stated.</summary>
    public string? Labels => Oracle.Latest(
        Events,
        one => Fields(one)?.Labels is not { IsStated: true } stated ? default : new Field<string?>(true, stated.Value is null ? null : string.Concat(stated.Value.Distinct().Order(StringComparer.Ordinal).Select(label => $"{label}\n"))),
        StringComparer.Ordinal);

    /// <summary>The person id of whoever has it.</summary>
    public string? Assignee => Oracle.Latest(
        Events, one => Oracle.Person(one.Data is TaskAssigned assigned ? new(true, assigned.Assignee) : Fields(one)?.Assignee ?? default, PersonId), StringComparer.Ordinal);

    public string? Status => Steps.LastOrDefault(step => step.Status is not null)?.Status;

    public StatusCategory Category => Steps.LastOrDefault()?.Category ?? StatusCategory.Todo;

    /// <summary>When it last became what its category says.</summary>
    public DateTimeOffset CategorySince => Changes.LastOrDefault(change => change.Before.Category != change.After.Category).After?.Time ?? Created;

    /// <summary>When it first was in progress, or in a status that means blocked.</summary>
    public DateTimeOffset? Started => Steps.FirstOrDefault(step => step.Status is not null && step.Category is StatusCategory.InProgress or StatusCategory.Blocked)?.Time;

    public int Reopened => Changes.Count(change => change.Before.Category is StatusCategory.Done or StatusCategory.Cancelled && change.After.Category is not (StatusCategory.Done or StatusCategory.Cancelled));

    /// <summary>Since when it waits; null: it does not.</summary>
    public DateTimeOffset? BlockedSince => Steps.LastOrDefault()?.IsBlocked == true ? Changes.Last(change => !change.Before.IsBlocked && change.After.IsBlocked).After.Time : null;

    /// <summary>How long it waited in stretches that are over.</summary>
    public TimeSpan BlockedBefore => TimeSpan.FromTicks(Steps.Zip(Steps.Skip(1)).Where(stretch => stretch.First.IsBlocked).Sum(stretch => (stretch.Second.Time - stretch.First.Time).Ticks))
        - (Steps.LastOrDefault() is { IsBlocked: true } last ? last.Time - BlockedSince!.Value : TimeSpan.Zero);

    public string? BlockedReason => Oracle.Latest(
        Events, one => one.Data switch { TaskBlocked blocked => new Field<string?>(true, blocked.Reason), TaskUnblocked => new Field<string?>(true, null), _ => default }, StringComparer.Ordinal);

    /// <summary>Every statement about status and blocks, in order, in words.</summary>
    public IEnumerable<string> Transitions => Said
        .Select(one => Transition(one.Time, one.Id, one.Status is { } status ? $"{status.Name} ({status.Category})" : one.Rank == 6 ? "blocked" : "unblocked"))
        .Distinct();

    public IReadOnlyList<OracleStep> Steps
    {
        get
        {
            if (field is not null) return field;
            var steps = new List<OracleStep>();
            var now = new OracleStep(default, null, StatusCategory.Todo, false);
            foreach (var one in Said)
            {
                now = one.Status is { } status ? now with { Time = one.Time, Status = status.Name, Category = status.Category } : now with { Time = one.Time, IsFlagged = one.Rank == 6 };
                steps.Add(now);
            }

            return field = steps;
        }
    }

    /// <summary>A statement in words.</summary>
    public static string Transition(DateTimeOffset time, string id, string what) => $"{time:O} {id}: {what}";

    public double? EstimateHours(DateTimeOffset end) => Hours(data => data.EstimateHours, fields => fields.EstimateHours, end);

    public double? RemainingHours(DateTimeOffset end) => Hours(data => data.RemainingHours, _ => default, end);

    public double? SpentHours(DateTimeOffset end) => Hours(data => data.SpentHours, _ => default, end);

    private IEnumerable<(DateTimeOffset Time, string Id, int Rank, Status? Status)> Said => Events
        .Select(one => (one.Time, one.Id, Rank: Rank(one), Status: StatusOf(one)))
        .Where(one => one.Rank >= 0)
        .OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal).ThenBy(one => one.Rank).ThenBy(one => one.Status?.Name, StringComparer.Ordinal);

    private IEnumerable<(OracleStep Before, OracleStep After)> Changes => Steps.Prepend(new OracleStep(Created, null, StatusCategory.Todo, false)).Zip(Steps);

    private double? Hours(Func<TaskEstimated, Field<double?>> estimated, Func<TaskFields, Field<double?>> stated, DateTimeOffset end) => Oracle.Latest(
        Events.Where(one => one.Time < end), one => one.Data is TaskEstimated data ? estimated(data) : Fields(one) is { } fields ? stated(fields) : default, Comparer<double?>.Default);

    private static int Rank(Event one) => one.Data switch { TaskUnblocked => 5, TaskBlocked => 6, _ => StatusOf(one) is { } status ? (int)status.Category : -1 };

    private static Status? StatusOf(Event one) => one.Data is TaskStatusChanged changed ? changed.Status : Fields(one)?.Status;

    private static TaskFields? Fields(Event one) => one.Data switch { TaskCreated created => created.Fields, TaskUpdated updated => updated.Fields, _ => null };

    private static string? Words(Milestone? one) => one is null ? null : $"{one.Name}|{(int)one.Kind}|{one.Start:O}|{one.Due:O}";

    private string? Text(Func<TaskFields, Field<string?>> field) => Oracle.Latest(Events, one => Fields(one) is { } fields ? field(fields) : default, StringComparer.Ordinal);
}
