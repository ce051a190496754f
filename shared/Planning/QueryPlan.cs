using System.Globalization;

namespace ShitOps.Planning;

/// <summary>What a plan reads.</summary>
public enum PlanSource
{
    /// <summary>The sums over teams that lie in each slice. <c>team-sums</c></summary>
    TeamSums,

    /// <summary>The sums that lie with each project. <c>sums</c></summary>
    Sums,

    /// <summary>What is known of each project itself. <c>projects</c></summary>
    Projects,

    /// <summary>Every task of each project. <c>tasks</c></summary>
    Tasks,

    /// <summary>The history of each project by the day. <c>history</c></summary>
    History,

    /// <summary>Series, by PromQL. <c>series</c></summary>
    Series,

    /// <summary>The archive of all events. <c>archive</c></summary>
    Archive,

    /// <summary>What is stored of forecasts; only rows of a route are read so. <c>forecasts</c></summary>
    Forecasts,

    /// <summary>The answer of before, once it is seen that no event has come since; else what another plan reads. <c>kept</c></summary>
    Kept,
}

/// <summary>How a plan finds the projects.</summary>
public enum PlanReach
{
    /// <summary>Those that the query names, one by one. <c>listed</c></summary>
    Listed,

    /// <summary>All, slice by slice; of the archive, one search over all. <c>all</c></summary>
    All,
}

/// <summary>One way to the answer of a query. All that <see cref="QueryPlans"/> offers for a query lead to the same.</summary>
/// <param name="Source">What is read.</param>
/// <param name="Reach">How projects are found.</param>
/// <param name="Concurrency">How many slices or projects are read beside each other.</param>
public sealed record QueryPlan(PlanSource Source, PlanReach Reach, int Concurrency)
{
    private static readonly string[] Sources = ["team-sums", "sums", "projects", "tasks", "history", "series", "archive", "forecasts", "kept"];

    /// <summary>Its name, such as <c>history/all/16</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sources[(int)Source]}/{(Reach == PlanReach.Listed ? "listed" : "all")}/{Concurrency}");

    /// <summary>Reads a name; null: it is none.</summary>
    public static QueryPlan? Parse(string name) =>
        name.Split('/') is [var source, var reach, var concurrency] && (reach is "listed" or "all") && Array.IndexOf(Sources, source) is >= 0 and var at
        && int.TryParse(concurrency, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 64
            ? new QueryPlan((PlanSource)at, reach == "listed" ? PlanReach.Listed : PlanReach.All, number)
            : null;
}
