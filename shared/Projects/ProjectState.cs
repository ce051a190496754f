using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// What is known of a project itself, apart from its tasks: of each field the latest statement, and its allocations. It converges as
/// <see cref="TaskState"/> does.
/// </summary>
/// <remarks>
/// At most <see cref="MostAllocations"/> allocations are kept (<see cref="StableSample{T}"/> picks them by their ids), so its bytes are
/// less than 1,000,000, mostly less than 16 KiB: cut them into properties of 64 KiB where they have to be.
/// </remarks>
public sealed class ProjectState
{
    /// <summary>How many allocations are kept.</summary>
    public const int MostAllocations = 384;

    private const byte Version = 1;

    private readonly StableSample<Allocation> _allocations = new(MostAllocations);
    private Register<string> _name;
    private Register<string> _team;
    private Register<string> _owner;
    private Register<Status> _status;
    private Register<DateOnly?> _start;
    private Register<DateOnly?> _due;
    private StatedSpan _stated = new();

    /// <summary>The name that people read; null: its key serves.</summary>
    public string? Name => _name.Value;

    public string? Team => _team.Value;

    /// <summary>The person id of who answers for it.</summary>
    public string? Owner => _owner.Value;

    /// <summary>Null: never stated.</summary>
    public Status? Status => _status.IsStated ? _status.Value : null;

    /// <summary>The first planned day.</summary>
    public DateOnly? Start => _start.Value;

    /// <summary>The day on which it has to be done, that day included.</summary>
    public DateOnly? Due => _due.Value;

    /// <summary>When anything was first stated about the project itself; null if nothing was.</summary>
    public DateTimeOffset? FirstStated => _stated.FirstTime;

    /// <summary>When anything was last stated about the project itself; null if nothing was.</summary>
    public DateTimeOffset? LastStated => _stated.LastTime;

    /// <summary>The allocations by their ids, in ordinal order.</summary>
    public IEnumerable<KeyValuePair<string, Allocation>> Allocations => _allocations.Keys.Select(id => KeyValuePair.Create(id, _allocations[id]));

    /// <summary>Takes in one event about this project or an allocation of it.</summary>
    /// <param name="one">An event whose data are about the project or an allocation.</param>
    /// <param name="personId">The person id of a name: always the same for the same name.</param>
    /// <param name="isChanged">Whether the state is another one than before.</param>
    public FoldOutcome Apply(Event one, Func<string, string> personId, out bool isChanged)
    {
        var ticks = one.Time.UtcTicks;
        var stamp = new Stamp(ticks, one.EventId);
        var isLate = ticks < _stated.Last;
        var effects = one.Data switch
        {
            ProjectCreated data => State(stamp, data.Fields, personId),
            ProjectUpdated data => State(stamp, data.Fields, personId),
            ProjectStatusChanged data => _status.Offer(stamp, data.Status, ValueOrder.Statuses),
            ResourceAllocated data => Allocate(stamp, data, personId),
            ResourceReleased data => Allocation(data.Allocation, out var isNew) is { } allocation ? isNew | allocation.Release(stamp) : StatementEffect.Superseded,
            _ => throw new ArgumentException($"{one.Type} is not about a project itself", nameof(one)),
        };
        effects |= _stated.Include(ticks);
        isChanged = (effects & StatementEffect.Changed) != StatementEffect.None;
        return FoldOutcomes.Of(effects, isLate);
    }

    /// <summary>The state as bytes; equal states give equal bytes.</summary>
    public byte[] ToBytes(StateWriter writer)
    {
        writer.Begin(StateKind.Project, Version);
        writer.Byte((byte)(_stated.IsEmpty ? 0 : 1));
        if (_stated.IsEmpty) return writer.End();

        writer.Epoch(_stated.First);
        writer.Time(_stated.Last);
        writer.Byte((byte)((_name.IsStated ? 1 : 0) | (_team.IsStated ? 2 : 0) | (_owner.IsStated ? 4 : 0) | (_status.IsStated ? 8 : 0)
            | (_start.IsStated ? 16 : 0) | (_due.IsStated ? 32 : 0)));
        StoredRegisters.Write(writer, _name);
        StoredRegisters.Write(writer, _team);
        StoredRegisters.Write(writer, _owner);
        StoredRegisters.Write(writer, _status);
        StoredRegisters.Write(writer, _start);
        StoredRegisters.Write(writer, _due);
        writer.Number(_allocations.Count);
        foreach (var id in _allocations.Keys)
        {
            writer.Text(id);
            _allocations[id].Write(writer);
        }

        return writer.End();
    }

    /// <summary>The state that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="CorruptStateException">The bytes are none.</exception>
    public static ProjectState FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes, StateKind.Project, Version);
        var state = new ProjectState();
        if (reader.Count(1) == 1)
        {
            state._stated = new StatedSpan(reader.Epoch(), reader.Time());
            var stated = reader.Count(63);
            if ((stated & 1) != 0) state._name = StoredRegisters.Text(ref reader);
            if ((stated & 2) != 0) state._team = StoredRegisters.Text(ref reader);
            if ((stated & 4) != 0) state._owner = StoredRegisters.Text(ref reader);
            if ((stated & 8) != 0) state._status = StoredRegisters.Status(ref reader);
            if ((stated & 16) != 0) state._start = StoredRegisters.Date(ref reader);
            if ((stated & 32) != 0) state._due = StoredRegisters.Date(ref reader);
            for (var count = reader.Count(MostAllocations); count > 0; count--)
            {
                var id = reader.RequiredText();
                if (state._allocations.TryGet(id, out _)) throw new CorruptStateException("an allocation stands there twice");
                state._allocations.Admit(id, Projects.Allocation.Read(ref reader), out _);
            }
        }

        reader.End();
        return state;
    }

    private StatementEffect State(Stamp stamp, ProjectFields fields, Func<string, string> personId)
    {
        var effects = StatementEffect.None;
        if (fields.Name.IsStated) effects |= _name.Offer(stamp, fields.Name.Value, ValueOrder.Texts);
        if (fields.Team.IsStated) effects |= _team.Offer(stamp, fields.Team.Value, ValueOrder.Texts);
        if (fields.Owner.IsStated) effects |= _owner.Offer(stamp, fields.Owner.Value is { } name ? personId(name) : null, ValueOrder.Texts);
        if (fields.Status is { } status) effects |= _status.Offer(stamp, status, ValueOrder.Statuses);
        if (fields.Start.IsStated) effects |= _start.Offer(stamp, fields.Start.Value, ValueOrder.Dates);
        if (fields.Due.IsStated) effects |= _due.Offer(stamp, fields.Due.Value, ValueOrder.Dates);
        return effects;
    }

    private StatementEffect Allocate(Stamp stamp, ResourceAllocated data, Func<string, string> personId)
    {
        if (Allocation(data.Allocation, out var isNew) is not { } allocation) return StatementEffect.Superseded;
        var role = data.Role is null ? null : Label.Of(data.Role);
        var terms = new AllocationTerms(Label.Of(personId(data.Resource)), EffortHours.ToMilliHours(data.HoursPerWeek), data.From, data.To, role);
        return isNew | allocation.Allocate(stamp, terms);
    }

    /// <summary>The allocation of that id, which may be a new one; null if there is no room for it.</summary>
    private Allocation? Allocation(string id, out StatementEffect isNew)
    {
        isNew = StatementEffect.None;
        if (_allocations.TryGet(id, out var allocation)) return allocation;
        isNew = StatementEffect.Changed;
        allocation = new Allocation();
        return _allocations.Admit(id, allocation, out _) ? allocation : null;
    }
}
