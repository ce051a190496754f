using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Asking;
using ShitOps.Planning;
using ShitOps.Tests.Storage;

namespace ShitOps.Tests.Planning;

/// <summary>From the log the app learns what others wrote: what it wrote itself it has learnt already.</summary>
[Collection(nameof(AppCollection))]
public sealed class LearntFromOthersTests(AzuriteFixture azurite)
{
    private const double SlowMs = 100_000;
    private const int Times = 20;

    private readonly string _table = Some.Name("q").Replace("-", "", StringComparison.Ordinal);

    [Fact]
    public async Task What_forms_take_is_learnt_from_others()
    {
        await using var own = Log();
        await using var other = Log();
        await using var app = AppOver(own);
        var planner = app.GetRequiredService<FormPlanner>();
        var (ofOwn, ofOther) = (planner.OfRows("/api/rows/tasks")!, planner.OfRows("/api/rows/projects")!);
        own.AddForm(Slow(ofOwn.Shape, ofOwn.Candidate) with { Count = Times });
        other.AddForm(Slow(ofOther.Shape, ofOther.Candidate) with { Count = Times });
        foreach (var log in (QueryLog[])[own, other]) await log.FlushAsync(default);

        var expected = new CostModel(new Random(1));
        expected.Learn(ofOther.Shape, ofOther.Candidate, SlowMs, Times);
        await Eventually.TrueAsync(() => ((FormPlan[])[ofOwn, ofOther]).All(plan => IsAbout(expected.ExpectedMs(plan.Shape, plan.Candidate), planner.ExpectedMs(plan))));
    }

    [Fact]
    public async Task What_questions_take_is_learnt_from_others()
    {
        await using var own = Log();
        await using var other = Log();
        await using var app = AppOver(own);
        var (query, now) = (QueryText.Parse("report open-tasks by project"), TimeProvider.System.GetUtcNow().UtcDateTime);
        var (shape, fleet) = (QueryShape.Of(query, now), new FleetSize(4, [new ProjectSize("APOLLO", null, [], 10, 10)]));
        var plans = QueryPlans.Of(query, now, isKept: false).Select(plan => new PlanCandidate(plan, PlanEstimate.Of(query, plan, fleet, now))).ToList();
        var expected = new CostModel(new Random(1));
        for (var i = 0; i < Times; i++)
        {
            own.Add(Slow(shape, plans[0]));
            other.Add(Slow(shape, plans[1]));
            expected.Learn(shape, plans[1], SlowMs);
        }

        foreach (var log in (QueryLog[])[own, other]) await log.FlushAsync(default);

        var planner = app.GetRequiredService<QueryPlanner>();
        await Eventually.TrueAsync(() => planner.Explain(query, fleet, now).All(plan => IsAbout(expected.ExpectedMs(shape, plan.Candidate), plan.ExpectedMs)));
    }

    private static bool IsAbout(double expected, double actual) => Math.Abs(actual - expected) < expected * 1e-9;

    private static LoggedQuery Slow(string shape, PlanCandidate candidate) => new(TimeProvider.System.GetUtcNow(), shape, candidate.Plan, candidate.Estimate, 1, SlowMs, 1, 1, 1, 1, 1);

    private QueryLog Log() => new(TableLimitsTests.StorageOf(azurite), TimeProvider.System, NullLogger<QueryLog>.Instance, _table);

    /// <summary>What the app is made of, but for a log of its own.</summary>
    private ServiceProvider AppOver(QueryLog log)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("AzureWebJobsStorage", azurite.ConnectionString), new("KafkaBrokers", "127.0.0.1:1"), new("KafkaTopic", "none"), new("KafkaStream", Some.Name("stream")), new("TenantKey", Some.TenantKey),
        ]).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        Services.Add(services, settings);
        services.AddSingleton(log);
        return services.BuildServiceProvider();
    }
}
