namespace ShitOps.Projects;

/// <summary>
/// The sums over a project's tasks. Each is a sum of a function of the task's state alone, so when a task changes, its new part is added
/// and its old one subtracted, and the summary is what it would be if all tasks were added up anew.
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

    /// <summary>The label under which the sums of teams have a team; another one than its name if that is long.</summary>
    public static string TeamLabel(string team) => Label.Of(team);

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

    /// <summary>What changes of teams, which have all been admitted, add to the sums of teams.</summary>
    /// <param name="changes">The changes by the tasks' own teams.</param>
    /// <param name="projectTeam">The project's team; null: none.</param>
    internal List<KeyValuePair<string, Counters>> ChangesOfTeams(TeamChanges changes, string? projectTeam)
    {
        var sums = new List<KeyValuePair<string, Counters>>();
        foreach (var (team, change) in changes.ByTeam)
        {
            if (change.IsZero) continue;
            var name = team.Length == 0 ? Label.Of(projectTeam ?? NoTeam) : Teams.IsCounted(team) ? Label.Of(team) : OtherTeams;
            if (sums.Find(sum => sum.Key == name).Value is { } sum) sum.Add(change);
            else sums.Add(KeyValuePair.Create(name, change));
        }

        return sums;
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

    /// <summary>Counts a task that was counted as it was as it is now.</summary>
    /// <param name="before">The task as it was counted.</param>
    /// <param name="after">The task now.</param>
    /// <param name="teams">Takes the difference for <see cref="Settle"/>.</param>
    /// <param name="history">Takes the difference by the hour.</param>
    internal void Replace(TaskSnapshot before, TaskSnapshot after, TeamChanges teams, HistoryChanges history)
    {
        var (old, now) = (before.Place, after.Place);
        var moves = old.IsCounted && now.IsCounted && old.Team != now.Team;
        var team = moves ? null : teams.Of(now.IsCounted ? now.Team : old.Team);
        var (subtracted, added) = (new SummedTimeline(team, history, -1), new SummedTimeline(team, history, 1));
        before.Compare(after, ref subtracted, ref added);
        Move(in old, in now);
        if (!moves) return;

        // To another team goes all that the task ever contributed.
        var (left, joined) = (new SummedTimeline(teams.Of(old.Team), history: null, -1), new SummedTimeline(teams.Of(now.Team), history: null, 1));
        before.Walk(ref left);
        after.Walk(ref joined);
    }

    /// <summary>Counts a task on from where it was counted, if it was, to where its facts have got to; its team is the one that it was.</summary>
    /// <param name="task">The task.</param>
    /// <param name="before">Its place when it was counted; the default if it was not.</param>
    /// <param name="teams">Takes the difference for <see cref="Settle"/>.</param>
    /// <param name="history">Takes the difference by the hour.</param>
    internal void Continue(TaskState task, ref readonly TaskPlace before, TeamChanges teams, HistoryChanges history)
    {
        var timeline = new SummedTimeline(teams.Of(task.Team), history, 1);
        if (!before.IsCounted) task.Create(ref timeline);
        task.Continue(ref timeline);
        task.GetPlace(out var now);
        Move(in before, in now);
    }

    /// <summary>Adds what the tasks of teams changed to the totals and to the teams' sums.</summary>
    internal void Settle(TeamChanges changes)
    {
        foreach (var (team, change) in changes.ByTeam)
        {
            Totals.Add(change);
            Teams.SumOf(team).Add(change);
        }
    }

    private void Move(ref readonly TaskPlace old, ref readonly TaskPlace now)
    {
        var isSame = TaskLevels.AreSame(in old.Levels, in now.Levels);
        Move(Statuses, old.Status, now.Status, isSame, in old.Levels, in now.Levels);
        Move(Assignees, old.Assignee, now.Assignee, isSame, in old.Levels, in now.Levels);
        Move(Milestones, old.Milestone, now.Milestone, isSame, in old.Levels, in now.Levels);
    }

    private static void Move(Breakdown breakdown, string? old, string? now, bool isSame, ref readonly TaskLevels less, ref readonly TaskLevels more)
    {
        if (old == now)
        {
            if (!isSame && now is not null) more.Replace(in less, breakdown.SumOf(now));
            return;
        }

        if (old is not null) less.AddTo(breakdown.SumOf(old), -1);
        if (now is not null) more.AddTo(breakdown.SumOf(now), 1);
    }

    /// <summary>Adds up the changes over all time, and by the hour.</summary>
    private readonly struct SummedTimeline(Counters? sum, HistoryChanges? history, int sign) : ITimeline
    {
        public void Change(long ticks, Measure measure, long amount)
        {
            sum?.Add(measure, sign * amount);
            history?.Add(ticks, measure, sign * amount);
        }

        public void Change(long ticks, string status, long amount) => history?.Add(ticks, status, sign * amount);
    }
}
