using System.Text.Json.Serialization;
using ShitOps.Wording;

namespace ShitOps.Forecasting;

/// <summary>How many items will be done in so many weeks.</summary>
/// <param name="Weeks">The horizon.</param>
/// <param name="P50">So many or more, at odds of 50%.</param>
/// <param name="P85">The same at 85%.</param>
/// <param name="P95">The same at 95%.</param>
public sealed record ItemsForecast(int Weeks, double P50, double P85, double P95);

/// <summary>When a backlog is done.</summary>
/// <param name="P50">By then, at odds of 50%; null: later than is looked ahead.</param>
/// <param name="P85">The same at 85%.</param>
/// <param name="P95">The same at 95%.</param>
/// <param name="OnTime">The odds that it is done by the project's last day, 0 to 1; null: it has none.</param>
public sealed record CompletionForecast(DateTimeOffset? P50, DateTimeOffset? P85, DateTimeOffset? P95, double? OnTime);

/// <summary>How many tasks there will be at a time: at each odds, so many or fewer.</summary>
/// <param name="Time">When.</param>
public sealed record TrajectoryPoint(DateTimeOffset Time, double P05, double P15, double P50, double P85, double P95);

/// <summary>What is to be expected of an open task.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Late">The odds that it is still open when its last day is over, 0 to 1; null: it has none, or nothing is known.</param>
/// <param name="P50">Closed by then, at odds of 50%; null: later than any task before it.</param>
/// <param name="P85">The same at 85%.</param>
public sealed record TaskForecast(string Key, double? Late, DateTimeOffset? P50, DateTimeOffset? P85);

/// <summary>What share of a milestone, sprint or version is done when its last day is over: so much or more. Once that day is over it is the share that was.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Due">The last day, included.</param>
/// <param name="Tasks">Its tasks without cancelled ones.</param>
/// <param name="Done">Those that are done already.</param>
/// <param name="P50">At odds of 50%, 0 to 1.</param>
/// <param name="P85">At odds of 85%.</param>
/// <param name="P95">At odds of 95%.</param>
/// <param name="AllDone">The odds that all of it is, 0 to 1.</param>
public sealed record MilestoneForecast(string Name, DateOnly Due, int Tasks, int Done, double P50, double P85, double P95, double AllDone)
{
    /// <summary>Those that are open.</summary>
    [JsonIgnore]
    public int Remaining => Tasks - Done;

    /// <summary>The end of the last day, as the instant with which the next begins.</summary>
    [JsonIgnore]
    public DateTimeOffset End => TaskOutlook.EndOf(Due);
}

/// <summary>
/// A project's forecast. It follows from its input alone. A backlog is done when as many tasks have left as it has, whichever they are: work
/// that arrives later stands behind it, or with growth has to be done too.
/// </summary>
public sealed record ProjectForecast
{
    /// <summary>Weeks of the past without which nothing is promised of a project.</summary>
    public const int FewestWeeks = 8;

    /// <summary>Items done without which nothing is promised of a project.</summary>
    public const int FewestDone = 10;

    /// <summary>Weeks of the trajectory.</summary>
    public const int TrajectoryWeeks = 52;

    /// <summary>Weeks that are looked ahead for a completion.</summary>
    public const int MostWeeks = 156;

    private const int Runs = 4000;
    private const double SurestOdds = 0.99;
    private const double Year = 52;

    /// <summary>The project's key.</summary>
    public required string Project { get; init; }

    /// <summary>What lies before it was known.</summary>
    public required DateTimeOffset Cutoff { get; init; }

    /// <summary>Open tasks.</summary>
    public required int Backlog { get; init; }

    /// <summary>The mean of tasks that left in a week, over the last 12.</summary>
    public required double Pace { get; init; }

    /// <summary>The mean of tasks that came to be in a week, over the last 12.</summary>
    public required double Growth { get; init; }

    /// <summary>Why there is not enough history; null: there is. Without it <see cref="Items"/> are wide, and there is nothing else but tasks.</summary>
    public string? Shortage { get; init; }

    /// <summary>Items in the coming weeks.</summary>
    public required IReadOnlyList<ItemsForecast> Items { get; init; }

    /// <summary>When the present backlog is done.</summary>
    public CompletionForecast? Completion { get; init; }

    /// <summary>When nothing is open any more, with what arrives until then.</summary>
    public CompletionForecast? CompletionWithGrowth { get; init; }

    /// <summary>What remains of the present backlog, week by week from the cutoff.</summary>
    public IReadOnlyList<TrajectoryPoint> Remaining { get; init; } = [];

    /// <summary>Open tasks with what arrives, week by week from the cutoff.</summary>
    public IReadOnlyList<TrajectoryPoint> Open { get; init; } = [];

    /// <summary>Open tasks one by one, the likeliest to be late first.</summary>
    public IReadOnlyList<TaskForecast> Tasks { get; init; } = [];

    /// <summary>Milestones, by their last day.</summary>
    public IReadOnlyList<MilestoneForecast> Milestones { get; init; } = [];

    /// <summary>The forecast of an input.</summary>
    public static ProjectForecast Of(ForecastInput input)
    {
        var tasks = new TaskOutlook(input);
        var forecast = new ProjectForecast
        {
            Project = input.Project,
            Cutoff = input.Cutoff,
            Backlog = input.Backlog,
            Pace = Mean(input.Left),
            Growth = Mean(input.Arrived),
            Items = [],
            Tasks = tasks.Forecasts(),
            Milestones = tasks.Milestones(),
        };
        if (ShortageOf(input) is { } shortage) return forecast with { Shortage = shortage, Items = Prior(input), Milestones = [] };

        var records = input.RecordsWithPools();
        var done = Paths(input.Done, ForecastInput.Horizons[^1], 1);
        var left = Paths(input.Left, MostWeeks, 2);
        var arrived = Paths(input.Arrived, MostWeeks, 3);
        return forecast with
        {
            Items = [.. records.Select(ItemsAt)],
            Completion = Completed(input, records, left, (run, week) => input.Backlog - left.At(week)[run]),
            CompletionWithGrowth = Completed(input, records, left, (run, week) => input.Backlog + arrived.At(week)[run] - left.At(week)[run]),
            Remaining = NeverRising(Trajectory(input, records, left, (run, week) => input.Backlog - left.At(week)[run])),
            Open = Trajectory(input, records, left, (run, week) => input.Backlog + arrived.At(week)[run] - left.At(week)[run]),
        };

        ItemsForecast ItemsAt(HorizonRecord record)
        {
            var counts = done.Counts(record.Weeks - 1, record.Weights);
            return new ItemsForecast(record.Weeks, counts.Quantile(record.Level(0.5)), counts.Quantile(record.Level(0.15)), counts.Quantile(record.Level(0.05)));
        }

        FlowPaths Paths(int[] weeks, int ahead, ulong stream) => FlowPaths.Of(FlowMethod.Combined, new FlowPast(weeks, input.Cutoff), ahead, Runs, unchecked(input.Seed + (stream << 32)));
    }

    /// <summary>What is said where the past is too short to learn from.</summary>
    private static string? ShortageOf(ForecastInput input)
    {
        var (weeks, done) = (input.Done.Length, input.Done.TakeLast((int)Year).Sum());
        return weeks >= FewestWeeks && done >= FewestDone
            ? null
            : FormattableString.Invariant($"not enough history: {Quantity.Of(weeks, "week")}, with {Quantity.Of(done, "item")} done in the last {Math.Min(weeks, (int)Year)}; at least {FewestWeeks} weeks and {FewestDone} items are needed");
    }

    /// <summary>
    /// Items by a negative binomial distribution: the rate has the conjugate gamma distribution with a prior of half an item in half a week,
    /// which leaves nearly all open, and a spread from week to week on top.
    /// </summary>
    private static IReadOnlyList<ItemsForecast> Prior(ForecastInput input)
    {
        const int Draws = 4000;
        var random = new FastRandom(input.Seed);
        var (shape, weeks) = (0.5 + input.Done.TakeLast((int)Year).Sum(), 0.5 + Math.Min(Year, input.Done.Length));
        var counts = ForecastInput.Horizons.Select(_ => new double[Draws]).ToArray();
        for (var draw = 0; draw < Draws; draw++)
        {
            var rate = random.Gamma(shape) / weeks * Math.Exp(random.Normal() - 0.5);
            for (var (i, sum, before) = (0, 0.0, 0); i < counts.Length; before = ForecastInput.Horizons[i++]) counts[i][draw] = sum += random.Poisson(rate * (ForecastInput.Horizons[i] - before));
        }

        foreach (var of in counts) Array.Sort(of);
        return [.. counts.Select((of, i) => new ItemsForecast(ForecastInput.Horizons[i], Scores.Quantile(of, 0.5), Scores.Quantile(of, 0.15), Scores.Quantile(of, 0.05)))];
    }

    /// <summary>When what remains is nothing: exact to the part of a week, as if work went evenly within it.</summary>
    private static CompletionForecast Completed(ForecastInput input, IReadOnlyList<HorizonRecord> records, FlowPaths paths, Func<int, int, double> remaining)
    {
        var weeks = new double[paths.Runs];
        for (var run = 0; run < weeks.Length; run++)
        {
            var before = (double)input.Backlog;
            weeks[run] = before <= 0 ? 0 : double.PositiveInfinity;
            for (var week = 0; week < paths.Weeks && double.IsPositiveInfinity(weeks[run]); week++)
            {
                var after = remaining(run, week);
                if (after <= 0) weeks[run] = week + (before / (before - after));
                before = after;
            }
        }

        // The quantile says at which horizon it is, and the horizon by which record it is to be read.
        var byRecord = records.Select(record => paths.Weighted([.. weeks], record.Weights)).ToArray();
        return new CompletionForecast(At(0.5), At(0.85), At(0.95), OnTime());

        DateTimeOffset? At(double odds)
        {
            var latest = 0.0;
            for (var i = 0; i < records.Count; i++)
            {
                var at = byRecord[i].Quantile(1 - records[i].Level(1 - odds));
                latest = Math.Max(latest, Math.Min(at, i + 1 < records.Count ? records[i + 1].Weeks : double.PositiveInfinity));
                if (i + 1 == records.Count || at < records[i + 1].Weeks) break;
            }

            return double.IsPositiveInfinity(latest) ? null : input.Cutoff.AddHours(Math.Round(24 * 7 * latest));
        }

        double? OnTime()
        {
            if (input.Due is not { } due) return null;
            if (input.Backlog == 0) return 1;
            var ahead = (TaskOutlook.EndOf(due) - input.Cutoff).TotalDays / 7;
            if (ahead <= 0) return 0;
            var record = RecordAt(records, ahead);
            return Math.Clamp(1 - records[record].Below(1 - byRecord[record].UpTo(ahead)), 1 - SurestOdds, SurestOdds);
        }
    }

    private static TrajectoryPoint[] Trajectory(ForecastInput input, IReadOnlyList<HorizonRecord> records, FlowPaths paths, Func<int, int, double> remaining)
    {
        double[] odds = [0.05, 0.15, 0.5, 0.85, 0.95];
        var levels = records.Select(record => odds.Select(one => 1 - record.Level(1 - one)).ToArray()).ToArray();
        var points = new TrajectoryPoint[TrajectoryWeeks + 1];
        points[0] = new TrajectoryPoint(input.Cutoff, input.Backlog, input.Backlog, input.Backlog, input.Backlog, input.Backlog);
        for (var week = 0; week < TrajectoryWeeks; week++)
        {
            var counts = new double[paths.Runs];
            for (var run = 0; run < counts.Length; run++) counts[run] = Math.Max(0, Math.Round(remaining(run, week)));
            var at = RecordAt(records, week + 1);
            var draws = paths.Weighted(counts, records[at].Weights);
            var values = levels[at].Select(draws.Quantile).ToArray();
            points[week + 1] = new TrajectoryPoint(input.Cutoff.AddDays(7 * (week + 1)), values[0], values[1], values[2], values[3], values[4]);
        }

        return points;
    }

    /// <summary>Each horizon is calibrated by itself; of a backlog to which nothing is added no more may remain later than before.</summary>
    private static TrajectoryPoint[] NeverRising(TrajectoryPoint[] points)
    {
        for (var i = 1; i < points.Length; i++)
        {
            var (before, at) = (points[i - 1], points[i]);
            points[i] = new TrajectoryPoint(
                at.Time, Math.Min(before.P05, at.P05), Math.Min(before.P15, at.P15), Math.Min(before.P50, at.P50), Math.Min(before.P85, at.P85), Math.Min(before.P95, at.P95));
        }

        return points;
    }

    /// <summary>The record of the longest horizon that is not longer than so many weeks, else of the shortest.</summary>
    private static int RecordAt(IReadOnlyList<HorizonRecord> records, double weeks)
    {
        var at = 0;
        while (at + 1 < records.Count && records[at + 1].Weeks <= weeks) at++;
        return at;
    }

    private static double Mean(int[] weeks) => weeks.Length == 0 ? 0 : Math.Round(weeks.TakeLast(12).Average(), 3);
}
