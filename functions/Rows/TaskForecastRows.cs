using ShitOps.Forecasting;

namespace ShitOps.Rows;

/// <summary>A row for each open task of a project: what is to be expected of it.</summary>
public sealed class TaskForecastRows(ProjectOutlooks outlooks)
{
    private const int Order = 1;

    private static readonly Column<Row>[] Columns =
    [
        new("project", CellKind.Text, "its project", row => row.Project),
        new("task", CellKind.Text, "its key; `/api/rows/tasks` has the rest of it", row => row.Task.Key),
        new("lateProbability", CellKind.Number, "the odds that it is still open when its last day is over, 0 to 1: its own, else its milestone's, else the project's; null: none of them has one", row => row.Task.Late),
        new("closedP50", CellKind.Time, "it is closed by then at odds of 50%; null: later than is known of any task as old in its status", row => row.Task.P50),
        new("closedP85", CellKind.Time, "the same at odds of 85%", row => row.Task.P85),
        new("cutoff", CellKind.Time, "what lies before it was known", row => row.Cutoff),
    ];

    /// <summary><c>GET /api/rows/task-forecasts</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/task-forecasts",
        "One row an open task of a project in its latest forecast, the likeliest to be late first; of up to 2,000.",
        [new("project", "the project; required", IsRequired: true)],
        Columns);

    /// <summary>The tasks that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var position = RowPosition.Of(query, Route, Order, names: 2);
        var project = query.Value("project") ?? throw RowProblemException.Invalid("project is missing: name the one whose tasks are wanted.");
        if (await outlooks.OfAsync(project, query.Scope, cancellationToken) is not { Latest: var latest }) return RowPage.Of(Columns, [], continuation: null);
        var forecast = latest.Forecast;
        var rows = forecast.Tasks.Select(task => new Row(project, forecast.Cutoff, task));

        // A newer forecast has another order: who goes on in it begins behind the same odds.
        if (position.After is [{ } odds, var after]) rows = double.TryParse(odds, System.Globalization.CultureInfo.InvariantCulture, out var passed)
                ? rows.Where(row => Passed(row, passed, after))
                : throw RowProblemException.Invalid("continuation is no token of this listing; begin again without it.");
        var page = await RowScan.TakeAsync(rows.ToAsyncEnumerable(), query.Limit, row => row, last => position.Token(OddsOf(last).ToString("R", System.Globalization.CultureInfo.InvariantCulture), last.Task.Key));
        return RowPage.Of(Columns, page.Rows, page.Continuation);

        static double OddsOf(Row row) => row.Task.Late ?? -1;

        static bool Passed(Row row, double odds, string? after) => OddsOf(row) < odds || (OddsOf(row) == odds && string.CompareOrdinal(row.Task.Key, after) > 0);
    }

    private sealed record Row(string Project, DateTimeOffset Cutoff, TaskForecast Task);
}
