namespace ShitOps.Forecasting;

/// <summary>
/// How long tasks stayed open from when they took on a status: the estimate of Kaplan and Meier (JASA 53, 1958), so that those that are still
/// open count for what they tell. At each end the number at risk counts as one more, which keeps odds off 0 and 1 where little is known.
/// </summary>
public sealed class StayTimes
{
    /// <summary>With fewer tasks at risk nothing is said.</summary>
    public const int FewestAtRisk = 10;

    private readonly double[] _hours;
    private readonly double[] _ends;
    private readonly double[] _kept;

    /// <summary>An estimate from stays.</summary>
    /// <param name="stays">Hours until the task was closed; −1 − hours of one that was still open after them.</param>
    public StayTimes(IEnumerable<int> stays)
    {
        var all = stays.Select(stay => (Hours: (double)(stay < 0 ? -1 - stay : stay), IsOver: stay >= 0)).OrderBy(stay => stay.Hours).ToArray();
        _hours = [.. all.Select(stay => stay.Hours)];
        List<double> ends = [];
        List<double> kept = [];
        var open = 1.0;
        for (var i = 0; i < all.Length;)
        {
            var (atRisk, over, hours) = (all.Length - i, 0, all[i].Hours);
            for (; i < all.Length && all[i].Hours == hours; i++)
                if (all[i].IsOver) over++;
            if (over == 0) continue;
            open *= 1 - (over / (atRisk + 1.0));
            ends.Add(hours);
            kept.Add(open);
        }

        (_ends, _kept) = ([.. ends], [.. kept]);
    }

    /// <summary>How many of the tasks were still there after so many hours.</summary>
    public int AtRisk(double age) => _hours.Length - FirstAfter(_hours, age);

    /// <summary>The odds that a task which has been there for so many hours is still open so many hours from then; null: too few tasks got as old.</summary>
    public double? StillOpen(double age, double ahead) => AtRisk(age) < FewestAtRisk ? null : Kept(age + ahead) / Kept(age);

    /// <summary>In how many hours it is closed with these odds; null: not within what was ever seen, or too few tasks got as old.</summary>
    public double? ClosedWithin(double age, double odds)
    {
        if (AtRisk(age) < FewestAtRisk) return null;
        var target = (1 - odds) * Kept(age);
        for (var i = FirstAfter(_ends, age); i < _ends.Length; i++)
            if (_kept[i] <= target) return _ends[i] - age;
        return null;
    }

    private double Kept(double hours) => FirstAfter(_ends, hours) is > 0 and var after ? _kept[after - 1] : 1;

    /// <summary>The place of the first value that is greater.</summary>
    private static int FirstAfter(double[] sorted, double value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] <= value) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
