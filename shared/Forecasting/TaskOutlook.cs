using ShitOps.Events;

namespace ShitOps.Forecasting;

/// <summary>
/// What is to be expected of single open tasks: how long tasks stayed open from when they took on the same status, given that this one has been
/// in it for as long as it has. Where too few got as old in that status, statuses of the same category serve, then all. Where none did, nothing
/// is said of the task; to its milestone, which needs a number, it counts as one that stays as long again with odds of one half.
/// </summary>
internal sealed class TaskOutlook
{
    private const double DayHours = 24;
    private const int ShareDraws = 1000;

    /// <summary>How alike the tasks of a milestone fare: the correlation of a Gaussian copula with one factor.</summary>
    private const double Likeness = 0.2;

    private readonly ForecastInput _input;
    private readonly Dictionary<(string, StatusCategory), StayTimes> _byStatus;
    private readonly Dictionary<StatusCategory, StayTimes> _byCategory;
    private readonly StayTimes _all;

    public TaskOutlook(ForecastInput input)
    {
        _input = input;
        _byStatus = input.Stays.ToDictionary(stays => (stays.Status, stays.Category), stays => new StayTimes(stays.Hours));
        _byCategory = input.Stays.GroupBy(stays => stays.Category).ToDictionary(group => group.Key, group => new StayTimes(group.SelectMany(stays => stays.Hours)));
        _all = new StayTimes(input.Stays.SelectMany(stays => stays.Hours));
    }

    /// <summary>The end of a day, as the instant with which the next begins.</summary>
    public static DateTimeOffset EndOf(DateOnly day) => day == DateOnly.MaxValue ? DateTimeOffset.MaxValue : new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    /// <summary>All tasks of the input, the likeliest to be late first.</summary>
    public IReadOnlyList<TaskForecast> Forecasts() =>
    [
        .. _input.Tasks.Select(task => new TaskForecast(task.Key, Late(task), ClosedBy(task, 0.5), ClosedBy(task, 0.85)))
            .OrderByDescending(task => task.Late ?? -1).ThenBy(task => task.Key, StringComparer.Ordinal),
    ];

    /// <summary>The milestones of the input.</summary>
    public IReadOnlyList<MilestoneForecast> Milestones()
    {
        var tasks = _input.Tasks.Where(task => task.Milestone is not null).ToLookup(task => task.Milestone!, StringComparer.Ordinal);
        return [.. _input.Milestones.Select((milestone, number) => Of(milestone, OddsOf(milestone, [.. tasks[milestone.Name]]), (ulong)number))];
    }

    /// <summary>The odds of each open task of a milestone that it is done in time; tasks that are not listed fare as those that are, or as new ones.</summary>
    private double[] OddsOf(MilestoneScope milestone, OpenTask[] listed)
    {
        var ahead = (EndOf(milestone.Due) - _input.Cutoff).TotalHours;
        double[] odds = [.. listed.Select(task => 1 - StillOpen(task, ahead))];
        var unknown = odds.Length > 0 ? odds : [1 - StillOpen(new OpenTask("", "", StatusCategory.Todo, 0, 0, null, null), ahead)];
        return [.. odds, .. Enumerable.Range(0, milestone.Unlisted).Select(i => unknown[i % unknown.Length])];
    }

    private MilestoneForecast Of(MilestoneScope milestone, double[] odds, ulong number)
    {
        if (EndOf(milestone.Due) <= _input.Cutoff)
        {
            var was = (double)milestone.InTime / milestone.Tasks;
            return new MilestoneForecast(milestone.Name, milestone.Due, milestone.Tasks, milestone.Done, was, was, was, milestone.InTime == milestone.Tasks ? 1 : 0);
        }

        // A task is done if its own luck, of which a part is shared, is below its odds.
        var random = new FastRandom(unchecked(_input.Seed + (4UL << 32) + number));
        var limits = odds.Select(one => one <= 0 ? double.NegativeInfinity : one >= 1 ? double.PositiveInfinity : NormalTable.Quantile(one)).ToArray();
        var shares = new double[ShareDraws];
        for (var draw = 0; draw < shares.Length; draw++)
        {
            var (common, done) = (Math.Sqrt(Likeness) * random.Normal(), milestone.Done);
            foreach (var limit in limits)
                if (common + (Math.Sqrt(1 - Likeness) * random.Normal()) <= limit) done++;
            shares[draw] = (double)done / milestone.Tasks;
        }

        Array.Sort(shares);
        return new MilestoneForecast(
            milestone.Name, milestone.Due, milestone.Tasks, milestone.Done, Scores.Quantile(shares, 0.5), Scores.Quantile(shares, 0.15), Scores.Quantile(shares, 0.05), (double)shares.Count(share => share >= 1) / shares.Length);
    }

    private double? Late(OpenTask task) => task.Due is { } due && Known(task, (EndOf(due) - _input.Cutoff).TotalHours) is { } odds ? Math.Round(odds, 4) : null;

    /// <summary>The odds that a task is still open so many hours from now; null: too few tasks got as old to tell.</summary>
    private double? Known(OpenTask task, double ahead)
    {
        if (ahead <= 0) return 1;
        foreach (var stays in Comparable(task))
            if (stays.StillOpen(task.StatusHours, ahead) is { } odds) return odds;
        return null;
    }

    private double StillOpen(OpenTask task, double ahead) => Known(task, ahead) ?? (task.StatusHours + DayHours) / (task.StatusHours + DayHours + ahead);

    private DateTimeOffset? ClosedBy(OpenTask task, double odds)
    {
        foreach (var stays in Comparable(task))
            if (stays.AtRisk(task.StatusHours) >= StayTimes.FewestAtRisk) return stays.ClosedWithin(task.StatusHours, odds) is { } hours ? _input.Cutoff.AddHours(hours) : null;
        return null;
    }

    private IEnumerable<StayTimes> Comparable(OpenTask task)
    {
        if (_byStatus.TryGetValue((task.Status, task.Category), out var ofStatus)) yield return ofStatus;
        if (_byCategory.TryGetValue(task.Category, out var ofCategory)) yield return ofCategory;
        yield return _all;
    }
}
