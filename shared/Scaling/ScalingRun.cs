namespace ShitOps.Scaling;

/// <summary>What came of a load, second by second.</summary>
/// <param name="Instances">How many ran, those that were starting included.</param>
/// <param name="BehindSeconds">The age of the oldest record that was not processed, over all partitions; 0: none waited.</param>
/// <param name="Lag">Records that were not processed.</param>
public sealed record ScalingRun(IReadOnlyList<int> Instances, IReadOnlyList<double> BehindSeconds, IReadOnlyList<double> Lag)
{
    /// <summary>What is paid for.</summary>
    public double InstanceHours => Instances.Sum() / 3600.0;

    /// <summary>How often the number changed; each time all consumers pause.</summary>
    public int Changes => Moves().Count();

    /// <summary>Flapping: how often instances were added after some had been taken away, or the other way about.</summary>
    public int Turns => Moves().Pairwise().Count(pair => pair.Before != pair.After);

    /// <summary>The age that the oldest waiting record does not exceed in this share of the seconds.</summary>
    /// <param name="share">Above 0, up to 1.</param>
    public double BehindQuantile(double share)
    {
        var sorted = BehindSeconds.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>How long after a second the oldest waiting record is first at most so old, and stays so for a minute; null: never.</summary>
    /// <param name="from">The second, from 0.</param>
    /// <param name="behind">How old.</param>
    public int? SecondsUntil(int from, double behind)
    {
        for (int second = from, calm = 0; second < BehindSeconds.Count; second++)
        {
            calm = BehindSeconds[second] <= behind ? calm + 1 : 0;
            if (calm == 60) return second - 59 - from;
        }

        return null;
    }

    /// <summary>The sign of each change.</summary>
    private IEnumerable<int> Moves() => Instances.Pairwise().Select(pair => Math.Sign(pair.After - pair.Before)).Where(sign => sign != 0);
}

/// <summary>Neighbours in a sequence.</summary>
internal static class Neighbours
{
    public static IEnumerable<(T Before, T After)> Pairwise<T>(this IEnumerable<T> sequence) => sequence.Zip(sequence.Skip(1));
}
