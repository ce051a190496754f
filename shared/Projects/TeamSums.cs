namespace ShitOps.Projects;

/// <summary>
/// Sums over the tasks of many projects by team, kept by adding what each batch changed. At most <see cref="MostTeams"/> teams are kept
/// by name (<see cref="StableSample{T}"/> picks them); the tasks of all others are under <see cref="ProjectSummary.OtherTeams"/>.
/// </summary>
public sealed class TeamSums
{
    /// <summary>How many teams are kept by name: their bytes are below 600 KiB then, mostly below 4.</summary>
    public const int MostTeams = 1024;

    private const byte Version = 1;

    private readonly Breakdown _teams;

    /// <summary>No team yet.</summary>
    public TeamSums()
        : this(new Breakdown(MostTeams, Measures.All))
    {
    }

    private TeamSums(Breakdown teams) => _teams = teams;

    /// <summary>Each team's sum, by the label of its name (empty: tasks without a team), in ordinal order; teams with nothing are left out.</summary>
    public IEnumerable<KeyValuePair<string, Counters>> All
    {
        get
        {
            if (!_teams.Unlabelled.IsZero) yield return KeyValuePair.Create(ProjectSummary.NoTeam, _teams.Unlabelled);
            foreach (var team in _teams.Counted) yield return team;
            if (!_teams.Others.IsZero) yield return KeyValuePair.Create(ProjectSummary.OtherTeams, _teams.Others);
        }
    }

    /// <summary>Adds what changed (<see cref="FoldChanges.Teams"/>).</summary>
    public void Add(IReadOnlyList<KeyValuePair<string, Counters>> changes)
    {
        foreach (var (team, change) in changes)
        {
            if (team.Length > 0 && team != ProjectSummary.OtherTeams) _teams.Admit(team);
            (team == ProjectSummary.OtherTeams ? _teams.Others : _teams.SumOf(team)).Add(change);
        }
    }

    /// <summary>The sums as bytes; equal sums give equal bytes.</summary>
    public byte[] ToBytes(StateWriter writer)
    {
        writer.Begin(StateKind.Teams, Version);
        _teams.Write(writer);
        return writer.End();
    }

    /// <summary>The sums that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="CorruptStateException">The bytes are none.</exception>
    public static TeamSums FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes, StateKind.Teams, Version);
        var sums = new TeamSums(Breakdown.Read(ref reader, MostTeams, Measures.All));
        reader.End();
        return sums;
    }
}
