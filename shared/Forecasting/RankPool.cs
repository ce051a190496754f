namespace ShitOps.Forecasting;

/// <summary>
/// Where in their forecasts the outcomes of many projects lay: counts of ranks in twenty equal parts of 0 to 1. It stands in for a project's
/// own past as long as that is short.
/// </summary>
/// <param name="Counts">The counts, or none at all.</param>
public sealed record RankPool(IReadOnlyList<int> Counts)
{
    private const int Parts = 20;
    private const double FewRanks = 50;
    private const double MostTrust = 0.5;

    /// <summary>Nothing is known of other projects.</summary>
    public static RankPool None { get; } = new([]);

    /// <summary>A pool of ranks.</summary>
    public static RankPool Of(IEnumerable<double> ranks)
    {
        var counts = new int[Parts];
        foreach (var rank in ranks) counts[PartOf(rank)]++;
        return counts.Any(count => count > 0) ? new RankPool(counts) : None;
    }

    /// <summary>What is left without some of the ranks that it was made of.</summary>
    public RankPool Without(IEnumerable<double> ranks)
    {
        if (Counts.Count == 0) return this;
        int[] counts = [.. Counts];
        foreach (var rank in ranks) counts[PartOf(rank)] = Math.Max(0, counts[PartOf(rank)] - 1);
        return counts.Any(count => count > 0) ? new RankPool(counts) : None;
    }

    /// <summary>How probable a rank below a level is, before anything is known of the project: between uniform and what the pool says.</summary>
    public double Below(double level)
    {
        if (Counts.Count == 0) return level;
        var total = 0;
        foreach (var count in Counts) total += count;
        var (at, below) = (Math.Min(Parts - 1, (int)(level * Parts)), 0.0);
        for (var i = 0; i < at; i++) below += Counts[i];
        below += Counts[at] * ((level * Parts) - at);
        var trust = MostTrust * total / (total + FewRanks);
        return ((1 - trust) * level) + (trust * below / total);
    }

    private static int PartOf(double rank) => Math.Clamp((int)(rank * Parts), 0, Parts - 1);
}
