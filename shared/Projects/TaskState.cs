using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// What is known of one task: of each field the latest statement (<see cref="Register{T}"/>), and the retained facts about its status,
/// blocks and effort (<see cref="FactLog"/>), from which everything else is derived (<see cref="Standing"/>). Each part is a function of the
/// SET of events, so any order, repetition and cut into batches of the same events gives the same bytes.
/// </summary>
/// <remarks>
/// A task is deleted while <c>task.deleted</c> is its latest statement of the kind; a later <c>task.created</c> brings it back with all that
/// is known, any other later statement (a webhook that lags behind, say) does not.
/// Its bytes fit into one property of a table row (64 KiB): the caps below see to that.
/// </remarks>
public sealed class TaskState
{
    /// <summary>How many of the latest statements about status and blocks are retained, beside the ones that are never dropped.</summary>
    public const int MostProgress = 64;

    /// <summary>How many of the latest statements about effort are retained, beside the ones that are never dropped.</summary>
    public const int MostEffort = 32;

    /// <summary>The title is kept up to this many UTF-16 units.</summary>
    public const int LongestTitle = 2048;

    /// <summary>The reason of a block is kept up to this many UTF-16 units.</summary>
    public const int LongestReason = 1024;

    private const int MostProgressBytes = 16 * 1024;
    private const int MostEffortBytes = 6 * 1024;
    private const int MostLabelBytes = 4 * 1024;
    private const byte Version = 1;

    private Register<string> _title;
    private Register<string> _kind;
    private Register<string> _priority;
    private Register<string> _assignee;
    private Register<string> _team;
    private Register<string> _parent;
    private Register<string> _blockedReason;
    private Register<DateOnly?> _due;
    private Register<Milestone> _milestone;
    private Register<string[]> _labels;
    private Register<bool> _deleted;
    private FactLog _progress = new(MostProgress, MostProgressBytes);
    private FactLog _effort = new(MostEffort, MostEffortBytes);
    private StatedSpan _stated = new();

    public string? Title => _title.Value;

    /// <summary>The tracker's kind of issue.</summary>
    public string? Kind => _kind.Value;

    public string? Priority => _priority.Value;

    /// <summary>The person id of whoever has it; null: nobody.</summary>
    public string? Assignee => _assignee.Value;

    /// <summary>The team that has it, where that is not the project's.</summary>
    public string? Team => _team.Value;

    /// <summary>The key of the task that this one is a part of.</summary>
    public string? Parent => _parent.Value;

    /// <summary>Why it waits, as the latest block says.</summary>
    public string? BlockedReason => _blockedReason.Value;

    /// <summary>The last day, included.</summary>
    public DateOnly? Due => _due.Value;

    public Milestone? Milestone => _milestone.Value;

    /// <summary>A set in ordinal order, as far as it fits.</summary>
    public IReadOnlyList<string>? Labels => _labels.Value;

    /// <summary>Whether it is deleted, and counts nowhere.</summary>
    public bool IsDeleted => _deleted.Value;

    /// <summary>Whether it counts: something was stated about it, and it is not deleted.</summary>
    public bool Exists => !_stated.IsEmpty && !IsDeleted;

    /// <summary>When anything was last stated about it; null if nothing was.</summary>
    public DateTimeOffset? LastStated => _stated.LastTime;

    /// <summary>The retained statements about status and blocks, in the order of their stamps.</summary>
    public ReadOnlySpan<Fact> Progress => Trimmed(ref _progress).Facts;

    /// <summary>The retained statements about effort, in the order of their stamps.</summary>
    public ReadOnlySpan<Fact> Effort => Trimmed(ref _effort).Facts;

    internal long FirstTicks => _stated.First;

    internal FactLog ProgressLog => Trimmed(ref _progress);

    internal FactLog EffortLog => Trimmed(ref _effort);

    /// <summary>How the task stands, derived.</summary>
    /// <exception cref="InvalidOperationException">Nothing was ever stated about the task.</exception>
    public TaskStanding Standing()
    {
        if (_stated.IsEmpty) throw new InvalidOperationException("Nothing is known of the task.");
        var nowhere = default(NoTimeline);
        return TaskTimeline.Walk(_stated.First, Progress, Effort, int.MaxValue, int.MaxValue, emitCreation: false, ref nowhere);
    }

    /// <summary>Takes in one event about this task.</summary>
    /// <param name="one">An event whose data are about a task, namely this one.</param>
    /// <param name="personId">The person id of a name: always the same for the same name.</param>
    /// <param name="isChanged">Whether the state is another one than before.</param>
    public FoldOutcome Apply(Event one, Func<string, string> personId, out bool isChanged)
    {
        var ticks = one.Time.UtcTicks;
        var stamp = new Stamp(ticks, one.Id);
        var isLate = ticks < _stated.Last;
        var effects = one.Data switch
        {
            TaskCreated data => State(stamp, data.Fields, personId) | _deleted.Offer(stamp, value: false, ValueOrder.Flags),
            TaskUpdated data => State(stamp, data.Fields, personId),
            TaskStatusChanged data => State(stamp, data.Status),
            TaskAssigned data => _assignee.Offer(stamp, data.Assignee is null ? null : personId(data.Assignee), ValueOrder.Texts),
            TaskEstimated data => State(stamp, FactKind.Estimate, data.EstimateHours) | State(stamp, FactKind.Remaining, data.RemainingHours) | State(stamp, FactKind.Spent, data.SpentHours),
            TaskBlocked data => _progress.Add(new Fact(stamp, FactKind.Blocked, null, 0)) | _blockedReason.Offer(stamp, Label.Cut(data.Reason, LongestReason), ValueOrder.Texts),
            TaskUnblocked => _progress.Add(new Fact(stamp, FactKind.Unblocked, null, 0)) | _blockedReason.Offer(stamp, value: null, ValueOrder.Texts),
            TaskDeleted => _deleted.Offer(stamp, value: true, ValueOrder.Flags),
            _ => throw new ArgumentException($"{one.Type} is not about a task", nameof(one)),
        };
        effects |= _stated.Include(ticks);
        isChanged = (effects & StatementEffect.Changed) != StatementEffect.None;
        return FoldOutcomes.Of(effects, isLate);
    }

    /// <summary>The state as bytes, at most 64 KiB; equal states give equal bytes.</summary>
    public byte[] ToBytes(StateWriter writer)
    {
        if (_stated.IsEmpty) throw new InvalidOperationException("Nothing is known of the task.");
        writer.Begin(StateKind.Task, Version);
        writer.Epoch(_stated.First);
        writer.Time(_stated.Last);
        var stated = (_title.IsStated ? 1 : 0) | (_kind.IsStated ? 2 : 0) | (_priority.IsStated ? 4 : 0) | (_assignee.IsStated ? 8 : 0) | (_team.IsStated ? 16 : 0)
            | (_parent.IsStated ? 32 : 0) | (_blockedReason.IsStated ? 64 : 0) | (_due.IsStated ? 128 : 0) | (_milestone.IsStated ? 256 : 0)
            | (_labels.IsStated ? 512 : 0) | (_deleted.IsStated ? 1024 : 0);
        writer.Number(stated);
        StoredRegisters.Write(writer, _title);
        StoredRegisters.Write(writer, _kind);
        StoredRegisters.Write(writer, _priority);
        StoredRegisters.Write(writer, _assignee);
        StoredRegisters.Write(writer, _team);
        StoredRegisters.Write(writer, _parent);
        StoredRegisters.Write(writer, _blockedReason);
        StoredRegisters.Write(writer, _due);
        StoredRegisters.Write(writer, _milestone);
        StoredRegisters.Write(writer, _labels);
        StoredRegisters.Write(writer, _deleted);
        Write(writer, Progress);
        Write(writer, Effort);
        return writer.End();
    }

    /// <summary>The state that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="CorruptStateException">The bytes are none.</exception>
    public static TaskState FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes, StateKind.Task, Version);
        var state = new TaskState { _stated = new StatedSpan(reader.Epoch(), reader.Time()) };
        var stated = reader.Count(2047);
        if ((stated & 1) != 0) state._title = StoredRegisters.Text(ref reader);
        if ((stated & 2) != 0) state._kind = StoredRegisters.Text(ref reader);
        if ((stated & 4) != 0) state._priority = StoredRegisters.Text(ref reader);
        if ((stated & 8) != 0) state._assignee = StoredRegisters.Text(ref reader);
        if ((stated & 16) != 0) state._team = StoredRegisters.Text(ref reader);
        if ((stated & 32) != 0) state._parent = StoredRegisters.Text(ref reader);
        if ((stated & 64) != 0) state._blockedReason = StoredRegisters.Text(ref reader);
        if ((stated & 128) != 0) state._due = StoredRegisters.Date(ref reader);
        if ((stated & 256) != 0) state._milestone = StoredRegisters.Milestone(ref reader);
        if ((stated & 512) != 0) state._labels = StoredRegisters.Labels(ref reader);
        if ((stated & 1024) != 0) state._deleted = StoredRegisters.Flag(ref reader);
        state._progress = new FactLog(MostProgress, MostProgressBytes, Read(ref reader, MostProgress, isEffort: false));
        state._effort = new FactLog(MostEffort, MostEffortBytes, Read(ref reader, MostEffort, isEffort: true));
        reader.End();
        return state;
    }

    private static ref FactLog Trimmed(ref FactLog log)
    {
        log.Trim();
        return ref log;
    }

    private StatementEffect State(Stamp stamp, TaskFields fields, Func<string, string> personId)
    {
        var effects = State(stamp, FactKind.Estimate, fields.EstimateHours);
        if (fields.Status is { } status) effects |= State(stamp, status);
        if (fields.Title.IsStated) effects |= _title.Offer(stamp, Label.Cut(fields.Title.Value, LongestTitle), ValueOrder.Texts);
        if (fields.Kind.IsStated) effects |= _kind.Offer(stamp, fields.Kind.Value, ValueOrder.Texts);
        if (fields.Priority.IsStated) effects |= _priority.Offer(stamp, fields.Priority.Value, ValueOrder.Texts);
        if (fields.Assignee.IsStated) effects |= _assignee.Offer(stamp, fields.Assignee.Value is { } name ? personId(name) : null, ValueOrder.Texts);
        if (fields.Team.IsStated) effects |= _team.Offer(stamp, fields.Team.Value, ValueOrder.Texts);
        if (fields.Parent.IsStated) effects |= _parent.Offer(stamp, fields.Parent.Value, ValueOrder.Texts);
        if (fields.Due.IsStated) effects |= _due.Offer(stamp, fields.Due.Value, ValueOrder.Dates);
        if (fields.Milestone.IsStated) effects |= _milestone.Offer(stamp, fields.Milestone.Value, ValueOrder.Milestones);
        if (fields.Labels.IsStated) effects |= _labels.Offer(stamp, Label.Set(fields.Labels.Value, MostLabelBytes), ValueOrder.Labels);
        return effects;
    }

    private StatementEffect State(Stamp stamp, Status status) => _progress.Add(new Fact(stamp, (FactKind)status.Category, status.Name, 0));

    private StatementEffect State(Stamp stamp, FactKind kind, Field<double?> hours) =>
        hours.IsStated ? _effort.Add(new Fact(stamp, kind, null, hours.Value is { } known ? EffortHours.ToMilliHours(known) : Fact.NotKnown)) : StatementEffect.None;

    private static void Write(StateWriter writer, ReadOnlySpan<Fact> facts)
    {
        writer.Number(facts.Length);
        foreach (var fact in facts)
        {
            writer.Stamp(fact.Stamp);
            writer.Byte((byte)fact.Kind);
            if (fact.IsStatus) writer.Text(fact.Word);
            else if (fact.Kind >= FactKind.Estimate) writer.Number(fact.MilliHours + 1);
        }
    }

    private static Fact[] Read(ref StateReader reader, int most, bool isEffort)
    {
        var facts = new Fact[reader.Count(most + Fact.Channels + 3)];
        for (var i = 0; i < facts.Length; i++)
        {
            var stamp = reader.Stamp();
            var kind = (FactKind)reader.Byte();
            facts[i] = kind switch
            {
                <= FactKind.Cancelled when !isEffort => new Fact(stamp, kind, reader.RequiredText(), 0),
                <= FactKind.Blocked when !isEffort => new Fact(stamp, kind, null, 0),
                >= FactKind.Estimate and <= FactKind.Spent when isEffort => new Fact(stamp, kind, null, reader.Number() - 1),
                _ => throw new CorruptStateException($"a fact of kind {(int)kind} does not belong there"),
            };
            if (i > 0 && facts[i] <= facts[i - 1]) throw new CorruptStateException("the facts are not in order");
        }

        return facts;
    }
}
