using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Datasource;
using ShitOps.Events;
using ShitOps.Planning;
using ShitOps.Tests.Datasource;
using ShitOps.Tests.Rows;
using ShitOps.Tests.Storage;
using ShitOps.Tests.Worker;

namespace ShitOps.Tests.Planning;

/// <summary>What is noted of requests in PromQL and of rows, around the functions that answer them.</summary>
[Collection(nameof(AppCollection))]
public sealed class FormPlanningTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    [Fact]
    public async Task What_a_request_waited_for_its_turn_is_not_what_it_took()
    {
        await using var app = await PlannedApp.StartAsync(kafka, azurite);
        app.HoldStorage();
        var first = app.Http.GetAsync("api/v1/query?query=shitops_tasks_created_total");
        await app.StorageAskedAsync();
        var clock = Stopwatch.StartNew();
        var waiting = app.Http.GetAsync("api/v1/query?query=vector(1)");
        using var hurried = await app.Http.GetAsync("api/v1/query?query=vector(2)&timeout=0.1");
        await Task.Delay(TimeSpan.FromSeconds(2));
        app.LetStorageGoOn();
        using var answer = await waiting;
        clock.Stop();

        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(2));
        Assert.InRange(double.Parse(Assert.Single(answer.Headers.GetValues("x-shitops-spent-ms")), CultureInfo.InvariantCulture), 0, 1_000);
        Assert.InRange(Assert.Single(await app.NotedAsync(ofPromQL: "vector(1)")).SpentMs, 0, 1_000);

        // Of whose turn never came nothing is known.
        Assert.Equal(HttpStatusCode.ServiceUnavailable, hurried.StatusCode);
        Assert.Empty(await app.NotedAsync(ofPromQL: "vector(2)"));
    }

    [Fact]
    public async Task A_query_that_ran_out_of_time_is_noted_as_such()
    {
        await using var app = await PlannedApp.StartAsync(kafka, azurite);
        using var answer = await app.Http.GetAsync("api/v1/query?query=sum(shitops_tasks)&timeout=-1");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.False(answer.Headers.Contains("x-shitops-plan"));
        Assert.Equal(QueryOutcome.TimedOut, Assert.Single(await app.NotedAsync(ofPromQL: "sum(shitops_tasks)")).Outcome);
    }

    [Fact]
    public async Task A_query_that_who_asked_does_not_wait_for_is_noted_as_given_up()
    {
        await using var app = await PlannedApp.StartAsync(kafka, azurite);
        app.HoldStorage();
        using var givingUp = new CancellationTokenSource();
        var asking = app.Http.GetAsync("api/v1/query?query=shitops_tasks_created_total", givingUp.Token);
        await app.StorageAskedAsync();
        await givingUp.CancelAsync();
        await app.AllGivenUpAsync();
        app.LetStorageGoOn();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Eventually.TrueAsync(async () => await app.NotedAsync(ofPromQL: "shitops_tasks_created_total") is [{ Outcome: QueryOutcome.GivenUp }]);
    }

    [Theory]
    [InlineData("projects", QueryOutcome.Failed)]
    [InlineData("teams", QueryOutcome.Failed)]
    [InlineData("history", QueryOutcome.TimedOut)]
    public async Task What_ends_with_an_exception_is_noted_and_fails_as_it_would(string route, QueryOutcome outcome)
    {
        await using var app = await PlannedApp.StartAsync(kafka, azurite);
        using var answer = await app.Http.GetAsync($"api/rows/{route}");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.False(answer.Headers.Contains("x-shitops-plan"));
        Assert.Equal((outcome, 0), Assert.Single((await app.NotedAsync(ofRows: route)).Select(one => (one.Outcome, one.Rows))));
    }

    [Fact]
    public async Task What_ends_with_an_exception_since_who_asked_has_gone_is_given_up()
    {
        await using var app = await PlannedApp.StartAsync(kafka, azurite);
        using var givingUp = new CancellationTokenSource();
        var asking = app.Http.GetAsync("api/rows/tasks", givingUp.Token);
        await app.BegunAsync();
        await givingUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Eventually.TrueAsync(async () => await app.NotedAsync(ofRows: "tasks") is [{ Outcome: QueryOutcome.GivenUp }]);
    }

    /// <summary>An app with one project that answers one query in PromQL at a time, and no rows.</summary>
    private sealed class PlannedApp : IAsyncDisposable
    {
        private readonly ManualResetEventSlim _asked = new();
        private readonly ManualResetEventSlim _goesOn = new(initialState: true);
        private readonly ConcurrentQueue<CancellationToken> _begun = new();
        private readonly RowsApp _rows;
        private readonly DatasourceApp _datasource;
        private readonly QueryLog _log;
        private readonly FormPlanner _planner;
        private TestApp? _app;

        private PlannedApp(RowsApp rows, AzuriteFixture azurite)
        {
            _rows = rows;
            _datasource = new DatasourceApp(rows, TableLimitsTests.StorageOf(azurite, new FaultyTransport(_ => Fault.None, _ =>
            {
                _asked.Set();
                _goesOn.Wait();
            })), concurrency: 1);
            _log = new QueryLog(rows.Account, rows.Time, NullLogger<QueryLog>.Instance, Some.Name("q").Replace("-", "", StringComparison.Ordinal));
            _planner = new FormPlanner(_log, new LearntCosts(new CostModel(new Random(1)), _ => Task.FromResult<IReadOnlyList<LoggedQuery>>([]), rows.Time, NullLogger<LearntCosts>.Instance), rows.Time);
        }

        public HttpClient Http => _app!.Http;

        public static async Task<PlannedApp> StartAsync(BrokerFixture kafka, AzuriteFixture azurite)
        {
            var app = new PlannedApp(await RowsApp.StartAsync(kafka, azurite), azurite);
            await app._rows.StateAsync(Some.Event("e-1", "APOLLO", new TaskCreated("T-1", new TaskFields())));
            app._rows.Time.Advance(TimeSpan.FromMinutes(1));
            var builder = TestApp.Builder([typeof(GetQuery), typeof(BrokenRows)]);
            builder.Services.AddSingleton(app._datasource.Api);
            var planning = new FormPlanning(app._planner, app._rows.Time);
            builder.UseMiddleware((context, next) => planning.Invoke(context, _ =>
            {
                app._begun.Enqueue(context.CancellationToken);
                return next();
            }));
            app._app = await TestApp.StartAsync(builder);
            return app;
        }

        /// <summary>Has storage answer, but no answer arrive.</summary>
        public void HoldStorage()
        {
            _asked.Reset();
            _goesOn.Reset();
        }

        public void LetStorageGoOn() => _goesOn.Set();

        public Task StorageAskedAsync() => Eventually.TrueAsync(() => _asked.IsSet);

        public Task BegunAsync() => Eventually.TrueAsync(() => !_begun.IsEmpty);

        /// <summary>Waits until all functions know that who asked has gone.</summary>
        public Task AllGivenUpAsync() => Eventually.TrueAsync(() => _begun.All(token => token.IsCancellationRequested));

        public Task<IReadOnlyList<LoggedQuery>> NotedAsync(string? ofPromQL = null, string? ofRows = null) =>
            NotedAsync((ofPromQL is null ? _planner.OfRows($"/api/rows/{ofRows}") : _planner.OfPromQL(ofPromQL, _rows.Time.GetUtcNow().UtcDateTime, range: null, points: 1))!.Shape);

        public async ValueTask DisposeAsync()
        {
            LetStorageGoOn();
            if (_app is not null) await _app.DisposeAsync();
            _planner.Dispose();
            await _log.DisposeAsync();
            _datasource.Dispose();
            _rows.Dispose();
            _asked.Dispose();
            _goesOn.Dispose();
        }

        private async Task<IReadOnlyList<LoggedQuery>> NotedAsync(string shape)
        {
            await _log.FlushAsync(default);

            // What is of this very moment is not of the time before it.
            _rows.Time.Advance(TimeSpan.FromMilliseconds(1));
            return [.. (await _log.FormsAsync(TimeSpan.FromHours(1), default)).Where(one => one.Shape == shape)];
        }
    }
}

/// <summary>Rows that always end with an exception.</summary>
public sealed class BrokenRows
{
    [Function(nameof(BrokenRows))]
    public async Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "rows/{name}")] HttpRequest request, string name, CancellationToken cancellationToken)
    {
        if (name == "tasks") await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        if (name == "teams") throw new OperationCanceledException("something else was cancelled (test)");
        if (name == "history") request.HttpContext.Features.Set(new ReadingEnd(QueryOutcome.TimedOut, Rows: 0));
        throw new InvalidOperationException("broken (test)");
    }
}
