using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Archive;
using ShitOps.Asking;
using ShitOps.Audit;
using ShitOps.Datasource;
using ShitOps.Planning;
using ShitOps.PromQL.Evaluation;
using ShitOps.Replay;
using ShitOps.Rows;
using ShitOps.Synthesis.Training;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary>What answers questions, over the stores of a <see cref="RowsApp"/>.</summary>
internal sealed class AskApp : IDisposable
{
    private readonly AskApi _api;
    private readonly ExplainApi _explain;
    private readonly FeedbackApi _feedback;

    public AskApp(RowsApp rows, AuditSearch? audit = null, QueryLimits? limits = null)
    {
        Rows = rows;
        Turns = new QueryTurns(new QuerySettings(limits ?? new QueryLimits(), TimeSpan.FromMinutes(2), Concurrency: 1));
        Executor = new QueryExecutor(rows.Aggregates, rows.Names, rows.Series, Turns, audit ?? Audit(rows));
        Log = new QueryLog(rows.Account, rows.Time, NullLogger<QueryLog>.Instance, Some.Name("q").Replace("-", "", StringComparison.Ordinal));
        var names = Names = new LiveNames(rows.Aggregates, rows.People, rows.Time, NullLogger<LiveNames>.Instance);
        Models = new ModelStore(rows.Account, Some.Name("models"));
        Corrections = new CorrectionStore(rows.Account, rows.Time, Some.Name("c").Replace("-", "", StringComparison.Ordinal));
        Model = OpenModel();
        var queries = new AskedQuery(names, Model);
        _feedback = new FeedbackApi(names, Corrections, rows.Time);
        Settled = new SettledAnswers(rows.Aggregates);
        var planner = Planner = OpenPlanner(new CostModel(new Random(1)), TimeSpan.FromMinutes(2));
        _api = new AskApi(queries, names, planner, new NothingFound(rows.Aggregates, rows.Forecasts), rows.Time);
        _explain = new ExplainApi(queries, names, planner, rows.Aggregates, rows.Time);
    }

    public RowsApp Rows { get; }

    public QueryExecutor Executor { get; }

    public QueryTurns Turns { get; }

    public LiveNames Names { get; }

    public QueryLog Log { get; }

    public SettledAnswers Settled { get; }

    public QueryPlanner Planner { get; }

    public ModelStore Models { get; }

    public CorrectionStore Corrections { get; }

    public LiveModel Model { get; }

    public DateTime Now => Rows.Time.GetUtcNow().UtcDateTime;

    public void Dispose()
    {
        Settled.Dispose();
        Rows.Dispose();
    }

    /// <summary>The rows that a plan gives, as JSON.</summary>
    public async Task<string> RowsOfAsync(Query query, QueryPlan plan) => System.Text.Encoding.UTF8.GetString(JsonRows.Write(await Executor.RunAsync(query, plan, Now, default)));

    /// <summary>Asks <c>/api/ask</c> with GET; the address begins with the question mark.</summary>
    public Task<RowsAnswer> GetAsync(string address) => RowsAnswer.OfAsync(address, request => new Ask(_api).RunAsync(request, default));

    /// <summary>Another planner over the same, such as another process has.</summary>
    public QueryPlanner OpenPlanner(CostModel costs, TimeSpan mostTime) =>
        new(Executor, Settled, Log, new LearntCosts(costs, stopping => Log.LatestAsync(QueryPlanner.Remembered, stopping), Rows.Time, NullLogger<LearntCosts>.Instance), Rows.History, Rows.Time) { MostTime = mostTime };

    /// <summary>Costs by which all ways to an answer take minutes but those that read from one source.</summary>
    public CostModel Preferring(PlanSource source, Query query, FleetSize fleet)
    {
        var costs = new CostModel(new Random(1));
        for (var i = 0; i < 30; i++)
            foreach (var plan in QueryPlans.Of(query, Now, isKept: true))
                costs.Learn(QueryShape.Of(query, Now), new PlanCandidate(plan, PlanEstimate.Of(query, plan, fleet, Now)), plan.Source == source ? 1 : 100_000);
        return costs;
    }

    /// <summary>What another process would read questions with.</summary>
    public LiveModel OpenModel(int? pinned = null) => new(Models, pinned, Rows.Time, NullLogger<LiveModel>.Instance);

    /// <summary>Refines as the timer does, by fewer and smaller steps.</summary>
    public Task<Refinement> RefineAsync(int steps) => RefineAsync(new RefinementOptions(Steps: steps, Batch: 24, Rate: 8e-4));

    public Task<Refinement> RefineAsync(RefinementOptions options) =>
        new QuestionRefiner(Rows.Account, Corrections, Models, Rows.Time, NullLogger<QuestionRefiner>.Instance) { Options = options }.RefineAsync(default);

    /// <summary>Says what a question means.</summary>
    public Task<RowsAnswer> CorrectAsync(string question, string query) => RowsAnswer.OfAsync("feedback", request =>
    {
        request.Method = HttpMethods.Post;
        request.ContentType = "application/json";
        request.Body = new MemoryStream(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { question, query }));
        return new PostFeedback(_feedback).RunAsync(request, default);
    });

    /// <summary>Asks <c>/api/explain</c> with GET.</summary>
    public Task<RowsAnswer> ExplainAsync(string address) => RowsAnswer.OfAsync(address, request => new Explain(_explain).RunAsync(request, default));

    /// <summary>Asks <c>/api/ask</c> with POST and a JSON object.</summary>
    public Task<RowsAnswer> PostAsync(string body) => RowsAnswer.OfAsync("ask", request =>
    {
        request.Method = HttpMethods.Post;
        request.ContentType = "application/json";
        request.Body = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(body));
        return new Ask(_api).RunAsync(request, default);
    });

    /// <summary>Answers a request to <c>/api/ask</c>, or one to <c>/api/ask/feedback</c>.</summary>
    public Task<Microsoft.AspNetCore.Mvc.IActionResult> RunAsync(HttpRequest request) =>
        request.Path == "/api/ask" ? new Ask(_api).RunAsync(request, default) : new PostFeedback(_feedback).RunAsync(request, default);

    private static AuditSearch Audit(RowsApp rows)
    {
        var table = new ArchiveTable(rows.Account, new ArchiveTableSettings(), rows.Time);
        return new AuditSearch(table, new ArchiveReader(rows.Account, table), new ArchivePositions(rows.Account, new(rows.Stream)));
    }
}
