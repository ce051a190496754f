using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Archive;
using ShitOps.Asking;
using ShitOps.Audit;
using ShitOps.Planning;
using ShitOps.Replay;
using ShitOps.Rows;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary>What answers questions, over the stores of a <see cref="RowsApp"/>.</summary>
internal sealed class AskApp
{
    private readonly AskApi _api;

    public AskApp(RowsApp rows, AuditSearch? audit = null)
    {
        Rows = rows;
        Executor = new QueryExecutor(rows.Aggregates, rows.Names, rows.Series, audit ?? Audit(rows));
        _api = new AskApi(new LiveNames(rows.Aggregates, rows.People, rows.Time, NullLogger<LiveNames>.Instance), new LiveModel(), new QueryPlanner(Executor), rows.Time);
    }

    public RowsApp Rows { get; }

    public QueryExecutor Executor { get; }

    public DateTime Now => Rows.Time.GetUtcNow().UtcDateTime;

    /// <summary>The rows that a plan gives, as JSON.</summary>
    public async Task<string> RowsOfAsync(Query query, QueryPlan plan) => System.Text.Encoding.UTF8.GetString(JsonRows.Write(await Executor.RunAsync(query, plan, Now, default)));

    /// <summary>Asks <c>/api/ask</c> with GET; the address begins with the question mark.</summary>
    public Task<RowsAnswer> GetAsync(string address) => RowsAnswer.OfAsync(address, request => new Ask(_api).RunAsync(request, default));

    /// <summary>Asks <c>/api/ask</c> with POST and a JSON object.</summary>
    public Task<RowsAnswer> PostAsync(string body) => RowsAnswer.OfAsync("ask", request =>
    {
        request.Method = HttpMethods.Post;
        request.ContentType = "application/json";
        request.Body = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(body));
        return new Ask(_api).RunAsync(request, default);
    });

    private static AuditSearch Audit(RowsApp rows)
    {
        var table = new ArchiveTable(rows.Account, new ArchiveTableSettings(), rows.Time);
        return new AuditSearch(table, new ArchiveReader(rows.Account, table), new ArchivePositions(rows.Account, new(rows.Stream)));
    }
}
