using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Asking;
using ShitOps.Audit;
using ShitOps.Bench.Archive;
using ShitOps.Datasource;
using ShitOps.Events;
using ShitOps.History;
using ShitOps.Local.Simulator;
using ShitOps.People;
using ShitOps.Planning;
using ShitOps.PromQL.Evaluation;
using ShitOps.Replay;
using ShitOps.Security;

namespace ShitOps.Bench.Planning;

/// <summary>
/// What plans of queries really take over the stores of a simulated organisation, and how near to the best of them the cost model comes: every
/// plan of every query is run five times; then queries are drawn, and each choice costs the median of its plan, while the model is told one of the
/// five runs.
/// </summary>
internal static class PlanBench
{
    private const int Runs = 5;
    private const int Partitions = 8;
    private const int Teams = 8;
    private const int Drawn = 2_000;
    private const int Seeds = 20;

    // Student's t for 20 seeds, 95 %.
    private const double T = 2.093;

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--events N</c>: how many events; default 20,000.</param>
    /// <returns>0; 1 if two plans of a query gave different rows; 2 if the arguments are not understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!CountOption.TryRead("plan", "--events", 20_000, args, out var count)) return 2;
        await using var store = await ArchiveStore.StartAsync();
        var people = new PersonDirectory(Encoding.UTF8.GetBytes("a tenant key that only the benchmark has"), store.Account);
        var now = await FillAsync(store, people, count);
        var aggregates = new LiveAggregates(store.Account, 16, TimeProvider.System);
        await new AggregateReplay(store.Account, aggregates, store.Table, TimeProvider.System).RunAsync(new ReplayOptions(), _ => { }, CancellationToken.None);

        var names = new PersonNames(people, TimeProvider.System);
        using var blocks = new HistoryBlocks(store.Account, ProductSeries.History, TimeProvider.System);
        var series = ProductSeries.Of(store.Account, aggregates, names, blocks, TimeProvider.System).In(Scope.All);
        var executor = new QueryExecutor(aggregates, names, series, new QueryTurns(new QuerySettings(new QueryLimits(), TimeSpan.FromMinutes(2), Concurrency: 6)), new AuditSearch(store.Table, new ArchiveReader(store.Account, store.Table), store.Positions));
        var fleet = (await new LiveNames(aggregates, people, TimeProvider.System, NullLogger<LiveNames>.Instance).GetAsync(CancellationToken.None)).Fleet;
        Print("events", count);
        Print("projects", fleet.Projects.Count);
        Print("tasks", fleet.Projects.Sum(project => (double)project.Tasks));

        var clock = Stopwatch.StartNew();
        var measured = new List<MeasuredQuery>();
        foreach (var query in Queries(fleet, now)) measured.Add(await MeasureAsync(executor, fleet, query, now));
        Print("queries", measured.Count);
        Print("plans", measured.Sum(query => query.Plans.Count));
        Print("measuring_s", clock.Elapsed.TotalSeconds);
        Print("answers_equal", measured.TrueForAll(query => query.IsEqual) ? 1 : 0);
        foreach (var query in measured.Where(query => !query.IsEqual)) Console.Error.WriteLine($"plans differ: {query.Query}");
        Print("dearest_to_cheapest_plan_p50", Percentile([.. measured.Select(query => query.Medians.Max() / query.Medians.Min())], 0.5));

        var runs = Enumerable.Range(1, Seeds).Select(seed => Replay(measured, seed)).ToList();
        foreach (var (name, cost) in ((string, Func<Costs, double[]>)[])[("default", run => run.Default), ("rule", run => run.Rule), ("model", run => run.Model)])
        {
            foreach (var (from, to) in ((int, int)[])[(0, 300), (300, 1_000), (1_000, Drawn)])
                PrintInterval($"{name}_to_oracle_{from + 1}_{to}", runs.Select(run => cost(run)[from..to].Sum() / run.Oracle[from..to].Sum()));
        }

        PrintInterval("regret_to_default_percent", runs.Select(run => 100 * (run.Model.Sum() - run.Oracle.Sum()) / (run.Default.Sum() - run.Oracle.Sum())));
        return measured.TrueForAll(query => query.IsEqual) ? 0 : 1;
    }

    /// <summary>Archives what the organisation does; returns when the last of it happened.</summary>
    private static async Task<DateTime> FillAsync(ArchiveStore store, PersonDirectory people, int count)
    {
        var organisation = new Organisation(1, Teams, TimeProvider.System.GetUtcNow().AddDays(-400));
        var rows = Enumerable.Range(0, Partitions).Select(_ => new List<ArchiveRow>()).ToArray();
        var decoder = new EventDecoder();
        var last = DateTimeOffset.MinValue;
        for (var i = 0; i < count; i++)
        {
            var sending = organisation.Next();
            var json = EventEncoder.Encode(sending.Event);
            var partition = rows[(int)(Projects.StableHash.Of(sending.Event.Project) % Partitions)];
            partition.Add(ArchivedEvent.ToRow(decoder.DecodeStructured(json).Event!, partition.Count, sending.At.ToUnixTimeMilliseconds(), json, [], people.IdOf));
            last = sending.At;
        }

        await people.StoreNewAsync(CancellationToken.None);
        for (var partition = 0; partition < Partitions; partition++)
            foreach (var segment in rows[partition].Chunk(1_000)) await store.AppendAsync(partition, segment);
        await store.CommitAsync();
        return last.UtcDateTime;
    }

    /// <summary>Queries as dashboards and people ask them, with names that there are; the same every time.</summary>
    private static IEnumerable<Query> Queries(FleetSize fleet, DateTime now)
    {
        var random = new Random(7);
        var projects = fleet.Projects.OrderBy(project => project.Key, StringComparer.Ordinal).Select(project => project.Key).ToList();
        var teams = fleet.Projects.Select(project => project.Team).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        string[] templates =
        [
            "report open-tasks", "report open-tasks by team", "report tasks where project = {p} by category", "report wip by person", "report blocked-tasks where team = {t} by project", "rank open-tasks by project order desc limit 5",
            "report open-tasks where project = {p} by person", "report remaining-hours where project = {p}, {q}", "report open-tasks where project = {p}, {q} by status", "report open-tasks where team = {t}",
            "report open-tasks on {30}", "report open-tasks where project = {p} on {60}", "trend open-tasks where project = {p} from {60} to {1} step 1w", "trend open-tasks by team from {90} to {1} step 1w", "report wip mean by team from {30} to {1}",
            "report completed where project = {p} from {30} to {1}", "report completed by team from {7} to {1}", "trend completed where team = {t} from {90} to {1} step 1w", "report created where project = {p}, {q} from {30} to {1}",
            "report lead-time by team from {60} to {1}", "report cycle-time p85 where project = {p} from {90} to {1}", "compare completed from {14} to {8} versus from {7} to {1}", "report people", "report people by project", "report overdue-tasks where project = {p}",
        ];
        foreach (var template in templates)
        {
            for (var times = template.Contains("{p}", StringComparison.Ordinal) || template.Contains("{t}", StringComparison.Ordinal) ? 2 : 1; times > 0; times--)
            {
                var at = random.Next(projects.Count);
                var line = template.Replace("{p}", Quoted(projects[at]), StringComparison.Ordinal).Replace("{q}", Quoted(projects[(at + 3) % projects.Count]), StringComparison.Ordinal).Replace("{t}", Quoted(teams[random.Next(teams.Count)]), StringComparison.Ordinal);
                foreach (var days in (int[])[1, 7, 8, 14, 30, 60, 90]) line = line.Replace(string.Create(CultureInfo.InvariantCulture, $"{{{days}}}"), DateOnly.FromDateTime(now).AddDays(-days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal);

                yield return QueryText.Parse(line);
            }
        }

        static string Quoted(string name) => $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    private static async Task<MeasuredQuery> MeasureAsync(QueryExecutor executor, FleetSize fleet, Query query, DateTime now)
    {
        var plans = QueryPlans.Of(query, now).Select(plan => new PlanCandidate(plan, PlanEstimate.Of(query, plan, fleet, now))).ToList();
        var times = plans.ConvertAll(_ => new double[Runs]);
        string? expected = null;
        var isEqual = true;

        // In turns, so that whatever else goes on meets all alike.
        for (var run = 0; run < Runs; run++)
        {
            for (var i = 0; i < plans.Count; i++)
            {
                var clock = Stopwatch.StartNew();
                var page = await executor.RunAsync(query, plans[i].Plan, now, CancellationToken.None);
                times[i][run] = clock.Elapsed.TotalMilliseconds;
                var rows = Text(page);
                isEqual &= rows == (expected ??= rows);
            }
        }

        return new MeasuredQuery(query, QueryShape.Of(query, now), plans, times, isEqual);
    }

    /// <summary>Rows as text; of numbers that were added up in another order the last digits do not count.</summary>
    private static string Text(Rows.RowPage page) =>
        string.Join('\n', page.Rows.Select(row => string.Join(' ', row.Select(cell => cell is double number ? number.ToString("F3", CultureInfo.InvariantCulture) : Convert.ToString(cell, CultureInfo.InvariantCulture)))));

    private static Costs Replay(List<MeasuredQuery> measured, int seed)
    {
        var (random, model, costs) = (new Random(seed), new CostModel(new Random(1_000 + seed)), new Costs());
        for (var i = 0; i < Drawn; i++)
        {
            var query = measured[random.Next(measured.Count)];
            var chosen = query.Plans.IndexOf(model.Choose(query.Shape, query.Plans).Candidate);
            model.Learn(query.Shape, query.Plans[chosen], query.Times[chosen][random.Next(Runs)]);
            costs.Model[i] = query.Medians[chosen];
            costs.Default[i] = query.Medians[0];
            costs.Rule[i] = query.Medians[query.Plans.IndexOf(query.Plans.MinBy(one => one.Estimate.RuleMs(one.Plan))!)];
            costs.Oracle[i] = query.Medians.Min();
        }

        return costs;
    }

    private static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values[(int)Math.Ceiling(share * values.Count) - 1];
    }

    private static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {(value >= 100 ? Math.Round(value) : Math.Round(value, 2))}"));

    private static void PrintInterval(string name, IEnumerable<double> values)
    {
        var all = values.ToList();
        var mean = all.Average();
        var half = T * Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Count - 1) / all.Count);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {mean:F2} ({mean - half:F2} to {mean + half:F2})"));
    }

    private sealed record MeasuredQuery(Query Query, string Shape, List<PlanCandidate> Plans, List<double[]> Times, bool IsEqual)
    {
        public double[] Medians { get; } = [.. Times.Select(times => times.Order().ElementAt(Runs / 2))];
    }

    private sealed class Costs
    {
        public double[] Default { get; } = new double[Drawn];

        public double[] Rule { get; } = new double[Drawn];

        public double[] Model { get; } = new double[Drawn];

        public double[] Oracle { get; } = new double[Drawn];
    }
}
