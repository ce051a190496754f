using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
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

    /// <summary>For how many facts a fold keeps memory for each task.</summary>
    internal const int UsualFacts = UsualProgress + UsualEffort;

    private const int CacheLine = 64;

    /// <summary>All before the registers, which begin some 300 bytes behind the first field.</summary>
    private const int FetchedLines = 5;
    private const int UsualProgress = 12;
    private const int UsualEffort = 8;
    private const int MostProgressBytes = 16 * 1024;
    private const int MostEffortBytes = 6 * 1024;
    private const int MostLabelBytes = 4 * 1024;
    private const byte Version = 1;

    /// <summary>The longest word of a status.</summary>
    private const int LongestWord = 256;

    // What nearly every event touches lies together, before the registers.
    private StatedSpan _stated = new();
    private FactLog _progress = new(MostProgress, MostProgressBytes);
    private FactLog _effort = new(MostEffort, MostEffortBytes);
    private TaskCourse _course;
    private Membership _membership;
    private TaskKey _key;

    /// <summary>What it has of the fold's memory for facts; the default if they are in its own.</summary>
    private (FactLog.Packed[]? Piece, int Start) _memory;
    private Register<string> _assignee;
    private Register<Milestone> _milestone;
    private Register<string> _team;
    private Register<bool> _deleted;
    private Register<string> _title;
    private Register<string> _priority;
    private Register<string> _kind;
    private Register<string> _parent;
    private Register<string> _blockedReason;
    private Register<DateOnly?> _due;
    private Register<string[]> _labels;

    /// <summary>A task of which nothing is known.</summary>
    public TaskState()
    {
    }

    private TaskState(StatedSpan stated) => _stated = stated;

    public string? Title => _title.Value;

    /// <summary>The tracker's kind of issue.</summary>
    public string? Kind => _kind.Value;

    public string? Priority => _priority.Value;

    /// <summary>The person id of whoever has it; null: nobody.</summary>
    public string? Assignee => _membership.Assignee;

    /// <summary>The team that has it, where that is not the project's.</summary>
    public string? Team => _membership.Team;

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
    public bool IsDeleted => _membership.IsDeleted;

    /// <summary>Whether it counts: something was stated about it, and it is not deleted.</summary>
    public bool Exists => !_stated.IsEmpty && !IsDeleted;

    /// <summary>When anything was last stated about it; null if nothing was.</summary>
    public DateTimeOffset? LastStated => _stated.LastTime;

    /// <summary>The retained statements about status and blocks, in the order of their stamps.</summary>
    public ReadOnlySpan<Fact> Progress => Trimmed(ref _progress).ToArray();

    internal long FirstTicks => _stated.First;

    internal FactLog ProgressLog => Trimmed(ref _progress);

    internal FactLog EffortLog => Trimmed(ref _effort);

    /// <summary>The task's key in the fold that holds it.</summary>
    internal TaskKey Key
    {
        get => _key;
        set => _key = value;
    }

    /// <summary>The batch of the fold that holds it in which it last changed; 0: in none.</summary>
    internal int ChangedIn { get; set; }

    /// <summary>Its place among the tasks that changed in that batch.</summary>
    internal int ChangedAt { get; set; }

    /// <summary>Under which labels the task is counted, and what it adds to the levels there; the default if it does not count.</summary>
    /// <param name="place">Takes it: it is large enough that the processor waits when it is copied just after it was written.</param>
    internal void GetPlace(out TaskPlace place)
    {
        place = default;
        if (!Exists) return;
        if (!_course.HasGoneThrough(_progress.Count, _effort.Count))
        {
            var nobody = default(NoTimeline);
            Continue(ref nobody);
        }

        place.Status = _course.Status ?? "";
        place.Assignee = _membership.Assignee;
        place.Milestone = _membership.Milestone;
        place.Team = _membership.Team;
        _course.GetLevels(out place.Levels);
    }

    /// <summary>How the task stands, derived.</summary>
    /// <exception cref="InvalidOperationException">Nothing was ever stated about the task.</exception>
    public TaskStanding Standing()
    {
        if (_stated.IsEmpty) throw new InvalidOperationException("Nothing is known of the task.");
        var nobody = default(NoTimeline);
        Continue(ref nobody);
        return _course.Standing;
    }

    /// <summary>All changes of the task's life by the hour: what it adds to the history of its project. None if it is deleted.</summary>
    public HistoryChanges Changes()
    {
        var changes = new HistoryChanges();
        if (!Exists) return changes;
        var timeline = new HourlyTimeline(changes);
        new TaskSnapshot(this).Walk(ref timeline);
        return changes;
    }

    /// <summary>
    /// Whether an event only goes on from where the task stands, as nearly all do: it is later than all that was stated, what it states is
    /// retained beside all that is, and the task counts after it, for the same team as before it or for the first time. Then
    /// <see cref="Continue"/> gives all that it changes.
    /// </summary>
    internal bool IsContinuedBy(Event one) =>
        one.Ticks > _stated.Last && one.Task.Type != TaskEventType.Deleted && (_stated.IsEmpty || (Exists && IsKeptInTeam(in one.Task)))
        && _progress.HasRoom(1, Fact.SizeOf(one.EventId, LongestWord)) && _effort.HasRoom(3, Fact.SizeOf(one.EventId, 0));

    private bool IsKeptInTeam(ref readonly TaskStatement task) => !task.States(TaskParts.Team) || task.Team == Team;

    /// <summary>Has the processor fetch what nearly every event touches, while it goes on: tens of thousands of tasks lie scattered in memory.</summary>
    internal unsafe void Fetch()
    {
        if (!Sse.IsSupported) return;
        var first = (byte*)Unsafe.AsPointer(ref _stated);
        for (var line = 0; line < FetchedLines; line++) Sse.Prefetch0(first + (line * CacheLine));
    }

    /// <summary>Whether an event that goes on from where the task stands changes nothing that is counted, as a new title does.</summary>
    internal bool CountsAlikeAfter(Event one) =>
        !_stated.IsEmpty && one.Task.Type == TaskEventType.Updated
        && !one.Task.States(TaskParts.Status | TaskParts.Effort | TaskParts.Assignee | TaskParts.Milestone | TaskParts.Team);

    /// <summary>Goes through the facts that came since the last time, and gives the changes that they make.</summary>
    internal void Continue<TTimeline>(ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        Trimmed(ref _progress);
        Trimmed(ref _effort);
        if (!_course.IsKnown) _course = new TaskCourse(_stated.First);
        _course.Continue(in _progress, _progress.Count, in _effort, _effort.Count, ref timeline);
    }

    /// <summary>Gives the changes that it makes to come to be; the first ones.</summary>
    internal void Create<TTimeline>(ref TTimeline timeline)
        where TTimeline : struct, ITimeline => new TaskCourse(_stated.First).Create(ref timeline);

    /// <summary>Takes in one event about this task.</summary>
    /// <param name="one">An event whose data are about a task, namely this one.</param>
    /// <param name="personId">The person id of a name: always the same for the same name.</param>
    /// <param name="isChanged">Whether the state is another one than before.</param>
    public FoldOutcome Apply(Event one, Func<string, string> personId, out bool isChanged)
    {
        if (!one.IsAboutTask) throw new ArgumentException($"{one.Type} is not about a task", nameof(one));
        var ticks = one.Ticks;
        var stamp = new Stamp(ticks, one.EventId);
        var last = _stated.Last;
        ref readonly var task = ref one.Task;
        var effects = _stated.Include(ticks);
        if (task.States(TaskParts.Status)) effects |= _progress.Add(stamp, (FactKind)task.Category, task.Status, 0);
        if (task.States(TaskParts.Effort)) effects |= StateEffort(stamp, in task);
        if (task.States(TaskParts.Fields & ~(TaskParts.Status | TaskParts.Effort))) effects |= StateFields(stamp, in task, personId);
        switch (task.Type)
        {
            case TaskEventType.Created: effects |= _deleted.Offer(stamp, value: false, ValueOrder.Flags); break;
            case TaskEventType.Deleted: effects |= _deleted.Offer(stamp, value: true, ValueOrder.Flags); break;
            case TaskEventType.Blocked: effects |= StateBlock(stamp, FactKind.Blocked, Label.Cut(task.Reason, LongestReason)); break;
            case TaskEventType.Unblocked: effects |= StateBlock(stamp, FactKind.Unblocked, reason: null); break;
        }

        isChanged = (effects & StatementEffect.Changed) != StatementEffect.None;
        if (task.States(TaskParts.Assignee | TaskParts.Milestone | TaskParts.Team) || task.Type is TaskEventType.Created or TaskEventType.Deleted) _membership = Memberships();

        // The course has gone through the facts in their order, and has to begin anew if some came between them or were or may be dropped.
        if (ticks <= last || _progress.IsOverfull || _effort.IsOverfull) _course = default;
        return FoldOutcomes.Of(effects, ticks < last);
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
        Write(writer, ProgressLog);
        Write(writer, EffortLog);
        return writer.End();
    }

    /// <summary>The state that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="CorruptStateException">The bytes are none.</exception>
    public static TaskState FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes, StateKind.Task, Version);
        var state = new TaskState(new StatedSpan(reader.Epoch(), reader.Time()));
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
        Read(ref reader, ref state._progress, MostProgress, isEffort: false);
        Read(ref reader, ref state._effort, MostEffort, isEffort: true);
        reader.End();
        state._membership = state.Memberships();
        return state;
    }

    /// <summary>
    /// Puts the facts into memory of the fold's, which has room for those of a usual task's life, since what grows bit by bit is what garbage
    /// collections have to move; and holds words by their numbers among these.
    /// </summary>
    internal void Share(StatusWords words, FactMemory facts)
    {
        if (_progress.Count <= UsualProgress && _effort.Count <= UsualEffort)
        {
            var (piece, start) = facts.Take();
            _memory = (piece, start);
            _progress.MoveTo(piece, start, UsualProgress, words);
            _effort.MoveTo(piece, start + UsualProgress, UsualEffort, words);
            return;
        }

        var (progressRoom, effortRoom) = (_progress.Count + 4, _effort.Count + 3);
        var own = new FactLog.Packed[progressRoom + effortRoom];
        _progress.MoveTo(own, 0, progressRoom, words);
        _effort.MoveTo(own, progressRoom, effortRoom, words);
    }

    /// <summary>Gives the fold's memory back, and keeps the facts in its own.</summary>
    internal void Leave(StatusWords words, FactMemory facts)
    {
        if (_memory.Piece is not { } piece) return;
        var own = new FactLog.Packed[_progress.Count + _effort.Count];
        var progressRoom = _progress.Count;
        _progress.MoveTo(own, 0, progressRoom, words);
        _effort.MoveTo(own, progressRoom, own.Length - progressRoom, words);
        facts.Give(piece, _memory.Start);
        _memory = default;
    }

    private Membership Memberships() => new(_deleted.Value, _assignee.Value, _milestone.Value?.Name, _team.Value);

    private ref FactLog Trimmed(ref FactLog log)
    {
        if (log.Trim()) _course = default;
        return ref log;
    }

    private StatementEffect StateFields(in Stamp stamp, ref readonly TaskStatement task, Func<string, string> personId)
    {
        var effects = StatementEffect.None;
        if (task.States(TaskParts.Title)) effects |= _title.Offer(stamp, Label.Cut(task.Title, LongestTitle), ValueOrder.Texts);
        if (task.States(TaskParts.Kind)) effects |= _kind.Offer(stamp, task.Kind, ValueOrder.Texts);
        if (task.States(TaskParts.Priority)) effects |= _priority.Offer(stamp, task.Priority, ValueOrder.Texts);
        if (task.States(TaskParts.Assignee)) effects |= _assignee.Offer(stamp, task.Assignee is { } name ? personId(name) : null, ValueOrder.Texts);
        if (task.States(TaskParts.Team)) effects |= _team.Offer(stamp, task.Team, ValueOrder.Texts);
        if (task.States(TaskParts.Parent)) effects |= _parent.Offer(stamp, task.Parent, ValueOrder.Texts);
        if (task.States(TaskParts.Due)) effects |= _due.Offer(stamp, task.Due, ValueOrder.Dates);
        if (task.States(TaskParts.Milestone)) effects |= _milestone.Offer(stamp, task.Milestone, ValueOrder.Milestones);
        if (task.States(TaskParts.Labels)) effects |= _labels.Offer(stamp, Label.Set(task.Labels, MostLabelBytes), ValueOrder.Labels);
        return effects;
    }

    private StatementEffect StateEffort(in Stamp stamp, ref readonly TaskStatement task)
    {
        var effects = StatementEffect.None;
        if (task.States(TaskParts.Estimate)) effects |= StateEffort(stamp, FactKind.Estimate, task.EstimateHours);
        if (task.States(TaskParts.Remaining)) effects |= StateEffort(stamp, FactKind.Remaining, task.RemainingHours);
        if (task.States(TaskParts.Spent)) effects |= StateEffort(stamp, FactKind.Spent, task.SpentHours);
        return effects;
    }

    private StatementEffect StateEffort(in Stamp stamp, FactKind kind, double? hours) =>
        _effort.Add(stamp, kind, null, hours is { } known ? EffortHours.ToMilliHours(known) : Fact.NotKnown);

    private StatementEffect StateBlock(in Stamp stamp, FactKind kind, string? reason) =>
        _progress.Add(stamp, kind, null, 0) | _blockedReason.Offer(stamp, reason, ValueOrder.Texts);

    private static void Write(StateWriter writer, FactLog facts)
    {
        writer.Number(facts.Count);
        for (var at = 0; at < facts.Count; at++)
        {
            var fact = facts[at];
            writer.Stamp(fact.Stamp);
            writer.Byte((byte)fact.Kind);
            if (fact.IsStatus) writer.Text(fact.Word);
            else if (fact.Kind >= FactKind.Estimate) writer.Number(fact.MilliHours + 1);
        }
    }

    private static void Read(ref StateReader reader, ref FactLog log, int most, bool isEffort)
    {
        for (var count = reader.Count(most + Fact.Channels + 3); count > 0; count--)
        {
            var stamp = reader.Stamp();
            var kind = (FactKind)reader.Byte();
            var fact = kind switch
            {
                <= FactKind.Cancelled when !isEffort => new Fact(stamp, kind, reader.RequiredText(), 0),
                <= FactKind.Blocked when !isEffort => new Fact(stamp, kind, null, 0),
                >= FactKind.Estimate and <= FactKind.Spent when isEffort => new Fact(stamp, kind, null, reader.Count(EffortHours.MostMilliHours + 1) - 1),
                _ => throw new CorruptStateException($"a fact of kind {(int)kind} does not belong there"),
            };
            if (log.Count > 0 && fact <= log[log.Count - 1]) throw new CorruptStateException("the facts are not in order");
            log.Add(fact);
        }
    }

    /// <summary>What the registers say that decide where a task counts: most events need not look at those.</summary>
    private readonly record struct Membership(bool IsDeleted, string? Assignee, string? Milestone, string? Team);
}
