namespace ShitOps.Projects;

/// <summary>What a batch of events changed in the sums of tasks, by the tasks' own teams.</summary>
internal sealed class TeamChanges
{
    private readonly Dictionary<string, Counters> _byTeam = new(StringComparer.Ordinal);
    private readonly Stack<Counters> _unused = new();
    private string? _lastTeam;
    private Counters? _last;

    /// <summary>The changes by the name of the team; the empty one has those of the tasks that have none of their own.</summary>
    public IReadOnlyDictionary<string, Counters> ByTeam => _byTeam;

    /// <summary>The changes of a team's tasks, to be added to.</summary>
    /// <param name="team">Null: of the tasks that have none of their own.</param>
    public Counters Of(string? team)
    {
        team ??= ProjectSummary.NoTeam;
        if (ReferenceEquals(team, _lastTeam)) return _last!;
        _lastTeam = team;
        if (_byTeam.TryGetValue(team, out _last)) return _last;
        return _byTeam[team] = _last = _unused.TryPop(out var zero) ? zero : new Counters();
    }

    /// <summary>Nothing has changed; the counters that were given are used again.</summary>
    public void Clear()
    {
        foreach (var sum in _byTeam.Values)
        {
            sum.Clear();
            _unused.Push(sum);
        }

        _byTeam.Clear();
        (_lastTeam, _last) = (null, null);
    }
}
