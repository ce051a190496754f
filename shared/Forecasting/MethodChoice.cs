namespace ShitOps.Forecasting;

/// <summary>Settings of the methods that might have been shipped, to see how well forecasts do whose settings were chosen without the project that they are of.</summary>
/// <param name="Name">What is other than in those that are shipped, in words.</param>
/// <param name="Methods">In the order of <see cref="FlowMethod.Combined"/>.</param>
public sealed record MethodChoice(string Name, IReadOnlyList<FlowMethod> Methods)
{
    /// <summary>The choices; the first is what is shipped.</summary>
    public static IReadOnlyList<MethodChoice> All { get; } =
    [
        new("as shipped", FlowMethod.Combined),
        Weeks("shorter memory", week => week with { Decay = 0.9 }, local => local with { Discount = 0.88 }),
        Weeks("longer memory", week => week with { Decay = 0.97 }, local => local with { Discount = 0.96 }),
        Weeks("all weeks alike", week => week with { Decay = 1 }, local => local),
        Weeks("half a year", week => week with { Window = 26 }, local => local),
        Weeks("two years", week => week with { Window = 104 }, local => local),
        Weeks("steadier level", week => week with { LevelVariance = 0.03, LevelDrift = 0.015 }, local => local),
        Weeks("restless level", week => week with { LevelVariance = 0.12, LevelDrift = 0.06 }, local => local),
        Weeks("without trend", week => week with { Trend = 0 }, local => local),
        Weeks("more trend", week => week.Trend > 0 ? week with { Trend = 0.4 } : week, local => local),
        Weeks("shifts are believed sooner", week => week.ShiftEvidence > 0 ? week with { ShiftEvidence = 8 } : week, local => local),
        Weeks("without days off", week => week with { HasCalendar = false }, local => local),
    ];

    /// <summary>The choice that scores best over some projects: by the mean over them of the sum of a project's CRPS over that of its naive errors.</summary>
    /// <param name="origins">By choice, the origins of each project; of a project that has none at all they count for nothing.</param>
    /// <returns>Its place in <paramref name="origins"/>; the first of several that score alike.</returns>
    public static int Best(IReadOnlyList<IReadOnlyList<IReadOnlyList<Origin>>> origins)
    {
        var (best, least) = (0, double.MaxValue);
        for (var choice = 0; choice < origins.Count; choice++)
        {
            var scores = origins[choice].Where(project => project.Count > 0).Select(Score).ToList();
            if (scores.Count > 0 && scores.Average() is var mean && mean < least) (best, least) = (choice, mean);
        }

        return best;

        static double Score(IReadOnlyList<Origin> project) => project.Sum(origin => origin.Model.Crps) / Math.Max(1, project.Sum(origin => Math.Abs(origin.Actual - origin.Naive)));
    }

    private static MethodChoice Weeks(string name, Func<RecentWeeks, RecentWeeks> week, Func<LocalLevel, LocalLevel> local) =>
        new(name, [.. FlowMethod.Combined.Select(method => method switch { RecentWeeks weeks => week(weeks), LocalLevel level => local(level), _ => method })]);
}
