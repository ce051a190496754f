using System.Globalization;
using ShitOps.Aggregation;
using ShitOps.Projects;

namespace ShitOps.Rows;

/// <summary>
/// A row for each step of a project's past: how it was at the step's end, and what happened within it. Steps are whole hours (UTC), counted
/// from the beginning of the year 1, which was a Monday: so days begin at midnight and weeks with Monday, wherever a range begins.
/// </summary>
public sealed class HistoryRows(LiveAggregates aggregates, TimeProvider time)
{
    /// <summary>The most steps of a range, as with Prometheus. All of them are one answer: a series that is cut off looks like one that ends.</summary>
    public const int MostSteps = 11_000;

    private static readonly Column<HistoryRow>[] Columns =
    [
        new("project", CellKind.Text, "the project", row => row.Project),
        new("time", CellKind.Time, "when the step begins", row => row.Level.Hour),
        new("until", CellKind.Time, "when it ends; ahead of now for the step that is not over", row => row.Until),
        new("todo", CellKind.Integer, "tasks not begun, at the end", row => row.Level.Totals[Measure.Todo]),
        new("inProgress", CellKind.Integer, "tasks whose status means in progress", row => row.Level.Totals[Measure.InProgress]),
        new("blockedStatus", CellKind.Integer, "tasks whose status means blocked", row => row.Level.Totals[Measure.BlockedStatus]),
        new("done", CellKind.Integer, "tasks that are done", row => row.Level.Totals[Measure.Done]),
        new("cancelled", CellKind.Integer, "tasks that are cancelled", row => row.Level.Totals[Measure.Cancelled]),
        new("open", CellKind.Integer, "tasks neither done nor cancelled", row => row.Level.Totals.Open),
        new("wip", CellKind.Integer, "tasks begun and not finished", row => row.Level.Totals.WorkInProgress),
        new("blocked", CellKind.Integer, "open tasks that wait, by their status or by a block", row => row.Level.Totals[Measure.Blocked]),
        .. CounterColumns.Effort<HistoryRow>(row => row.Level.Totals),
        new("created", CellKind.Integer, "tasks that came to be within the step", row => row.Level.Changes[Measure.Created]),
        new("completed", CellKind.Integer, "times that a task became done within it", row => row.Level.Changes[Measure.Completed]),
        new("reopened", CellKind.Integer, "times that one became open again", row => row.Level.Changes[Measure.Reopened]),
        new("dropped", CellKind.Integer, "times that one became cancelled", row => row.Level.Changes[Measure.Dropped]),
        new("leadTimeMeanSeconds", CellKind.Number, "from created to done, the mean over the completions within it", row => CounterColumns.Mean(row.Level.Changes, Measure.LeadMilliseconds, Measure.LeadBuckets)),
        new("cycleTimeMeanSeconds", CellKind.Number, "from first in progress to done, likewise", row => CounterColumns.Mean(row.Level.Changes, Measure.CycleMilliseconds, Measure.CycleBuckets)),
    ];

    /// <summary><c>GET /api/rows/history</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/history",
        "One row for each step of time of a project, the earliest first. Tasks that are deleted now are in none of them.",
        [
            new("project", "the project; required", IsRequired: true),
            new("from", $"the first step is the one with this instant: {RowTime.Expected}. Left out: the first one in which anything happened"),
            new("to", "the last step is the one that goes on to this instant, written likewise; a date includes its day. Left out, or ahead of now: now"),
            new("step", "whole hours, such as `1h`, `6h`, `1d` or `1w`. Left out: `1d`"),
        ],
        Columns) { MostLimit = MostSteps, DefaultLimit = MostSteps, RequiresKnownProject = true };

    /// <summary>The steps that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right, or there is no such project.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        var now = time.GetUtcNow();
        var project = query.Value("project") ?? throw RowProblemException.Invalid("project is missing: name the one whose history is wanted.");
        var step = Step(query);
        var from = query.Value("from") is null ? (DateTimeOffset?)null : RowTime.Of(query, "from", RowTime.Expected, wholeDay: false);
        var to = query.Value("to") is null ? now : RowTime.Of(query, "to", RowTime.Expected, wholeDay: true);
        if (to <= from) throw RowProblemException.Invalid($"to is not behind from: nothing lies between {query.Value("from")} and {query.Value("to") ?? "now"}.");
        if (to > now) to = now;
        var position = RowPosition.Of(query, Route, table.SliceCount);
        if (await table.ProjectAsync(project, query.Scope, cancellationToken) is null) throw RowProblemException.UnknownProject(project);
        if (to <= (from ?? DateTimeOffset.MinValue)) return Nothing();

        // The table is read up to the end of the last step's day; its levels are those of the step's end.
        var last = (to.UtcTicks - 1) / TimeSpan.TicksPerHour / step * step;
        var end = Math.Min(last + step, HourOf(DateTimeOffset.MaxValue));
        var changes = await table.HistoryAsync(project, DateOnly.FromDateTime(TimeOf(end - 1).UtcDateTime), cancellationToken);
        var first = (from is { } stated ? HourOf(stated) : Math.Min(last, changes.Measures.Select(one => (long)one.Hour).DefaultIfEmpty(last).Min())) / step * step;
        var steps = ((last - first) / step) + 1;
        if (steps > MostSteps) throw RowProblemException.Invalid($"From {TimeOf(first):yyyy-MM-dd} to {to:yyyy-MM-dd} there are {steps:N0} steps of {step} h; at most {MostSteps:N0} are answered: take a longer step or a shorter range.");

        if (position.After?[0] is { } passed) first = Math.Max(first, Position(passed) + step);
        if (first > last) return Nothing();
        var rows = HistoryLevels.At(changes, TimeOf(first), TimeOf(last), step).Select(level => new HistoryRow(project, level, TimeOf(Math.Min(HourOf(level.Hour) + step, HourOf(DateTimeOffset.MaxValue)))));
        var page = await RowScan.TakeAsync(rows.ToAsyncEnumerable(), query.Limit, row => row, row => position.Token(HourOf(row.Level.Hour).ToString(CultureInfo.InvariantCulture)));
        return RowPage.Of(Columns, page.Rows, page.Continuation);

        static RowPage Nothing() => RowPage.Of(Columns, [], continuation: null);
    }

    private static int Step(RowQuery query)
    {
        const string Name = "step";
        var text = query.Value(Name) ?? "1d";
        var unit = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        if (unit == 0 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) throw NoStep();
        var seconds = (long)number * unit;
        return seconds > 0 && seconds % 3600 == 0 && seconds / 3600 <= MostSteps * 24 ? (int)(seconds / 3600) : throw NoStep();

        RowProblemException NoStep() => query.Unexpected(Name, "whole hours, such as 1h, 6h, 1d or 1w; history is kept by the hour");
    }

    private static long Position(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var hour) && hour <= HourOf(DateTimeOffset.MaxValue)
            ? hour
            : throw RowProblemException.Invalid("continuation is no token of this listing; begin again without it.");

    private static long HourOf(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerHour;

    private static DateTimeOffset TimeOf(long hour) => new(hour * TimeSpan.TicksPerHour, TimeSpan.Zero);

    private sealed record HistoryRow(string Project, HistoryLevel Level, DateTimeOffset Until);
}
