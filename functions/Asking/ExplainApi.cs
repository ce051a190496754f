using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using ShitOps.Aggregation;
using ShitOps.Planning;
using ShitOps.Rows;
using ShitOps.Wording;

namespace ShitOps.Asking;

/// <summary>Says which ways there are to an answer, what each is expected to cost, and which stores and slices the cheapest touches.</summary>
public sealed class ExplainApi(AskedQuery queries, LiveNames names, QueryPlanner planner, LiveAggregates aggregates, TimeProvider time)
{
    private const int MostNodes = 64;

    private static readonly string[] Known = ["question", "query", "run", "format"];

    /// <summary><c>/api/explain</c>.</summary>
    public Task<IActionResult> ExplainAsync(HttpRequest request, CancellationToken cancellationToken) => AskProblems.OrAnswerAsync(async () =>
    {
        var asked = await AskRequest.OfAsync(request, Known, cancellationToken);
        var format = asked.Value("format");
        if (format is not (null or "all" or "nodes" or "edges")) throw RowProblemException.Invalid($"format is \"{format}\"; expected all, nodes or edges.");
        if (asked.Value("run") is not (null or "true" or "false")) throw RowProblemException.Invalid($"run is \"{asked.Value("run")}\"; expected true or false.");
        var now = time.GetUtcNow().UtcDateTime;
        var (_, understood, query) = await queries.OfAsync(asked, now, cancellationToken);
        if (query is null) throw RowProblemException.Invalid(understood!.Refusal ?? $"It is not sure what that means; expected one of these as query: {string.Join("; ", understood.Readings.Select(reading => reading.Query.ToString()))}.");
        var fleet = (await names.GetAsync(cancellationToken)).Fleet;
        var plans = planner.Explain(query, fleet, now);
        var taken = asked.Value("run") == "true" ? (await planner.AnswerAsync(query, fleet, now, cancellationToken)).Taken : null;
        var (shown, expectedMs) = taken is null ? plans[0] : (taken.Candidate, taken.ExpectedMs);
        var map = Map(query, shown, expectedMs, taken, await aggregates.TableAsync(cancellationToken));
        return format switch
        {
            "nodes" => Json.Answer(StatusCodes.Status200OK, map.Nodes),
            "edges" => Json.Answer(StatusCodes.Status200OK, map.Edges),
            _ => Json.Answer(StatusCodes.Status200OK, new
            {
                Query = query.ToString(),
                Kind = query.Kind.Word(),
                Shape = QueryShape.Of(query, now),
                Plans = plans.Select(one => new
                {
                    Plan = one.Candidate.Plan.ToString(),
                    ExpectedMs = Math.Round(one.ExpectedMs, 1),
                    Requests = Math.Round(one.Candidate.Estimate.Requests),
                    Rows = Math.Round(one.Candidate.Estimate.Entities),
                    Bytes = Math.Round(one.Candidate.Estimate.Bytes),
                    one.Candidate.Estimate.Slices,
                }),
                Spent = taken is null ? null : new { Plan = taken.Plan.ToString(), Ms = Math.Round(taken.SpentMs, 1), taken.Requests, taken.Bytes },
                map.Nodes,
                map.Edges,
            }),
        };
    });

    /// <summary>The query, its plan, and what that reads.</summary>
    private static InteractionMap Map(Query query, PlanCandidate candidate, double expectedMs, TakenPlan? taken, AggregateTable table)
    {
        var (plan, estimate) = (candidate.Plan, candidate.Estimate);
        var map = new InteractionMap([], []);
        map.Nodes.Add(new MapNode("query", query.Kind.Word(), query.ToString(), ""));
        map.Nodes.Add(new MapNode("plan", plan.ToString(), taken is null ? "not run" : string.Create(CultureInfo.InvariantCulture, $"{taken.SpentMs:F1} ms spent"), string.Create(CultureInfo.InvariantCulture, $"{expectedMs:F1} ms expected")));
        map.Edges.Add(new MapEdge("query-plan", "query", "plan", ""));
        if (plan.Source == PlanSource.Archive)
        {
            Store("archive", "archive", "files and segments that may hold what is asked for", estimate.Requests, estimate.Entities);
        }
        else
        {
            var keys = plan.Reach == PlanReach.Listed ? query.Filters.First(filter => filter is { Field: QueryField.Project, Excludes: false }).Values : null;
            var slices = (keys is null ? table.Slices : keys.Select(table.SliceOf).Distinct()).ToList();
            if (slices.Count > MostNodes) Store("slices", table.Name, $"{slices.Count} slices", estimate.Requests, estimate.Entities);
            else
                foreach (var slice in slices) Store($"slice-{slice}", $"slice {slice}", table.Name, estimate.Requests / slices.Count, estimate.Entities / slices.Count);
        }

        if (query.By == QueryField.Person || query.Filters.Any(filter => filter.Field == QueryField.Person) || query.Aggregation == QueryAggregation.List || query.Metric == QueryMetric.Changes)
            map.Nodes.Add(new MapNode("people", "people", "names of the people in the answer", ""));
        if (map.Nodes[^1].Id == "people") map.Edges.Add(new MapEdge("plan-people", "plan", "people", ""));
        return map;

        void Store(string id, string title, string subtitle, double requests, double entities)
        {
            map.Nodes.Add(new MapNode(id, title, subtitle, Quantity.Of((long)Math.Round(entities), "row")));
            map.Edges.Add(new MapEdge($"plan-{id}", "plan", id, string.Create(CultureInfo.InvariantCulture, $"{requests:N1} requests")));
        }
    }

    /// <summary>A node, with the members that Grafana's node graph asks for.</summary>
    private sealed record MapNode(string Id, string Title, string Subtitle, string Mainstat);

    /// <summary>An edge, likewise.</summary>
    private sealed record MapEdge(string Id, string Source, string Target, string Mainstat);

    private sealed record InteractionMap(List<MapNode> Nodes, List<MapEdge> Edges);
}
