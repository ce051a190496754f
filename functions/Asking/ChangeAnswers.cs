using System.Globalization;
using ShitOps.Archive;
using ShitOps.Audit;
using ShitOps.Events;
using ShitOps.Planning;
using ShitOps.Rows;

namespace ShitOps.Asking;

/// <summary>Answers about who changed what, from the archive of all events.</summary>
internal sealed class ChangeAnswers(AuditSearch audit, Query query, QueryPlan plan, AskedFor asked, DateTime now)
{
    /// <summary>The most rows of a list that states no limit.</summary>
    public const int UsualRows = 1_000;

    /// <summary>The most changes that are counted; settable for tests.</summary>
    public int MostCounted { get; init; } = 200_000;

    /// <summary>How many events one search is asked for at least if not all that it finds are asked for: each search reads from the newest on.</summary>
    private const int LeastFiltered = 10_000;

    private static readonly Dictionary<string, string> WordsOfTypes = new(StringComparer.Ordinal)
    {
        [EventTypes.ProjectCreated] = "created",
        [EventTypes.ProjectUpdated] = "updated",
        [EventTypes.ProjectStatusChanged] = "status",
        [EventTypes.TaskCreated] = "created",
        [EventTypes.TaskUpdated] = "updated",
        [EventTypes.TaskStatusChanged] = "status",
        [EventTypes.TaskAssigned] = "assigned",
        [EventTypes.TaskEstimated] = "estimated",
        [EventTypes.TaskBlocked] = "blocked",
        [EventTypes.TaskUnblocked] = "unblocked",
        [EventTypes.TaskDeleted] = "deleted",
        [EventTypes.ResourceAllocated] = "allocated",
        [EventTypes.ResourceReleased] = "released",
    };

    /// <summary>The rows.</summary>
    /// <exception cref="QuerySpanException">More would have to be read than one query may.</exception>
    public async Task<RowPage> RowsAsync(Func<IEnumerable<string?>, Task<IReadOnlyDictionary<string, string>>> namesOf, CancellationToken cancellationToken)
    {
        var isCounted = query.Aggregation == QueryAggregation.Count;
        var most = isCounted ? MostCounted + 1 : query.Limit ?? UsualRows;
        var found = await FindAsync(most, cancellationToken);
        if (!isCounted)
        {
            var names = await namesOf(found.SelectMany(one => new[] { one.Row.Actor, one.Row.Person }));
            return RowPage.Of(Columns(names), found, continuation: null);
        }

        if (found.Count > MostCounted) throw TooManyChanges();
        var values = Values(found, cancellationToken);
        return AnswerRows.Of(query, values, query.By == QueryField.Person ? await namesOf(values.Select(value => value.Group)) : new Dictionary<string, string>(StringComparer.Ordinal));
    }

    private static Column<AuditedEvent>[] Columns(IReadOnlyDictionary<string, string> names)
    {
        return
        [
            new("time", CellKind.Time, "when it happened", one => one.Row.Time),
            new("project", CellKind.Text, "the project", one => one.Row.Project),
            new("task", CellKind.Text, "the task's key", one => one.Row.Task),
            new("change", CellKind.Text, "what it was", one => Word(one.Row.Type)),
            new("person", CellKind.Text, "who did it: the name, or the person id if it was erased; null: the event does not say", one => Name(one.Row.Actor)),
            new("title", CellKind.Text, "the title or name that it states", one => one.Row.Title),
            new("status", CellKind.Text, "the status that it states", one => one.Row.Status),
            new("to", CellKind.Text, "the assignee, owner or resource that it states", one => Name(one.Row.Person)),
            new("type", CellKind.Text, "the event's type", one => one.Row.Type),
        ];

        string? Name(string? id) => id is null ? null : names.GetValueOrDefault(id, id);
    }

    private static string Word(string type) => WordsOfTypes.GetValueOrDefault(type, type);

    private async Task<IReadOnlyList<AuditedEvent>> FindAsync(int most, CancellationToken cancellationToken)
    {
        var (begin, end) = (QuerySpans.BeginOf(query, query.Span, now, DateTime.MinValue), QuerySpans.EndOf(query.Span, now));
        var filter = new ArchiveFilter
        {
            Task = asked.Kept(QueryField.Task) is { Count: 1 } tasks ? tasks.First() : null,
            Actors = asked.Kept(QueryField.Person),
            Types = asked.Kept(QueryField.Change) is { } words ? [.. WordsOfTypes.Where(one => words.Contains(one.Value)).Select(one => one.Key)] : null,
            From = begin > DateTime.MinValue ? new DateTimeOffset(begin) : null,

            // What a tracker dates ahead is known now.
            Before = end < now ? new DateTimeOffset(end) : null,
        };

        if (plan.Reach == PlanReach.Listed)
        {
            var newest = new NewestEvents(most, after: null);
            await Parallel.ForEachAsync(
                asked.Kept(QueryField.Project)!,
                new ParallelOptions { MaxDegreeOfParallelism = plan.Concurrency, CancellationToken = cancellationToken },
                async (project, stopping) =>
                {
                    var here = await SearchAsync(filter with { Project = project }, most, stopping);
                    lock (newest)
                    {
                        foreach (var one in here) newest.Add(one);
                        if (query.Aggregation == QueryAggregation.Count && newest.Count > MostCounted) throw TooManyChanges();
                    }
                });
            return newest.InOrder;
        }

        return await SearchAsync(filter, most, cancellationToken);
    }

    /// <summary>The newest of a search, on and on until enough of them pass all filters.</summary>
    private async Task<List<AuditedEvent>> SearchAsync(ArchiveFilter filter, int most, CancellationToken cancellationToken)
    {
        var found = new List<AuditedEvent>();
        var size = IsFilteredHere ? Math.Max(most, LeastFiltered) : most;
        for (AuditPlace? after = null; found.Count < most;)
        {
            var page = await audit.NewestAsync(filter, after, size, cancellationToken) ?? throw TooMuch($"more than {AuditSearch.MostRead:N0} archived events would have to be read");
            found.AddRange(page.Where(IsAskedFor).Take(most - found.Count));
            if (page.Count < size) break;
            after = page[^1].Place;
        }

        return found;
    }

    /// <summary>Whether searches find more than what is asked for.</summary>
    private bool IsFilteredHere => query.Filters.Any(filter =>
        filter.Excludes || (filter.Field == QueryField.Project && plan.Reach != PlanReach.Listed) || (filter.Field == QueryField.Task && asked.Kept(QueryField.Task) is not { Count: 1 }));

    private bool IsAskedFor(AuditedEvent one) =>
        asked.Lets(QueryField.Project, one.Row.Project) && asked.Lets(QueryField.Task, one.Row.Task) && asked.Lets(QueryField.Person, one.Row.Actor) && asked.Lets(QueryField.Change, Word(one.Row.Type));

    private List<QueryValue> Values(IReadOnlyList<AuditedEvent> found, CancellationToken cancellationToken)
    {
        var earliest = found.Count == 0 ? now : found.Min(one => one.Row.Time).UtcDateTime;
        var end = QuerySpans.EndOf(query.Span, now);
        var begin = QuerySpans.BeginOf(query, query.Span, now, query.Span is { From: null } ? earliest : DateTime.MinValue);
        DateTime[] ends = query.Step is { } step ? [.. MeasuredGroups.Steps(step, begin, end)] : [end];
        var groups = found.ToLookup(GroupOf, StringComparer.Ordinal);
        List<string> names = query.By is null ? [""] : [.. groups.Select(group => group.Key)];
        MeasuredGroups.CheckValues(names.Count, ends.Length);
        return [.. names.SelectMany(name =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var counts = new long[ends.Length];
            foreach (var one in groups[name]) counts[StepOf(one.Row.Time.UtcDateTime)]++;
            return counts.Select((count, i) => new QueryValue(name, i == 0 ? begin : ends[i - 1], ends[i], count, null));
        })];

        // The first step has what lies before it too, the last one what is dated ahead; an end belongs to the step behind it.
        int StepOf(DateTime time)
        {
            var place = Array.BinarySearch(ends, time);
            return Math.Min(place < 0 ? ~place : place + 1, ends.Length - 1);
        }
    }

    private string GroupOf(AuditedEvent one) => query.By switch
    {
        QueryField.Project => one.Row.Project,
        QueryField.Person => one.Row.Actor ?? "",
        QueryField.Task => one.Row.Task is { } task ? TaskGroup.Of(one.Row.Project, task) : "",
        QueryField.Change => Word(one.Row.Type),
        _ => "",
    };

    private QuerySpanException TooManyChanges() => TooMuch(string.Create(CultureInfo.InvariantCulture, $"there are more than {MostCounted:N0} changes"));

    private static QuerySpanException TooMuch(string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"To answer this is too much: {what}. Name a project or a task, or ask for a shorter time."));
}
