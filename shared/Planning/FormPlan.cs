using System.Globalization;
using System.Text.RegularExpressions;
using ShitOps.Metrics;
using ShitOps.PromQL;
using ShitOps.PromQL.Ast;

namespace ShitOps.Planning;

/// <summary>
/// The plan of a request whose form says how it is answered: an expression of PromQL by series, a call of rows by what lies behind its route. There
/// is nothing to choose, since the order of pages and the instants of samples are part of the answer; but what it takes is learnt and logged like
/// that of a question. It has the shape of the query that it asks for, where there is one (<see cref="QueryLowering"/>); else one of its form,
/// without names.
/// </summary>
/// <param name="Shape">What requests that cost alike have in common.</param>
/// <param name="Candidate">The plan, with an estimate that only grows with what is asked.</param>
public sealed partial record FormPlan(string Shape, PlanCandidate Candidate)
{
    /// <summary>Longer expressions are not taken apart: they all have one shape.</summary>
    public const int MostExpression = 2_000;

    private const int MostShape = 200;
    private const double RequestsOfASelector = 8;
    private const double RowsOfASelector = 500;

    private static readonly Dictionary<string, PlanSource> Routes = new(StringComparer.Ordinal)
    {
        ["projects"] = PlanSource.Projects, ["tasks"] = PlanSource.Tasks, ["resources"] = PlanSource.Projects, ["teams"] = PlanSource.TeamSums, ["partitions"] = PlanSource.TeamSums,
        ["history"] = PlanSource.History, ["audit"] = PlanSource.Archive, ["forecasts"] = PlanSource.Forecasts, ["task-forecasts"] = PlanSource.Forecasts,
        ["milestone-forecasts"] = PlanSource.Forecasts, ["bottlenecks"] = PlanSource.Forecasts, ["calibration"] = PlanSource.Forecasts,
    };

    // Of PromQL, and of the catalogue: what else stands in an expression may be anything, also the name of somebody.
    private static readonly HashSet<string> Words = new(
        [
            "by", "without", "on", "ignoring", "group_left", "group_right",
            "offset", "bool", "and", "or", "unless", "atan2", "start", "end", "Inf", "NaN", Labels.MetricName, "le",
            .. Enum.GetValues<AggregationOperator>().Select(aggregation => aggregation.Name()), .. FunctionSignature.All.Select(function => function.Name), .. MetricCatalogue.All.SelectMany(metric => metric.SeriesNames), .. MetricCatalogue.All.SelectMany(metric => metric.Labels),
        ],
        StringComparer.Ordinal);

    /// <summary>The plan of an expression; null: it is no PromQL.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="time">The instant, or the end of the range; UTC.</param>
    /// <param name="now">When it is asked; UTC.</param>
    /// <param name="range">How long the range is; null: it is asked for at an instant.</param>
    /// <param name="points">How many steps the range has; 1 at an instant.</param>
    public static FormPlan? OfPromQL(string expression, DateTime time, DateTime now, TimeSpan? range, long points)
    {
        string shape;
        var selectors = 1;
        if (expression.Length > MostExpression)
        {
            shape = "promql that is long";
            selectors = expression.Length / 100;
        }
        else
        {
            if (QueryLowering.Parsed(expression) is not { } parsed) return null;
            var text = parsed.ToString();
            shape = QueryLowering.FromPromQL(parsed, time) is { } query ? QueryShape.Of(query, time) : $"promql {WithoutNames(text)}";
            selectors = Math.Max(1, Selector().Count(text));
        }

        if (shape.Length > MostShape) shape = shape[..MostShape];
        if (now - time >= TimeSpan.FromDays(1)) shape += $" {QueryShape.Magnitude(now - time)} ago";
        if (range is { } length) shape += string.Create(CultureInfo.InvariantCulture, $" over {QueryShape.Magnitude(length)} in {Math.Pow(2, Math.Ceiling(Math.Log2(Math.Max(1, points))))}");

        // Whatever is asked of the past is read back from the present.
        var days = 1 + (range?.TotalDays ?? 0) + Math.Max(0, (now - time).TotalDays);
        return new FormPlan(shape, new PlanCandidate(new QueryPlan(PlanSource.Series, PlanReach.All, 16), new PlanEstimate(RequestsOfASelector * selectors, RowsOfASelector * selectors * days, 0, 0)));
    }

    /// <summary>The plan of a call of rows; null: there is no such route.</summary>
    /// <param name="path">The path with its parameters, such as <c>/api/rows/tasks?project=A</c>.</param>
    /// <param name="now">When it is called; UTC.</param>
    public static FormPlan? OfRows(string path, DateTime now)
    {
        var (route, parameters) = QueryLowering.Split(path);
        var name = route.Split('/')[0];
        if (!Routes.TryGetValue(name, out var source)) return null;
        var shape = QueryLowering.FromRows(path, now) is { } query
            ? QueryShape.Of(query, now)
            : string.Join(' ', parameters.Where(parameter => IsWord(parameter.Name)).CountBy(parameter => parameter.Name, StringComparer.Ordinal).OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key}={one.Value}")).Prepend(route == name ? $"rows {name}" : $"rows {name} of one"));
        var isListed = route != name || parameters.Exists(parameter => parameter.Name == "project");
        var rows = parameters.FirstOrDefault(parameter => parameter.Name == "limit").Value is { } limit && int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? Math.Min(most, 10_000) : 1_000;
        return new FormPlan(shape[..Math.Min(shape.Length, MostShape)], new PlanCandidate(new QueryPlan(source, isListed ? PlanReach.Listed : PlanReach.All, 1), new PlanEstimate(isListed ? 2 : 8, rows, 0, 0)));
    }

    // Only what a route knows is answered, so nothing that somebody made up is logged.
    private static bool IsWord(string name) => name.Length is > 0 and <= 30 && name.All(char.IsAsciiLetterLower) && name is not ("continuation" or "format" or "code");

    /// <summary>An expression without texts, and with an underscore for each name that is neither of PromQL nor of the catalogue.</summary>
    private static string WithoutNames(string expression) =>
        Name().Replace(Quoted().Replace(expression, "\"\""), found => char.IsAsciiDigit(found.Value[0]) || Words.Contains(found.Value) ? found.Value : "_");

    // With numbers and durations, whose letters are no names.
    [GeneratedRegex(@"[\w:][\w:.]*", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"", RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"shitops_[a-z_]+|(?:^|[^a-zA-Z0-9_:])\{", RegexOptions.NonBacktracking)]
    private static partial Regex Selector();
}
