using ShitOps.Local.Simulator;

namespace ShitOps.Bench.Scaling;

/// <summary>How the events of the simulated organisation spread over one of its working days, and the bursts that come on top.</summary>
internal static class DayOfEvents
{
    /// <summary>A burst is ten times the day's mean on top of what comes anyway.</summary>
    public const int Burst = 10;

    /// <summary>How long a burst is.</summary>
    public const int BurstSeconds = 300;

    /// <summary>Seconds in the day.</summary>
    public const int Seconds = 86_400;

    private const int Bin = 300;

    /// <summary>The mean over a day of five minutes' worth is 1. A Wednesday of 1,000 teams, seed 1, after a fortnight.</summary>
    public static double[] Shape()
    {
        var start = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        var day = start.AddDays(16);
        var organisation = new Organisation(seed: 1, teams: 1000, start);
        var counts = new double[Seconds / Bin];
        for (var sending = organisation.Next(); sending.At < day.AddDays(1); sending = organisation.Next())
            if (sending.At >= day) counts[(int)(sending.At - day).TotalSeconds / Bin]++;
        var mean = counts.Average();
        return [.. counts.Select(count => count / mean)];
    }

    /// <summary>When bursts begin: in the emptiest and in the fullest five minutes.</summary>
    public static int[] Bursts(double[] shape) => [.. new[] { Array.IndexOf(shape, shape.Min()), Array.IndexOf(shape, shape.Max()) }.Order().Select(bin => bin * Bin)];

    /// <summary>Events in each second of the day.</summary>
    /// <param name="shape">Of the day.</param>
    /// <param name="mean">Events a second over the day, without the bursts.</param>
    public static double[] Arrivals(double[] shape, double mean)
    {
        var arrivals = new double[Seconds];
        for (var second = 0; second < Seconds; second++) arrivals[second] = mean * shape[second / Bin];
        foreach (var burst in Bursts(shape))
            for (var second = burst; second < Math.Min(Seconds, burst + BurstSeconds); second++) arrivals[second] += Burst * mean;
        return arrivals;
    }

    /// <summary>
    /// The share of each partition, if each thousand events a second is an organisation like W1: 200 projects of Zipf sizes, of which the largest has a
    /// sixth. A project lies in one partition, by a hash, here drawn with a seed.
    /// </summary>
    public static double[] Shares(int partitions, double mean)
    {
        const int projects = 200;
        var organisations = Math.Max(1, (int)Math.Round(mean / 1000));
        var random = new Random(1);
        var shares = new double[partitions];
        var whole = Enumerable.Range(1, projects).Sum(rank => 1.0 / rank) * organisations;
        for (var organisation = 0; organisation < organisations; organisation++)
            for (var rank = 1; rank <= projects; rank++) shares[random.Next(partitions)] += 1 / (rank * whole);
        return shares;
    }
}
