using System.Runtime.InteropServices;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>One project as the PostgreSQL pipeline keeps it in memory, with its tasks and allocations.</summary>
internal sealed class ProjectRecord(string key) : IMeasures
{
    /// <summary>Levels, counts, and the sums of lead and cycle times.</summary>
    public const int MeasureCount = (int)Measure.LeadBuckets;

    private readonly Dictionary<TaskKey, TaskRecord> _tasks = [];
    private readonly Dictionary<string, AllocationRecord> _allocations = new(StringComparer.Ordinal);
    private readonly List<TaskRecord> _changedTasks = [];
    private readonly HashSet<string> _changedAllocations = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long[]> _history = [];
    private readonly long[] _totals = new long[MeasureCount];
    private Latest<string> _name;
    private Latest<string> _team;
    private Latest<string> _owner;
    private Latest<Status?> _status;
    private Latest<DateOnly?> _start;
    private Latest<DateOnly?> _due;

    public void Apply(Event one, EventFacts found)
    {
        if (ProjectFold.TaskOf(one) is { } task)
        {
            ref var record = ref CollectionsMarshal.GetValueRefOrAddDefault(_tasks, task, out _);
            record ??= new TaskRecord(key, task.ToString());
            record.Apply(one, found, this);
            if (record.IsChanged) return;
            record.IsChanged = true;
            _changedTasks.Add(record);
            return;
        }

        var stamp = new Stamp(one.Time.UtcTicks, new EventId(one.Id));
        switch (one.Data)
        {
            case ProjectCreated created: State(stamp, created.Fields, found.PersonId); break;
            case ProjectUpdated updated: State(stamp, updated.Fields, found.PersonId); break;
            case ProjectStatusChanged changed: _status.Offer(stamp, changed.Status); break;
            case ResourceAllocated allocated:
                Allocation(allocated.Allocation).Terms.Offer(stamp, new AllocationTerms(
                    found.PersonId(allocated.Resource), EffortHours.ToMilliHours(allocated.HoursPerWeek), allocated.From, allocated.To, allocated.Role));
                break;
            case ResourceReleased released: Allocation(released.Allocation).Released.Offer(stamp, value: true); break;
        }
    }

    /// <summary>Moves what has changed since the last time into lists.</summary>
    public void Take(List<TaskRow> tasks, List<ProjectRow> projects, List<AllocationRow> allocations, Dictionary<(string Project, int Hour), long[]> history)
    {
        foreach (var task in _changedTasks)
        {
            tasks.Add(task.ToRow());
            task.IsChanged = false;
        }

        foreach (var id in _changedAllocations) allocations.Add(_allocations[id].ToRow(key, id));
        foreach (var (hour, changes) in _history)
            if (changes.AsSpan().ContainsAnyExcept(0L)) history.Add((key, hour), changes);
        _changedTasks.Clear();
        _changedAllocations.Clear();
        _history.Clear();

        var stamps = new StampBytes();
        stamps.Field(_name);
        stamps.Field(_team);
        stamps.Field(_owner);
        stamps.Field(_status);
        stamps.Field(_start);
        stamps.Field(_due);
        projects.Add(new ProjectRow(
            key, _name.Value, _team.Value, _owner.Value, _status.Value?.Name, _status.Value?.Category, _start.Value, _due.Value, [.. _totals], stamps.Memory));
    }

    void IMeasures.Change(long ticks, Measure measure, long amount)
    {
        _totals[(int)measure] += amount;
        ref var changes = ref CollectionsMarshal.GetValueRefOrAddDefault(_history, (int)(ticks / TimeSpan.TicksPerHour), out _);
        (changes ??= new long[MeasureCount])[(int)measure] += amount;
    }

    private AllocationRecord Allocation(string id)
    {
        _changedAllocations.Add(id);
        return _allocations.TryGetValue(id, out var found) ? found : _allocations[id] = new AllocationRecord();
    }

    private void State(in Stamp stamp, ProjectFields fields, Func<string, string> personId)
    {
        if (fields.Name.IsStated) _name.Offer(stamp, fields.Name.Value);
        if (fields.Team.IsStated) _team.Offer(stamp, fields.Team.Value);
        if (fields.Owner.IsStated) _owner.Offer(stamp, fields.Owner.Value is { } name ? personId(name) : null);
        if (fields.Status is { } status) _status.Offer(stamp, status);
        if (fields.Start.IsStated) _start.Offer(stamp, fields.Start.Value);
        if (fields.Due.IsStated) _due.Offer(stamp, fields.Due.Value);
    }

    private sealed class AllocationRecord
    {
        public Latest<AllocationTerms> Terms;
        public Latest<bool> Released;

        public AllocationRow ToRow(string project, string id)
        {
            var stamps = new StampBytes();
            stamps.Field(Terms);
            stamps.Field(Released);
            var isReleased = Released.IsStated && !(Terms.IsStated && Terms.Stamp > Released.Stamp);
            return new AllocationRow(project, id, Terms.Value, isReleased ? Released.Stamp.Time : null, stamps.Memory);
        }
    }
}
