using ShitOps.Forecasting;

namespace ShitOps.Rows;

/// <summary>A row for each project and kind of promise: how often past promises held. Those of all projects together come first.</summary>
public sealed class CalibrationRows(ProjectOutlooks outlooks)
{
    private static readonly Column<Row>[] Columns =
    [
        new("project", CellKind.Text, "the project; null: all that the filter lets through, together", row => row.Project),
        new("promise", CellKind.Text, "what was promised: `items`, so many tasks done in so many weeks, or `completion`, the backlog done by a day", row => row.Tally.Word()),
        new("weeks", CellKind.Integer, "the horizon of items", row => row.Tally.Weeks == 0 ? null : (long)row.Tally.Weeks),
        new("settled", CellKind.Integer, "promises at odds of 50% whose time is over; one is made a week. Of `completion` fewer of those at 85% and 95% are, since their dates are later", row => (long)row.Tally.Settled),
        new("heldP50", CellKind.Number, "the share of those at odds of 50% that held, 0 to 1; null: none is settled", row => Share(row.Tally.Held50, row.Tally.Settled)),
        new("heldP85", CellKind.Number, "the same at odds of 85%", row => Share(row.Tally.Held85, row.Tally.Settled85)),
        new("heldP95", CellKind.Number, "the same at odds of 95%", row => Share(row.Tally.Held95, row.Tally.Settled95)),
        new("meanError", CellKind.Number, "how far the median was off, the mean in tasks, or in days over those of `completion` that were done by their last date", row => row.Tally.Known > 0 ? Math.Round(row.Tally.Errors / row.Tally.Known, 3) : null),
    ];

    /// <summary><c>GET /api/rows/calibration</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/calibration",
        "One row for each kind of promise, over all projects, and then of each project: how often past promises held.",
        [new("project", "only of these projects", MayRepeat: true)],
        Columns) { IsPaged = false };

    /// <summary>The tallies that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var all = new SortedDictionary<int, PromiseTally>();
        List<Row> rows = [];
        await foreach (var outlook in outlooks.OfAsync(query.Values("project"), query.Scope, after: null, cancellationToken))
        {
            foreach (var tally in outlook.Tallies)
            {
                all[tally.Weeks] = all.TryGetValue(tally.Weeks, out var sum) ? sum.With(tally) : tally;
                rows.Add(new Row(outlook.Latest.Forecast.Project, tally));
            }
        }

        return RowPage.Of(Columns, [.. all.Values.Select(tally => new Row(null, tally)), .. rows], continuation: null);
    }

    private static object? Share(int held, int settled) => settled == 0 ? null : Math.Round((double)held / settled, 4);

    private sealed record Row(string? Project, PromiseTally Tally);
}
