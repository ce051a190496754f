using System.Globalization;
using ShitOps.Forecasting;

namespace ShitOps.Rows;

/// <summary>A row for each milestone, sprint or version that has a last day and open tasks: the share of it that will be done.</summary>
public sealed class MilestoneForecastRows(ProjectOutlooks outlooks)
{
    private const int Order = 1;

    private static readonly Column<Row>[] Columns =
    [
        new("project", CellKind.Text, "its project", row => row.Forecast.Project),
        new("milestone", CellKind.Text, "its name", row => row.Milestone.Name),
        new("due", CellKind.Date, "its last day, included", row => row.Milestone.Due),
        new("tasks", CellKind.Integer, "its tasks without cancelled ones", row => (long)row.Milestone.Tasks),
        new("done", CellKind.Integer, "those of them that are done", row => (long)row.Milestone.Done),
        new("doneShareP50", CellKind.Number, "the share that is done when the day is over, so much or more at odds of 50%, 0 to 1", row => Math.Round(row.Milestone.P50, 4)),
        new("doneShareP85", CellKind.Number, "the same at odds of 85%", row => Math.Round(row.Milestone.P85, 4)),
        new("doneShareP95", CellKind.Number, "the same at odds of 95%", row => Math.Round(row.Milestone.P95, 4)),
        new("allDoneProbability", CellKind.Number, "the odds that all of it is done then, 0 to 1", row => Math.Round(row.Milestone.AllDone, 4)),
        new("cutoff", CellKind.Time, "what lies before it was known", row => row.Forecast.Cutoff),
    ];

    /// <summary><c>GET /api/rows/milestone-forecasts</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/milestone-forecasts",
        "One row a milestone, sprint or version with a last day, in the latest forecast of its project: by project, and in each by the day.",
        [new("project", "only of these projects", MayRepeat: true)],
        Columns);

    /// <summary>The milestones that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var position = RowPosition.Of(query, Route, Order, names: 2);
        var page = await RowScan.TakeAsync(MilestonesAsync(), query.Limit, row => row, last => position.Token(last.Forecast.Project, PlaceOf(last.Milestone)));
        return RowPage.Of(Columns, page.Rows, page.Continuation);

        async IAsyncEnumerable<Row> MilestonesAsync()
        {
            // The project that the page before ended in may have more.
            var (project, place) = position.After is [{ } first, var second] ? (first, second) : (null, null);
            if (project is not null && await outlooks.OfAsync(project, query.Scope, cancellationToken) is { } begun)
            {
                foreach (var row in Of(begun))
                    if (string.CompareOrdinal(PlaceOf(row.Milestone), place) > 0) yield return row;
            }

            await foreach (var outlook in outlooks.OfAsync(query.Values("project"), query.Scope, project, cancellationToken))
                foreach (var row in Of(outlook)) yield return row;
        }

        static IEnumerable<Row> Of(ProjectOutlook outlook) => outlook.Latest.Forecast.Milestones.Select(milestone => new Row(outlook.Latest.Forecast, milestone)).OrderBy(row => PlaceOf(row.Milestone), StringComparer.Ordinal);

        // By which the milestones of a project are in order.
        static string PlaceOf(MilestoneForecast milestone) => string.Create(CultureInfo.InvariantCulture, $"{milestone.Due:yyyyMMdd} {milestone.Name}");
    }

    private sealed record Row(ProjectForecast Forecast, MilestoneForecast Milestone);
}
