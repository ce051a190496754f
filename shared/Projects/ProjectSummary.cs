namespace ShitOps.Projects;

/// <summary>
/// The sums over a project's tasks. Each is a sum of a function of the task's state alone, so when a task changes, its new part is added
/// and its old one subtracted (<see cref="Replace"/>), and the summary is what it would be if all tasks were added up anew.
/// </summary>
public sealed class ProjectSummary
{
    /// <summary>The label of tasks that have no team, neither their own nor the project's.</summary>
    public const string NoTeam = "";

    /// <summary>The team under which <see cref="TeamSums"/> has the tasks of teams beyond those that are counted one by one.</summary>
    public const string OtherTeams = "(others, beyond the number that is counted by name)";

    private const byte Version = 1;
    private const int MostStatuses = 128;
    private const int MostAssignees = 1024;
    private const int MostTeams = 64;
    private const int MostMilestones = 512;

    private readonly Counters _delta = new();
    private readonly Counters _before = new(Measures.Levels);
    private readonly Counters _after = new(Measures.Levels);

    /// <summary>All tasks: levels, counts, effort, distributions.</summary>
    public Counters Totals { get; private init; } = new();

    /// <summary>Levels by the tracker's word; unlabelled are tasks of which no status was ever stated.</summary>
    public Breakdown Statuses { get; private init; } = new(MostStatuses, Measures.Levels);

    /// <summary>Levels by the person id of who has the task; tasks that nobody has are left out.</summary>
    public Breakdown Assignees { get; private init; } = new(MostAssignees, Measures.Levels);

    /// <summary>Levels by the name of the milestone, sprint or version; tasks without one are left out.</summary>
    public Breakdown Milestones { get; private init; } = new(MostMilestones, Measures.Levels);

    /// <summary>All measures by the task's own team; unlabelled are tasks that have none, and so are the project's team's.</summary>
    public Breakdown Teams { get; private init; } = new(MostTeams, Measures.All);

    /// <summary>What the project adds to the sums of teams: all tasks by the team they belong to, their own or else the project's.</summary>
    /// <param name="projectTeam">The project's team; null: none, then its tasks without a team are under <see cref="NoTeam"/>.</param>
    public Dictionary<string, Counters> TeamSums(string? projectTeam)
    {
        var sums = new Dictionary<string, Counters>(StringComparer.Ordinal);
        if (!Teams.Unlabelled.IsZero) Add(Label.Of(projectTeam ?? NoTeam), Teams.Unlabelled);
        foreach (var (team, counters) in Teams.Counted) Add(team, counters);
        if (!Teams.Others.IsZero) Add(OtherTeams, Teams.Others);
        return sums;

        void Add(string team, Counters counters)
        {
            if (sums.TryGetValue(team, out var sum)) sum.Add(counters);
            else sums.Add(team, counters.Copy());
        }
    }

    /// <summary>The summary as bytes; equal summaries give equal bytes. Never more than 200 KiB, mostly less than 4.</summary>
    public byte[] ToBytes(StateWriter writer)
    {
        writer.Begin(StateKind.Summary, Version);
        Totals.Write(writer);
        Statuses.Write(writer);
        Assignees.Write(writer);
        Milestones.Write(writer);
        Teams.Write(writer);
        return writer.End();
    }

    /// <summary>The summary that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="CorruptStateException">The bytes are none.</exception>
    public static ProjectSummary FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes, StateKind.Summary, Version);
        var summary = new ProjectSummary
        {
            Totals = Counters.Read(ref reader),
            Statuses = Breakdown.Read(ref reader, MostStatuses, Measures.Levels),
            Assignees = Breakdown.Read(ref reader, MostAssignees, Measures.Levels),
            Milestones = Breakdown.Read(ref reader, MostMilestones, Measures.Levels),
            Teams = Breakdown.Read(ref reader, MostTeams, Measures.All),
        };
        reader.End();
        return summary;
    }

    /// <summary>Subtracts what a task contributed, adds what it contributes now, and notes the difference in history.</summary>
    internal void Replace(in TaskSnapshot before, in TaskSnapshot after, HistoryChanges history)
    {
        if (!before.Exists && !after.Exists) return;

        // What both have in common from the start would be subtracted and added again.
        var isAnother = before.Exists != after.Exists || before.FirstTicks != after.FirstTicks;
        var progressFrom = isAnother ? 0 : after.Progress.CommonWith(before.Progress);
        var effortFrom = isAnother ? 0 : after.Effort.CommonWith(before.Effort);
        _delta.Clear();
        var stood = Walk(before, -1, history, _before);
        var stands = Walk(after, 1, history, _after);
        Totals.Add(_delta);

        Move(Statuses, before.Exists ? stood.Status ?? "" : null, after.Exists ? stands.Status ?? "" : null);
        Move(Assignees, before.Exists ? before.Assignee : null, after.Exists ? after.Assignee : null);
        Move(Milestones, before.Exists ? before.Milestone : null, after.Exists ? after.Milestone : null);
        MoveTeam(before, after);

        TaskStanding Walk(in TaskSnapshot task, int sign, HistoryChanges changes, Counters levels)
        {
            levels.Clear();
            if (!task.Exists) return default;
            var timeline = new SummedTimeline(_delta, changes, sign);
            var standing = TaskTimeline.Walk(task.FirstTicks, task.Progress.Facts, task.Effort.Facts, progressFrom, effortFrom, isAnother, ref timeline);
            levels.Add(Measures.Of(standing.Category), 1);
            if (standing.IsBlocked) levels.Add(Measure.Blocked, 1);
            levels.Add(Measure.EstimateMilliHours, standing.EstimateMilliHours ?? 0);
            levels.Add(Measure.RemainingMilliHours, standing.RemainingMilliHours ?? 0);
            levels.Add(Measure.SpentMilliHours, standing.SpentMilliHours ?? 0);
            return standing;
        }
    }

    private void Move(Breakdown breakdown, string? from, string? to)
    {
        if (from is not null) breakdown.Add(from, _before, -1);
        if (to is not null) breakdown.Add(to, _after, 1);
    }

    private void MoveTeam(in TaskSnapshot before, in TaskSnapshot after)
    {
        var (from, to) = (before.Team ?? "", after.Team ?? "");
        if (from == to || !before.Exists || !after.Exists)
        {
            Teams.Add(after.Exists ? to : from, _delta, 1);
            return;
        }

        Teams.Add(from, Contribution(before), -1);
        Teams.Add(to, Contribution(after), 1);
    }

    /// <summary>All that a task contributes to the totals.</summary>
    internal static Counters Contribution(in TaskSnapshot task)
    {
        var contribution = new Counters();
        if (!task.Exists) return contribution;
        var timeline = new SummedTimeline(contribution, history: null, sign: 1);
        TaskTimeline.Walk(task.FirstTicks, task.Progress.Facts, task.Effort.Facts, 0, 0, emitCreation: true, ref timeline);
        return contribution;
    }

    /// <summary>Adds up the changes over all time, and by the hour.</summary>
    private readonly struct SummedTimeline(Counters sum, HistoryChanges? history, int sign) : ITimeline
    {
        public void Change(long ticks, Measure measure, long amount)
        {
            sum.Add(measure, sign * amount);
            history?.Add(ticks, measure, sign * amount);
        }

        public void Change(long ticks, string status, long amount) => history?.Add(ticks, status, sign * amount);
    }
}
