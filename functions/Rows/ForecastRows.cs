using ShitOps.Forecasting;

namespace ShitOps.Rows;

/// <summary>A row for each project's latest forecast, or for each forecast of one project in a span of time.</summary>
public sealed class ForecastRows(ProjectOutlooks outlooks)
{
    /// <summary>Part of where a listing goes on; it changes if the order of rows does.</summary>
    private const int Order = 1;

    private static readonly Column<StoredForecast>[] Columns =
    [
        new("project", CellKind.Text, "the project", row => row.Forecast.Project),
        new("team", CellKind.Text, "its team when it was forecast", row => row.Team),
        new("cutoff", CellKind.Time, "what lies before it was known", row => row.Forecast.Cutoff),
        new("shortage", CellKind.Text, "why there is not enough history; null: there is. Then items are a wide guess, and dates and odds are null", row => row.Forecast.Shortage),
        new("open", CellKind.Integer, "open tasks: the backlog", row => (long)row.Forecast.Backlog),
        new("leftPerWeek", CellKind.Number, "tasks done or cancelled in a week, the mean of the last 12", row => row.Forecast.Pace),
        new("arrivedPerWeek", CellKind.Number, "tasks that came to be in a week, the mean of the last 12", row => row.Forecast.Growth),
        new("due", CellKind.Date, "the project's last day, included", row => row.Due),
        new("onTimeProbability", CellKind.Number, "the odds that the present backlog is done by then, 0 to 1", row => Rounded(row.Forecast.Completion?.OnTime)),
        new("onTimeWithGrowthProbability", CellKind.Number, "the same with what arrives until then", row => Rounded(row.Forecast.CompletionWithGrowth?.OnTime)),
        .. Dates("completion", "the present backlog is done by then", forecast => forecast.Completion),
        .. Dates("completionWithGrowth", "nothing is open any more, with what arrives until then,", forecast => forecast.CompletionWithGrowth),
        .. ForecastInput.Horizons.SelectMany(Items),
        new("movedDays", CellKind.Number, "how much later than last announced the backlog is done at odds of 85%; null: it did not move materially, or a date is not known", row => row.Move?.Days),
        new("movedOdds", CellKind.Number, "how much the odds of the last day gained, likewise", row => row.Move?.Odds),
        new("cause", CellKind.Text, "what moved it most", row => row.Move?.Cause),
        new("computed", CellKind.Time, "when it was computed", row => row.Computed),
    ];

    /// <summary><c>GET /api/rows/forecasts</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/forecasts",
        "One row a project: its latest forecast; or, with `from` or `to`, one row a forecast of a project, the earliest first.",
        [
            new("project", "only these; with `from` or `to` one, and required", MayRepeat: true),
            new("team", "only projects of these teams", MayRepeat: true),
            new("from", $"only forecasts whose cutoffs are not earlier: {RowTime.Expected}. Left out: all"),
            new("to", "only forecasts whose cutoffs are not later, written likewise; a date includes its day. Left out: all"),
        ],
        Columns);

    /// <summary>The forecasts that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var position = RowPosition.Of(query, Route, Order);
        var projects = query.Values("project");
        if (query.Value("from") is null && query.Value("to") is null)
        {
            var page = await RowScan.TakeAsync(
                outlooks.OfAsync(projects, query.Scope, position.After?[0], cancellationToken), query.Limit, outlook => query.Lets("team", outlook.Latest.Team) ? outlook.Latest : null, last => position.Token(last.Latest.Forecast.Project));
            return RowPage.Of(Columns, page.Rows, page.Continuation);
        }

        if (projects is not [var project]) throw RowProblemException.Invalid($"from and to want one project, but there are {projects.Count}; expected project=NAME.");
        var from = query.Value("from") is null ? DateTimeOffset.UnixEpoch : RowTime.Of(query, "from", RowTime.Expected, wholeDay: false);
        var to = query.Value("to") is null ? DateTimeOffset.MaxValue : RowTime.Of(query, "to", RowTime.Expected, wholeDay: true).AddTicks(-1);
        var history = await RowScan.TakeAsync(
            outlooks.ForecastsAsync(project, query.Scope, from, to, cancellationToken).Where(one => position.IsBefore(Name(one))), query.Limit, one => query.Lets("team", one.Team) ? one : null, last => position.Token(Name(last)));
        return RowPage.Of(Columns, history.Rows, history.Continuation);

        static string Name(StoredForecast one) => one.Forecast.Cutoff.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static IEnumerable<Column<StoredForecast>> Dates(string name, string what, Func<ProjectForecast, CompletionForecast?> of) =>
    [
        new($"{name}P50", CellKind.Time, $"{what} at odds of 50%; null: later than three years ahead", row => of(row.Forecast)?.P50),
        new($"{name}P85", CellKind.Time, "the same at odds of 85%", row => of(row.Forecast)?.P85),
        new($"{name}P95", CellKind.Time, "the same at odds of 95%", row => of(row.Forecast)?.P95),
    ];

    private static IEnumerable<Column<StoredForecast>> Items(int weeks)
    {
        var (prefix, first) = ($"itemsIn{weeks}Week{(weeks == 1 ? "" : "s")}", weeks == ForecastInput.Horizons[0]);
        string Said(int odds) => first ? $"tasks that will be done in the week that begins at the cutoff, so many or more at odds of {odds}%" : $"the same in {weeks} weeks, at odds of {odds}%";
        return
        [
            new($"{prefix}P50", CellKind.Number, Said(50), row => Of(row)?.P50),
            new($"{prefix}P85", CellKind.Number, Said(85), row => Of(row)?.P85),
            new($"{prefix}P95", CellKind.Number, Said(95), row => Of(row)?.P95),
        ];

        ItemsForecast? Of(StoredForecast row) => row.Forecast.Items.FirstOrDefault(items => items.Weeks == weeks);
    }

    private static object? Rounded(double? odds) => odds is { } known ? Math.Round(known, 4) : null;
}
