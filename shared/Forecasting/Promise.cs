using ShitOps.Flow;

namespace ShitOps.Forecasting;

/// <summary>What a forecast has promised and what has not all come to its end yet.</summary>
/// <param name="Cutoff">When it was promised.</param>
/// <param name="Backlog">The tasks that were open.</param>
/// <param name="Items">The items that were promised, at the horizons that are not settled.</param>
/// <param name="Completion">The completion that was promised; null: none, or it is settled.</param>
public sealed record Promise(DateTimeOffset Cutoff, int Backlog, IReadOnlyList<ItemsForecast> Items, CompletionForecast? Completion)
{
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
            // A promised date that is over tells as much as the completion itself; who knows no date has promised nothing.
            var done = DoneBy(history, now);
            if (done is not null || dates.P95 is null || dates.P95 <= now)
            {
                rest = rest with { Completion = null };
                if (dates.P95 is not null)
                    settled.Add(new SettledPromise(Cutoff, 0, done is { } at ? Math.Round((at - Cutoff).TotalDays, 2) : null, done <= dates.P50, done <= dates.P85, done <= dates.P95, done is { } when ? Math.Abs((when - dates.P50!.Value).TotalDays) : null));
            }
        }

        return (settled, rest.Items.Count > 0 || rest.Completion is not null ? rest : null);

        bool IsOver(ItemsForecast items) => Cutoff.AddDays(7 * items.Weeks) <= now;
    }

    /// <summary>When as many tasks had left as were open, to the day; null: they have not yet.</summary>
    private DateTimeOffset? DoneBy(ProjectHistory history, DateTimeOffset now)
    {
        var left = history.Tasks.Select(task => task.At(now)?.ClosedSince).OfType<DateTimeOffset>().Where(closed => closed >= Cutoff).Order().ToArray();
        return left.Length >= Backlog ? left[Backlog - 1] : null;
    }
}

/// <summary>A promise beside what happened.</summary>
/// <param name="Cutoff">When it was promised.</param>
/// <param name="Weeks">The horizon of items; 0: it was about the completion of the backlog.</param>
/// <param name="Actual">Items done, or days until the backlog was done; null: it is not done.</param>
/// <param name="Held50">Whether the promise at odds of 50% held.</param>
/// <param name="Held85">The same at 85%.</param>
/// <param name="Held95">The same at 95%.</param>
/// <param name="Error">How far from the median it was, in items or days; null: not known.</param>
public sealed record SettledPromise(DateTimeOffset Cutoff, int Weeks, double? Actual, bool Held50, bool Held85, bool Held95, double? Error);

/// <summary>How often promises of a kind have held.</summary>
/// <param name="Weeks">The horizon of items; 0: completions.</param>
/// <param name="Settled">How many are settled.</param>
/// <param name="Held50">How many of those at odds of 50% held.</param>
/// <param name="Held85">The same at 85%.</param>
/// <param name="Held95">The same at 95%.</param>
/// <param name="Errors">The sum of known errors.</param>
/// <param name="Known">How many errors are known.</param>
public sealed record PromiseTally(int Weeks, int Settled, int Held50, int Held85, int Held95, double Errors, int Known)
{
    /// <summary>The tally with one more.</summary>
    public PromiseTally With(SettledPromise one) => new(
        Weeks, Settled + 1, Held50 + (one.Held50 ? 1 : 0), Held85 + (one.Held85 ? 1 : 0), Held95 + (one.Held95 ? 1 : 0), Errors + (one.Error ?? 0), Known + (one.Error is null ? 0 : 1));

    /// <summary>Both together.</summary>
    public PromiseTally With(PromiseTally other) => new(
        Weeks, Settled + other.Settled, Held50 + other.Held50, Held85 + other.Held85, Held95 + other.Held95, Errors + other.Errors, Known + other.Known);
}
