using System.Globalization;
using ShitOps.Archive;
using ShitOps.Audit;
using ShitOps.Events;
using ShitOps.People;

namespace ShitOps.Rows;

/// <summary>A row for each archived event: who changed what, and when.</summary>
public sealed class AuditRows(AuditSearch search, PersonNames people)
{
    private static readonly Column<AuditRow>[] Columns =
    [
        new("time", CellKind.Time, "when it happened", row => row.Event.Time),
        new("project", CellKind.Text, "the project", row => row.Event.Project),
        new("task", CellKind.Text, "the task's key, of `task.*`", row => row.Event.Task),
        new("type", CellKind.Text, "the event's type", row => row.Event.Type),
        new("actor", CellKind.Text, "who did it: the name, or the person id if it was erased; null: the event does not say", row => row.Actor),
        new("actorId", CellKind.Text, "the actor's person id", row => row.Event.Actor),
        new("status", CellKind.Text, "the status that it states, in the tracker's word", row => row.Event.Status),
        new("category", CellKind.Text, "what that means: `todo`, `in-progress`, `blocked`, `done` or `cancelled`", row => row.Event.Category),
        new("person", CellKind.Text, "the task's assignee, the project's owner or the allocation's resource that it states: the name, or the person id if it was erased", row => row.Person),
        new("personId", CellKind.Text, "that one's person id", row => row.Event.Person),
        new("title", CellKind.Text, "the task's title or the project's name that it states", row => row.Event.Title),
        new("kind", CellKind.Text, "the kind of issue that it states", row => row.Event.Kind),
        new("priority", CellKind.Text, "the priority that it states", row => row.Event.Priority),
        new("team", CellKind.Text, "the team that it states", row => row.Event.Team),
        new("parent", CellKind.Text, "the parent task that it states", row => row.Event.Parent),
        new("estimateHours", CellKind.Number, "the estimate that it states", row => row.Event.EstimateHours),
        new("remainingHours", CellKind.Number, "the remaining effort that it states", row => row.Event.RemainingHours),
        new("spentHours", CellKind.Number, "the effort spent that it states", row => row.Event.SpentHours),
        new("allocation", CellKind.Text, "the allocation, of `resource.*`", row => row.Event.Allocation),
        new("hoursPerWeek", CellKind.Number, "the hours per week of the allocation", row => row.Event.HoursPerWeek),
        new("start", CellKind.Date, "the first day that it states, of the project or the allocation", row => row.Event.Start),
        new("due", CellKind.Date, "the last day that it states, of the project, the task or the allocation", row => row.Event.Due),
        new("details", CellKind.Text, "as JSON whatever else it states, and what it states in another way than the columns can show: labels, a milestone, a reason, a field that is cleared (null). People in it are person ids", row => row.Event.Rest),
        new("id", CellKind.Text, "the event's id", row => row.Event.Id),
        new("source", CellKind.Text, "the tracker that says it", row => row.Event.Source),
        new("recorded", CellKind.Time, "when the record was put on Kafka", row => row.Event.Timestamp),
        new("stream", CellKind.Text, "the Kafka cluster as the setting `KafkaStream` names it", row => row.Audited.Chain.Stream),
        new("topic", CellKind.Text, "the record's topic", row => row.Audited.Chain.Topic),
        new("partition", CellKind.Integer, "the record's partition", row => (long)row.Audited.Chain.Partition),
        new("offset", CellKind.Integer, "the record's offset", row => row.Event.Offset),
    ];

    /// <summary><c>GET /api/rows/audit</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/audit",
        "One row an event, the newest first: who changed what, and when, as it was archived. An event that was recorded several times is one row, that of the record that is first by stream, topic, partition and offset.",
        [
            new("project", "only events about this project"),
            new("task", "only events about the task with this key"),
            new("actor", "only what these people did, by name or person id", MayRepeat: true),
            new("type", "only events of these types, such as `task.status-changed`", MayRepeat: true),
            new("from", $"only what happened then or later: {RowTime.Expected}"),
            new("to", "only what happened before, written likewise; a date includes its day"),
        ],
        Columns);

    /// <summary>The events that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right, or asks for too much.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var position = RowPosition.Of(query, Route, slices: 0, names: 3);
        var filter = new ArchiveFilter
        {
            Project = query.Value("project"),
            Task = query.Value("task"),
            Types = query.Values("type") is { Count: > 0 } types ? types : null,
            Actors = (await PersonFilter.OfAsync(query.Values("actor"), people, cancellationToken)).Ids,
            From = query.Value("from") is null ? null : RowTime.Of(query, "from", RowTime.Expected, wholeDay: false),
            Before = query.Value("to") is null ? null : RowTime.Of(query, "to", RowTime.Expected, wholeDay: true),
        };
        if (filter.Before <= filter.From) throw RowProblemException.Invalid($"to is not behind from: nothing lies between {query.Value("from")} and {query.Value("to")}.");

        // Whether there are more is known only when one more is found.
        var found = await search.NewestAsync(filter, position.After is { } after ? Place(after) : null, query.Limit + 1, cancellationToken) ?? throw TooMuch(filter);
        var rows = found.Take(query.Limit).Select(one => new AuditRow(one)).ToList();
        var names = await people.OfAsync(rows.SelectMany(row => new[] { row.Event.Actor, row.Event.Person }), cancellationToken);
        foreach (var row in rows) row.Name(names);
        return RowPage.Of(Columns, rows, found.Count > query.Limit ? position.Token(Rfc3339.Format(rows[^1].Event.Time), rows[^1].Event.Id, rows[^1].Event.Source) : null);
    }

    private static AuditPlace Place(IReadOnlyList<string?> names) =>
        names is [{ } time, { } id, { } source] && Rfc3339.TryParse(System.Text.Encoding.UTF8.GetBytes(time), out var at)
            ? new AuditPlace(at, id, source)
            : throw RowProblemException.Invalid("continuation is no token of this listing; begin again without it.");

    private RowProblemException TooMuch(ArchiveFilter filter)
    {
        string?[] narrower = [filter.Project is null ? "name a project" : null, filter.Task is null ? "name a task" : null, filter.From is null || filter.Before is null ? "say from when to when" : "ask for a shorter time"];
        return RowProblemException.Invalid(string.Create(
            CultureInfo.InvariantCulture,
            $"To answer this, more than {search.Limit:N0} archived events would have to be read: {string.Join(", or ", narrower.OfType<string>())}. For what spans more, read the archive's table with an engine made for that."));
    }

    private sealed class AuditRow(AuditedEvent audited)
    {
        public AuditedEvent Audited => audited;

        public ArchiveRow Event => audited.Row;

        public string? Actor { get; private set; }

        public string? Person { get; private set; }

        public void Name(IReadOnlyDictionary<string, string> names)
        {
            Actor = Of(Event.Actor);
            Person = Of(Event.Person);

            string? Of(string? id) => id is null ? null : names.GetValueOrDefault(id, id);
        }
    }
}
