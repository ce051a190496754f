namespace ShitOps.Cli.Import.Jira;

/// <summary>
/// Puts the statuses that an issue was in into the order in which it went through them. How often it was in each is known, and that
/// it never goes from a status to itself; of the orders that are left, the one is taken that goes against the workflow least:
/// begin at the beginning, move forward, reopen only what was resolved, end where the issue is.
/// </summary>
internal sealed class StatusPath
{
    /// <summary>Combinations of (visits left, status) that the search may try; past this each status counts as visited once.</summary>
    private const double MostCombinations = 50_000;

    private const int CostOfStaying = 1000;

    private readonly IReadOnlyList<WorkflowStep> _steps;
    private readonly long[] _units;
    private readonly int[] _visits;
    private readonly Dictionary<(long Left, int At), (int Cost, int Next)> _best = [];

    private StatusPath(IReadOnlyList<WorkflowStep> steps, int[] visits)
    {
        _steps = steps;
        _visits = visits;
        _units = new long[visits.Length + 1];
        _units[0] = 1;
        for (var i = 0; i < visits.Length; i++) _units[i + 1] = _units[i] * (visits[i] + 1);
    }

    /// <summary>The statuses in order, as indices into <paramref name="steps"/>; the same whatever order they come in.</summary>
    public static IReadOnlyList<int> Order(IReadOnlyList<WorkflowStep> steps)
    {
        var counts = steps.Select(step => step.Visits).ToArray();
        if (Combinations(counts) > MostCombinations) Array.Fill(counts, 1);
        if (Combinations(counts) > MostCombinations) return [.. Enumerable.Range(0, steps.Count).OrderBy(i => steps[i].Place).ThenBy(i => steps[i].Name, StringComparer.Ordinal)];
        return new StatusPath(steps, counts).Cheapest();
    }

    private static double Combinations(int[] counts) => counts.Aggregate((double)counts.Length, (product, count) => product * (count + 1.0));

    private List<int> Cheapest()
    {
        List<int> path = [];
        var left = _units[^1] - 1;
        for (var next = Search(left, -1).Next; next >= 0; next = Search(left, next).Next)
        {
            path.Add(next);
            left -= _units[next];
        }

        return path;
    }

    /// <summary>The cheapest way to the end.</summary>
    /// <param name="left">How often each status has still to be visited, packed into one number.</param>
    /// <param name="at">The status that the issue is in; −1: it is about to be created.</param>
    private (int Cost, int Next) Search(long left, int at)
    {
        if (left == 0) return (_steps[at].CostOfEnding, -1);
        if (_best.TryGetValue((left, at), out var known)) return known;
        var found = (Cost: int.MaxValue, Next: -1);
        for (var next = 0; next < _steps.Count; next++)
        {
            if (left / _units[next] % (_visits[next] + 1) == 0) continue;
            var move = at < 0 ? _steps[next].CostOfBeginning : at == next ? CostOfStaying : _steps[at].CostOfMovingTo(_steps[next]);
            var cost = move + Search(left - _units[next], next).Cost;
            if (cost < found.Cost || (cost == found.Cost && _steps[next].ComesBefore(_steps[found.Next]))) found = (cost, next);
        }

        return _best[(left, at)] = found;
    }
}
