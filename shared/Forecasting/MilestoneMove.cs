using System.Globalization;
using ShitOps.Wording;

namespace ShitOps.Forecasting;

/// <summary>A milestone whose odds have moved so much that somebody should know, and why.</summary>
/// <param name="Milestone">Its name.</param>
/// <param name="Odds">How much the odds that all of it is done in time have gained since they were last announced, −1 to 1.</param>
/// <param name="Cause">What moved them most, as a sentence.</param>
public sealed record MilestoneMove(string Milestone, double Odds, string Cause)
{
    private const double LeastOdds = 0.1;

    /// <summary>What stands for odds of 0 and of 1, whose logarithms are none.</summary>
    private const double Sure = 0.995;

    /// <summary>What has moved since it was last announced; null: nothing that matters.</summary>
    /// <param name="before">What was announced.</param>
    /// <param name="now">A later forecast of the same milestone.</param>
    /// <param name="cutoff">That forecast's cutoff.</param>
    public static MilestoneMove? Between(AnnouncedMilestone before, MilestoneForecast now, DateTimeOffset cutoff)
    {
        var odds = now.AllDone - before.Milestone.AllDone;
        return Math.Abs(odds) >= LeastOdds ? new MilestoneMove(now.Name, Math.Round(odds, 4), CauseOf(before, now, cutoff, Math.Sign(odds))) : null;
    }

    /// <summary>
    /// Each cause counts by the logarithm of the factor between the odds and what they would be without it, if each open task has the same odds,
    /// by a rate that is constant until the last day. What neither the day nor the scope explains is the work done, or not done, meanwhile. The
    /// cause is the strongest of those that moved the odds the way they went.
    /// </summary>
    private static string CauseOf(AnnouncedMilestone announced, MilestoneForecast now, DateTimeOffset cutoff, int sign)
    {
        var before = announced.Milestone;
        var (openBefore, open) = (before.Tasks - before.Done, now.Tasks - now.Done);
        var perTask = open > 0 ? Log(now) / open : openBefore > 0 ? Log(before) / openBefore : 0;
        var byScope = (now.Tasks - before.Tasks) * perTask;
        var byDue = Math.Max(1, open) * (perTask - Shifted(perTask, (now.End - cutoff).TotalDays, before.Due.DayNumber - now.Due.DayNumber));
        var byWork = Log(now) - Log(before) - byScope - byDue;
        var (due, scope, work) = (sign * byDue, sign * byScope, sign * byWork);
        var left = open == 0 ? "none is open" : string.Create(CultureInfo.InvariantCulture, $"{open} of {now.Tasks} open");
        if (due > 0 && due >= scope && due >= work) return string.Create(CultureInfo.InvariantCulture, $"the last day moved from {before.Due:yyyy-MM-dd} to {now.Due:yyyy-MM-dd}");
        if (sign < 0 && now.End <= cutoff) return string.Create(CultureInfo.InvariantCulture, $"the last day is over, and {Math.Round((1 - now.P50) * now.Tasks):0} of {now.Tasks} were open then");
        if (scope > 0 && scope >= work)
            return now.Tasks > before.Tasks ? $"{Tasks(now.Tasks - before.Tasks)} added; {left}" : $"{Tasks(before.Tasks - now.Tasks)} taken out; {left}";
        var (done, days) = (Math.Max(0, now.Done - before.Done), (cutoff - announced.Cutoff).TotalDays);
        if (done == 0 && sign > 0) return $"tasks such as those that are open are closed sooner than before; {left}";
        return string.Create(CultureInfo.InvariantCulture, $"{(done == 0 ? "none was" : $"{(sign < 0 ? "only " : "")}{Tasks(done)}")} done in {days:0.#} days; {left}");
    }

    private static double Log(MilestoneForecast milestone) => Math.Log(Math.Clamp(milestone.AllDone, 1 - Sure, Sure));

    /// <summary>The logarithm of a task's odds when its time is longer by so many days.</summary>
    private static double Shifted(double logOdds, double days, double by)
    {
        if (by == 0) return logOdds;
        if (days + by <= 0) return Math.Log(1 - Sure);
        var rate = -Math.Log(1 - Math.Exp(logOdds)) / Math.Max(days, 1);
        return Math.Log(Math.Clamp(1 - Math.Exp(-rate * (days + by)), 1 - Sure, Sure));
    }

    private static string Tasks(int count) => Quantity.Of(count, "task was", "tasks were");
}
