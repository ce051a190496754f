using ShitOps.Flow;

namespace ShitOps.Forecasting;

/// <summary>What a forecast has promised and what has not all come to its end yet.</summary>
/// <param name="Cutoff">When it was promised.</param>
/// <param name="Backlog">The tasks that were open.</param>
/// <param name="Items">The items that were promised, at the horizons that are not settled.</param>
/// <param name="Completion">The completion that was promised; null: none, or all of its dates are settled.</param>
public sealed record Promise(DateTimeOffset Cutoff, int Backlog, IReadOnlyList<ItemsForecast> Items, CompletionForecast? Completion)
{
    /// <summary>Dates of the completion up to then are settled; null: none is.</summary>
    public DateTimeOffset? SettledUpTo { get; init; }

    /// <summary>The promise of a forecast.</summary>
    public static Promise Of(ProjectForecast forecast) => new(forecast.Cutoff, forecast.Backlog, forecast.Items, forecast.Backlog > 0 ? forecast.Completion : null);

    /// <summary>Settles what is over by an instant.</summary>
    /// <param name="history">What happened.</param>
    /// <param name="now">What lies before it is known.</param>
    /// <returns>What is settled, and the promise with what is left; null: nothing is.</returns>
    public (IReadOnlyList<SettledPromise> Settled, Promise? Remaining) Settle(ProjectHistory history, DateTimeOffset now)
    {
        List<SettledPromise> settled = [];
        foreach (var items in Items.Where(IsOver))
        {
            var actual = history.Throughput(Cutoff.AddDays(7 * items.Weeks), items.Weeks).Sum();
            settled.Add(new SettledPromise(Cutoff, items.Weeks, actual, actual >= items.P50, actual >= items.P85, actual >= items.P95, Math.Abs(actual - items.P50)));
        }

        var rest = this with { Items = [.. Items.Where(items => !IsOver(items))] };
        if (Completion is { } dates)
        {
            // Each date is settled when it is over, whether the work is done or not: to settle the kept ones early would count them before the broken ones.
            var (held50, held85, held95) = (Held(dates.P50), Held(dates.P85), Held(dates.P95));
            var last = dates.P95 ?? dates.P85 ?? dates.P50;
            var isAllOver = last is null || last <= now;
            if (held50 is not null || held85 is not null || held95 is not null)
            {
                var done = isAllOver ? DoneBy(history, last!.Value) : null;
                settled.Add(new SettledPromise(Cutoff, 0, done is { } at ? Math.Round((at - Cutoff).TotalDays, 2) : null, held50, held85, held95, done is { } when ? Math.Abs((when - dates.P50!.Value).TotalDays) : null));
            }

            rest = isAllOver ? rest with { Completion = null } : rest with { SettledUpTo = now };
        }

        return (settled, rest.Items.Count > 0 || rest.Completion is not null ? rest : null);

        bool IsOver(ItemsForecast items) => Cutoff.AddDays(7 * items.Weeks) <= now;

        // Null: it is not over, was settled before, or there was no date.
        bool? Held(DateTimeOffset? date) => date is { } day && day <= now && !(day <= SettledUpTo) ? DoneBy(history, day) is not null : null;
    }

    /// <summary>When as many tasks had left as were open, as it was known at an instant; null: they had not.</summary>
    private DateTimeOffset? DoneBy(ProjectHistory history, DateTimeOffset instant)
    {
        // A date itself still keeps its promise.
        var left = history.Tasks.Select(task => task.At(instant.AddTicks(1))?.ClosedSince).OfType<DateTimeOffset>().Where(closed => closed >= Cutoff).Order().ToArray();
        return left.Length >= Backlog ? left[Backlog - 1] : null;
    }
}

/// <summary>A promise beside what happened.</summary>
/// <param name="Cutoff">When it was promised.</param>
/// <param name="Weeks">The horizon of items; 0: it was about the completion of the backlog.</param>
/// <param name="Actual">Items done, or with the last date days until the backlog was done; null: it was not done by then.</param>
/// <param name="Held50">Whether the promise at odds of 50% held; null: it is not settled now.</param>
/// <param name="Held85">The same at 85%.</param>
/// <param name="Held95">The same at 95%.</param>
/// <param name="Error">How far from the median it was, in items or days; null: not known.</param>
public sealed record SettledPromise(DateTimeOffset Cutoff, int Weeks, double? Actual, bool? Held50, bool? Held85, bool? Held95, double? Error);
