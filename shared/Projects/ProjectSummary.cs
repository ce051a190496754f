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

    /// <summary>How much the levels of the task at hand change; kept to be reused.</summary>
    private readonly Counters _levels = new(Measures.Levels);

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

    /// <summary>The summary as bytes; equal summaries give equal bytes. Mostly less than 4 KiB and never more than 256: cut them where a property holds 64.</summary>
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
    /// <param name="before">The task when it was last settled.</param>
    /// <param name="after">The task now; knows how it stands when this returns.</param>
    /// <param name="history">Takes the difference.</param>
    internal void Replace(TaskSnapshot before, TaskSnapshot after, HistoryChanges history)
    {
        // What both have in common from the start would be subtracted and added again.
        var isAnother = before.Exists != after.Exists || before.FirstTicks != after.FirstTicks;
        var from = isAnother ? default : after.Since(before);
        var team = before.Exists && after.Exists && before.Team != after.Team ? null : Teams.SumOf((after.Exists ? after.Team : before.Team) ?? "");
        _levels.Clear();
        if (before.Exists && (isAnother || !before.EndsAt(from))) Walk(before, -1);
        if (after.Exists) Walk(after, 1);

        Move(Statuses, before.Exists ? before.Standing.Status ?? "" : null, after.Exists ? after.Standing.Status ?? "" : null);
        Move(Assignees, before.Exists ? before.Assignee : null, after.Exists ? after.Assignee : null);
        Move(Milestones, before.Exists ? before.Milestone : null, after.Exists ? after.Milestone : null);
        if (team is null)
        {
            Teams.SumOf(before.Team ?? "").Add(Contribution(before), -1);
            Teams.SumOf(after.Team ?? "").Add(Contribution(after));
        }

        void Walk(TaskSnapshot task, int sign)
        {
            var timeline = new SummedTimeline(Totals, team, _levels, history, sign);
            task.Walk(from, isAnother, ref timeline);
        }

        void Move(Breakdown breakdown, string? old, string? now)
        {
            if (old == now)
            {
                if (now is not null && !_levels.IsZero) breakdown.SumOf(now).Add(_levels);
                return;
            }

            if (old is not null) before.Standing.AddLevels(breakdown.SumOf(old), -1);
            if (now is not null) after.Standing.AddLevels(breakdown.SumOf(now), 1);
        }
    }

    /// <summary>All that a task contributes to the totals: a pure function of its state.</summary>
    public static Counters Contribution(TaskState task) => Contribution(TaskSnapshot.Of(task));

    private static Counters Contribution(TaskSnapshot task)
    {
        var contribution = new Counters();
        if (!task.Exists) return contribution;
        var timeline = new SummedTimeline(contribution, team: null, levels: null, history: null, sign: 1);
        task.Walk(default, emitCreation: true, ref timeline);
        return contribution;
    }

    /// <summary>Adds up the changes over all time, and by the hour.</summary>
    private readonly struct SummedTimeline(Counters totals, Counters? team, Counters? levels, HistoryChanges? history, int sign) : ITimeline
    {
        public void Change(long ticks, Measure measure, long amount)
        {
            totals.Add(measure, sign * amount);
            team?.Add(measure, sign * amount);
            levels?.Add(measure, sign * amount);
            history?.Add(ticks, measure, sign * amount);
        }

        public void Change(long ticks, string status, long amount) => history?.Add(ticks, status, sign * amount);
    }
}
