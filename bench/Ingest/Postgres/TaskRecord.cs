using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>Takes what a task changes of its project's sums and hourly history.</summary>
internal interface IMeasures
{
    void Change(long ticks, Measure measure, long amount);
}

/// <summary>
/// One task as the PostgreSQL pipeline keeps it: latest values as columns, and the statements about status, blocks and effort, from which
/// counters follow. An event that comes in order changes the counters directly; one that comes late takes the task's whole part out of the
/// sums and puts it back as it is now.
/// </summary>
internal sealed class TaskRecord(string project, string key)
{
    private readonly List<Fact> _facts = [];
    private StampBytes _factBytes = new();
    private Latest<string> _title;
    private Latest<string> _kind;
    private Latest<string> _priority;
    private Latest<string> _assignee;
    private Latest<string> _team;
    private Latest<string> _blockedReason;
    private Latest<string> _parent;
    private Latest<DateOnly?> _due;
    private Latest<Milestone> _milestone;
    private Latest<string[]> _labels;
    private Latest<bool> _deleted;

    private long _first = long.MaxValue;
    private Progress _now = Progress.Nothing;

    /// <summary>Whether it is among those that the current batch has changed.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Takes in an event about this task.</summary>
    public void Apply(Event one, EventFacts found, IMeasures measures)
    {
        var stamp = new Stamp(one.Time.UtcTicks, new EventId(one.Id));
        var isNew = _first == long.MaxValue;
        var inOrder = isNew || (!_deleted.Value && stamp.Ticks >= _first && one.Data is not TaskDeleted && !(one.Data is TaskCreated && _deleted.IsStated));
        foreach (var fact in found.Of(one)) inOrder &= _facts.Count == 0 || fact > _facts[^1];

        if (!inOrder) Walk(-1, measures);
        _first = Math.Min(_first, stamp.Ticks);
        State(stamp, one.Data!, found.PersonId);
        if (inOrder)
        {
            if (!_deleted.Value)
            {
                if (isNew) Create(1, measures);
                foreach (var fact in found.All) _now.Step(fact, _first, 1, measures);
            }

            foreach (var fact in found.All)
            {
                _facts.Add(fact);
                Write(ref _factBytes, fact);
            }
        }
        else
        {
            foreach (var fact in found.All)
            {
                var at = _facts.BinarySearch(fact);
                if (at < 0) _facts.Insert(~at, fact);
            }

            _factBytes = new StampBytes();
            foreach (var fact in _facts) Write(ref _factBytes, fact);
            Walk(1, measures);
        }
    }

    /// <summary>The row as it is now; it stays so whatever comes after.</summary>
    public TaskRow ToRow()
    {
        var stamps = new StampBytes();
        stamps.Field(_title);
        stamps.Field(_kind);
        stamps.Field(_priority);
        stamps.Field(_assignee);
        stamps.Field(_team);
        stamps.Field(_parent);
        stamps.Field(_blockedReason);
        stamps.Field(_due);
        stamps.Field(_milestone);
        stamps.Field(_labels);
        stamps.Field(_deleted);
        return new TaskRow(
            project, key, _title.Value, _kind.Value, _priority.Value, _assignee.Value, _team.Value, _parent.Value, _blockedReason.Value, _due.Value, _milestone.Value, _labels.Value, _deleted.Value,
            _first, _now, _factBytes.Memory, stamps.Memory);
    }

    private void State(in Stamp stamp, EventData data, Func<string, string> personId)
    {
        switch (data)
        {
            case TaskCreated created:
                State(stamp, created.Fields, personId);
                _deleted.Offer(stamp, value: false);
                break;
            case TaskUpdated updated: State(stamp, updated.Fields, personId); break;
            case TaskAssigned assigned: _assignee.Offer(stamp, assigned.Assignee is null ? null : personId(assigned.Assignee)); break;
            case TaskBlocked blocked: _blockedReason.Offer(stamp, blocked.Reason); break;
            case TaskUnblocked: _blockedReason.Offer(stamp, value: null); break;
            case TaskDeleted: _deleted.Offer(stamp, value: true); break;
        }
    }

    private void State(in Stamp stamp, TaskFields fields, Func<string, string> personId)
    {
        if (fields.Title.IsStated) _title.Offer(stamp, fields.Title.Value);
        if (fields.Kind.IsStated) _kind.Offer(stamp, fields.Kind.Value);
        if (fields.Priority.IsStated) _priority.Offer(stamp, fields.Priority.Value);
        if (fields.Assignee.IsStated) _assignee.Offer(stamp, fields.Assignee.Value is { } name ? personId(name) : null);
        if (fields.Team.IsStated) _team.Offer(stamp, fields.Team.Value);
        if (fields.Parent.IsStated) _parent.Offer(stamp, fields.Parent.Value);
        if (fields.Due.IsStated) _due.Offer(stamp, fields.Due.Value);
        if (fields.Milestone.IsStated) _milestone.Offer(stamp, fields.Milestone.Value);
        if (fields.Labels.IsStated) _labels.Offer(stamp, fields.Labels.Value is { } labels ? [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : null);
    }

    private void Create(int sign, IMeasures measures)
    {
        _now = Progress.Nothing;
        measures.Change(_first, Measure.Created, sign);
        measures.Change(_first, Measure.Todo, sign);
    }

    /// <summary>Goes through the whole life, and ends with how the task stands.</summary>
    private void Walk(int sign, IMeasures measures)
    {
        if (_first == long.MaxValue) return;
        if (_deleted.Value) measures = NoMeasures.Instance;
        Create(sign, measures);
        foreach (var fact in _facts) _now.Step(fact, _first, sign, measures);
    }

    private static void Write(ref StampBytes bytes, in Fact fact)
    {
        bytes.Stamp(fact.Stamp);
        bytes.Byte((byte)fact.Kind);
        if (fact.IsStatus) bytes.Text(fact.Word!);
        else if (fact.Kind >= FactKind.Estimate) bytes.Number(fact.MilliHours);
    }

    private sealed class NoMeasures : IMeasures
    {
        public static readonly NoMeasures Instance = new();

        public void Change(long ticks, Measure measure, long amount) { }
    }
}

/// <summary>How far a task has come, statement by statement.</summary>
internal struct Progress
{
    public static readonly Progress Nothing = new() { Started = -1, Completed = -1, BlockedSince = -1, Estimate = Fact.NotKnown, Remaining = Fact.NotKnown, Spent = Fact.NotKnown };

    public string? Status;
    public StatusCategory Category;
    public bool IsFlagged;
    public int Reopened;

    /// <summary>Ticks; −1: never.</summary>
    public long Started;

    /// <summary>Ticks; −1: it is not done.</summary>
    public long Completed;

    /// <summary>Ticks; −1: it does not wait.</summary>
    public long BlockedSince;

    /// <summary>Thousandths of an hour; −1: not known; the others alike.</summary>
    public long Estimate;
    public long Remaining;
    public long Spent;

    /// <summary>Goes one statement further, and tells what that changes.</summary>
    public void Step(in Fact fact, long created, int sign, IMeasures measures)
    {
        var at = fact.Stamp.Ticks;
        switch (fact.Kind)
        {
            case FactKind.Estimate: Effort(ref Estimate, fact, Measure.EstimateMilliHours, sign, measures); return;
            case FactKind.Remaining: Effort(ref Remaining, fact, Measure.RemainingMilliHours, sign, measures); return;
            case FactKind.Spent: Effort(ref Spent, fact, Measure.SpentMilliHours, sign, measures); return;
            case FactKind.Blocked: IsFlagged = true; break;
            case FactKind.Unblocked: IsFlagged = false; break;
            default:
                Status = fact.Word;
                if (Started < 0 && fact.IsBegun) Started = at;
                Enter((StatusCategory)fact.Kind, at, created, sign, measures);
                break;
        }

        var waits = Category == StatusCategory.Blocked || (IsFlagged && Category < StatusCategory.Done);
        if (waits == BlockedSince >= 0) return;
        measures.Change(at, Measure.Blocked, waits ? sign : -sign);
        BlockedSince = waits ? at : -1;
    }

    private void Enter(StatusCategory next, long at, long created, int sign, IMeasures measures)
    {
        if (next == Category) return;
        measures.Change(at, Measures.Of(Category), -sign);
        measures.Change(at, Measures.Of(next), sign);
        if (Category >= StatusCategory.Done && next < StatusCategory.Done)
        {
            Reopened++;
            measures.Change(at, Measure.Reopened, sign);
        }

        Completed = next == StatusCategory.Done ? at : -1;
        if (next == StatusCategory.Done)
        {
            measures.Change(at, Measure.Completed, sign);
            measures.Change(at, Measure.LeadMilliseconds, sign * ((at - created) / TimeSpan.TicksPerMillisecond));
            if (Started >= 0) measures.Change(at, Measure.CycleMilliseconds, sign * ((at - Started) / TimeSpan.TicksPerMillisecond));
        }

        if (next == StatusCategory.Cancelled) measures.Change(at, Measure.Dropped, sign);
        Category = next;
    }

    private static void Effort(ref long known, in Fact fact, Measure measure, int sign, IMeasures measures)
    {
        measures.Change(fact.Stamp.Ticks, measure, sign * (Math.Max(0, fact.MilliHours) - Math.Max(0, known)));
        known = fact.MilliHours;
    }
}

/// <summary>The statements of one event of which the past matters too.</summary>
internal sealed class EventFacts(Func<string, string> personId)
{
    public Func<string, string> PersonId => personId;

    /// <summary>Those of the event asked for last.</summary>
    public List<Fact> All { get; } = new(3);

    public List<Fact> Of(Event one)
    {
        var stamp = new Stamp(one.Time.UtcTicks, new EventId(one.Id));
        All.Clear();
        switch (one.Data)
        {
            case TaskStatusChanged changed: Add(stamp, changed.Status); break;
            case TaskCreated created: Add(stamp, created.Fields); break;
            case TaskUpdated updated: Add(stamp, updated.Fields); break;
            case TaskBlocked: All.Add(new Fact(stamp, FactKind.Blocked, null, 0)); break;
            case TaskUnblocked: All.Add(new Fact(stamp, FactKind.Unblocked, null, 0)); break;
            case TaskEstimated estimated:
                Add(stamp, FactKind.Estimate, estimated.EstimateHours);
                Add(stamp, FactKind.Remaining, estimated.RemainingHours);
                Add(stamp, FactKind.Spent, estimated.SpentHours);
                break;
        }

        return All;
    }

    private void Add(in Stamp stamp, TaskFields fields)
    {
        if (fields.Status is { } status) Add(stamp, status);
        Add(stamp, FactKind.Estimate, fields.EstimateHours);
    }

    private void Add(in Stamp stamp, Status status) => All.Add(new Fact(stamp, (FactKind)status.Category, status.Name, 0));

    private void Add(in Stamp stamp, FactKind kind, Field<double?> hours)
    {
        if (hours.IsStated) All.Add(new Fact(stamp, kind, null, hours.Value is { } known ? EffortHours.ToMilliHours(known) : Fact.NotKnown));
    }
}
