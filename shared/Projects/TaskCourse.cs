using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>Takes the changes that a task makes over time.</summary>
internal interface ITimeline
{
    /// <summary>At a time a measure changes by so much.</summary>
    void Change(long ticks, Measure measure, long amount);

    /// <summary>At a time the number of tasks in a status changes by so much.</summary>
    void Change(long ticks, string status, long amount);
}

/// <summary>Nobody is interested.</summary>
internal readonly struct NoTimeline : ITimeline
{
    public void Change(long ticks, Measure measure, long amount) { }

    public void Change(long ticks, string status, long amount) { }
}

/// <summary>Adds the changes up by the hour.</summary>
internal readonly struct HourlyTimeline(HistoryChanges history) : ITimeline
{
    public void Change(long ticks, Measure measure, long amount) => history.Add(ticks, measure, amount);

    public void Change(long ticks, string status, long amount) => history.Add(ticks, status, amount);
}

/// <summary>
/// Where the life of a task has got to, fact by fact, and the changes of measures that each fact makes. This is the one place that says what
/// a task contributes: its changes by the hour are history, and their sum is its part of the project's totals, so that the two cannot
/// disagree. The default is no course at all.
/// </summary>
internal struct TaskCourse
{
    private readonly long _created;
    private long _since;
    private long _started = -1;
    private long _blockedSince = -1;
    private long _blocked;
    private int _reopened;
    private int _estimate = Fact.NotKnown;
    private int _remaining = Fact.NotKnown;
    private int _spent = Fact.NotKnown;
    private StatusCategory _category;
    private bool _isFlagged;

    /// <summary>The course of a task without facts.</summary>
    /// <param name="created">When the task came to be; not after any fact.</param>
    public TaskCourse(long created) => (_created, _since, IsKnown) = (created, created, true);

    /// <summary>Whether it is one.</summary>
    public bool IsKnown { get; }

    /// <summary>The facts about status and blocks that it has gone through.</summary>
    public ushort ProgressFacts { get; private set; }

    /// <summary>The facts about effort that it has gone through.</summary>
    public ushort EffortFacts { get; private set; }

    /// <summary>Whether it has got to the end of so many facts.</summary>
    public readonly bool HasGoneThrough(int progress, int effort) => IsKnown && ProgressFacts == progress && EffortFacts == effort;

    /// <summary>The tracker's word; null as long as no status was stated.</summary>
    public string? Status { get; private set; }

    /// <summary>How the task stands here.</summary>
    public readonly TaskStanding Standing => new()
    {
        Status = Status,
        Category = _category,
        Reopened = _reopened,
        BlockedBefore = new TimeSpan(_blocked),
        CreatedTicks = _created,
        SinceTicks = _since,
        StartedTicks = _started,
        BlockedSinceTicks = _blockedSince,
        Estimate = _estimate,
        Remaining = _remaining,
        Spent = _spent,
    };

    /// <summary>What it adds to the levels here.</summary>
    public readonly void GetLevels(out TaskLevels levels)
    {
        levels.Category = _category;
        levels.IsBlocked = _blockedSince >= 0;
        levels.EstimateMilliHours = Math.Max(0, _estimate);
        levels.RemainingMilliHours = Math.Max(0, _remaining);
        levels.SpentMilliHours = Math.Max(0, _spent);
    }

    /// <summary>Gives the changes of the creation.</summary>
    public readonly void Create<TTimeline>(ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        timeline.Change(_created, Measure.Created, 1);
        timeline.Change(_created, Measure.Todo, 1);
        timeline.Change(_created, "", 1);
    }

    /// <summary>Goes on through the facts that it has not yet gone through, and gives the changes that they make.</summary>
    /// <param name="progress">The facts about status and blocks.</param>
    /// <param name="progressEnd">How many of them, from the first on, are to be gone through in all.</param>
    /// <param name="effort">The facts about effort.</param>
    /// <param name="effortEnd">Likewise.</param>
    /// <param name="timeline">Takes the changes.</param>
    public void Continue<TTimeline>(ref readonly FactLog progress, int progressEnd, ref readonly FactLog effort, int effortEnd, ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        for (; ProgressFacts < progressEnd; ProgressFacts++)
        {
            ref readonly var fact = ref progress.PackedAt(ProgressFacts);
            if (fact.IsStatus) Become(in fact, progress.WordOf(in fact)!, ref timeline);
            else _isFlagged = fact.Kind == FactKind.Blocked;
            Wait(fact.Ticks, ref timeline);
        }

        for (; EffortFacts < effortEnd; EffortFacts++) Spend(in effort.PackedAt(EffortFacts), ref timeline);
    }

    private void Become<TTimeline>(ref readonly FactLog.Packed fact, string word, ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        var at = fact.Ticks;
        if (!string.Equals(word, Status, StringComparison.Ordinal))
        {
            timeline.Change(at, Status ?? "", -1);
            timeline.Change(at, word, 1);
        }

        Status = word;
        if (_started < 0 && fact.IsBegun) _started = at;
        var next = (StatusCategory)fact.Kind;
        if (next == _category) return;

        timeline.Change(at, Measures.Of(_category), -1);
        timeline.Change(at, Measures.Of(next), 1);
        timeline.Change(at, Measures.Of(_category, next), 1);
        if (_category >= StatusCategory.Done && next < StatusCategory.Done)
        {
            _reopened++;
            timeline.Change(at, Measure.Reopened, 1);
        }

        if (next == StatusCategory.Done) Complete(at, ref timeline);
        if (next == StatusCategory.Cancelled) timeline.Change(at, Measure.Dropped, 1);
        (_category, _since) = (next, at);
    }

    private readonly void Complete<TTimeline>(long at, ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        timeline.Change(at, Measure.Completed, 1);
        var lead = new TimeSpan(at - _created);
        timeline.Change(at, Measure.LeadBuckets + DurationBuckets.IndexOf(lead), 1);
        timeline.Change(at, Measure.LeadMilliseconds, lead.Ticks / TimeSpan.TicksPerMillisecond);
        if (_started < 0) return;
        var cycle = new TimeSpan(at - _started);
        timeline.Change(at, Measure.CycleBuckets + DurationBuckets.IndexOf(cycle), 1);
        timeline.Change(at, Measure.CycleMilliseconds, cycle.Ticks / TimeSpan.TicksPerMillisecond);
    }

    private void Wait<TTimeline>(long at, ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        var waits = _category == StatusCategory.Blocked || (_isFlagged && _category < StatusCategory.Done);
        if (waits == _blockedSince >= 0) return;
        timeline.Change(at, Measure.Blocked, waits ? 1 : -1);
        if (!waits) _blocked += at - _blockedSince;
        _blockedSince = waits ? at : -1;
    }

    private void Spend<TTimeline>(ref readonly FactLog.Packed fact, ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        var before = fact.Kind switch
        {
            FactKind.Remaining => Replace(ref _remaining, fact.Value),
            FactKind.Spent => Replace(ref _spent, fact.Value),
            _ => Replace(ref _estimate, fact.Value),
        };
        var change = Math.Max(0, fact.Value) - Math.Max(0, before);
        if (change != 0) timeline.Change(fact.Ticks, Measure.EstimateMilliHours + (fact.Kind - FactKind.Estimate), change);

        static int Replace(ref int known, int stated)
        {
            var before = known;
            known = stated;
            return before;
        }
    }
}

/// <summary>What a task adds to the levels.</summary>
internal struct TaskLevels
{
    public StatusCategory Category;
    public bool IsBlocked;
    public int EstimateMilliHours;
    public int RemainingMilliHours;
    public int SpentMilliHours;

    /// <summary>Whether both are the same.</summary>
    public static bool AreSame(ref readonly TaskLevels one, ref readonly TaskLevels other) =>
        one.Category == other.Category && one.IsBlocked == other.IsBlocked
        && one.EstimateMilliHours == other.EstimateMilliHours && one.RemainingMilliHours == other.RemainingMilliHours && one.SpentMilliHours == other.SpentMilliHours;

    /// <summary>Adds it, or with sign −1 subtracts it.</summary>
    public readonly void AddTo(Counters levels, int sign)
    {
        levels.Add(Measures.Of(Category), sign);
        if (IsBlocked) levels.Add(Measure.Blocked, sign);
        if (EstimateMilliHours > 0) levels.Add(Measure.EstimateMilliHours, sign * EstimateMilliHours);
        if (RemainingMilliHours > 0) levels.Add(Measure.RemainingMilliHours, sign * RemainingMilliHours);
        if (SpentMilliHours > 0) levels.Add(Measure.SpentMilliHours, sign * SpentMilliHours);
    }

    /// <summary>Adds it in the place of what was added before.</summary>
    public readonly void Replace(ref readonly TaskLevels before, Counters levels)
    {
        if (Category != before.Category)
        {
            levels.Add(Measures.Of(before.Category), -1);
            levels.Add(Measures.Of(Category), 1);
        }

        if (IsBlocked != before.IsBlocked) levels.Add(Measure.Blocked, IsBlocked ? 1 : -1);
        if (EstimateMilliHours != before.EstimateMilliHours) levels.Add(Measure.EstimateMilliHours, EstimateMilliHours - before.EstimateMilliHours);
        if (RemainingMilliHours != before.RemainingMilliHours) levels.Add(Measure.RemainingMilliHours, RemainingMilliHours - before.RemainingMilliHours);
        if (SpentMilliHours != before.SpentMilliHours) levels.Add(Measure.SpentMilliHours, SpentMilliHours - before.SpentMilliHours);
    }
}
