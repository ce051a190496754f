using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace ShitOps.Tests.Worker;

/// <summary>What is around a function when it runs.</summary>
public sealed class InvocationTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Each_invocation_has_an_instance_and_a_scope_of_its_own()
    {
        var builder = TestApp.Builder([typeof(Scoped)]);
        builder.Services.AddScoped<Marker>();
        await using var app = await TestApp.StartAsync(builder);

        var first = await app.Http.GetStringAsync("/api/Scoped");
        var second = await app.Http.GetStringAsync("/api/Scoped");

        Assert.Equal("same", first.Split(' ')[1]);
        Assert.NotEqual(first.Split(' ')[0], second.Split(' ')[0]);
    }

    [Fact]
    public async Task Middleware_runs_in_the_order_it_was_added_around_the_function()
    {
        var order = new ConcurrentQueue<string>();
        var builder = TestApp.Builder([typeof(HttpSamples)]);
        builder.Services.AddSingleton(order);
        builder.UseMiddleware<Outer>();
        builder.UseMiddleware(async (context, next) =>
        {
            order.Enqueue($"inner {context.FunctionDefinition.Name}");
            await next();
            order.Enqueue($"inner got {context.GetInvocationResult().Value!.GetType().Name}");
        });
        await using var app = await TestApp.StartAsync(builder);

        Assert.Equal("plain", await app.Http.GetStringAsync("/api/Plain"));

        Assert.Equal(["outer", "inner Plain", "inner got FileContentResult", "outer after"], order);
    }

    [Fact]
    public async Task Middleware_may_answer_in_the_place_of_the_function()
    {
        var builder = TestApp.Builder([typeof(HttpSamples)]);
        builder.UseMiddleware((context, _) =>
        {
            context.GetInvocationResult().Value = new StatusCodeResult(StatusCodes.Status418ImATeapot);
            return Task.CompletedTask;
        });
        await using var app = await TestApp.StartAsync(builder);

        using var answer = await app.Http.GetAsync("/api/throws");

        Assert.Equal(StatusCodes.Status418ImATeapot, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_retry_attribute_runs_a_failed_invocation_again_and_counts()
    {
        var probe = new TimerProbe(() => throw new InvalidOperationException("no"));
        RetriedTimer.Counts.Clear();
        await using var app = await TestApp.StartAsync([typeof(RetriedTimer)], probe, new()
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["host:id"] = Some.Name("host"),
        });

        await Eventually.TrueAsync(() => app.Log.Count("InvalidOperationException: no") == 1);

        Assert.Equal(["0 of 2", "1 of 2", "2 of 2"], RetriedTimer.Counts);
    }

    [Fact]
    public async Task UseFunctionsWorkerDefaults_exports_a_span_for_each_invocation()
    {
        var spans = new ConcurrentQueue<Activity>();
        var builder = TestApp.Builder([typeof(HttpSamples)]);
        builder.Services.AddOpenTelemetry().UseFunctionsWorkerDefaults().WithTracing(tracing => tracing.AddProcessor(new Collect(spans)));
        await using var app = await TestApp.StartAsync(builder);

        using var answer = await app.Http.GetAsync("/api/throws");

        await Eventually.TrueAsync(() => spans.Any(span => span.DisplayName == "function Throws"));
        var span = spans.Single(span => span.DisplayName == "function Throws");
        Assert.Equal((ActivityStatusCode.Error, "a secret"), (span.Status, span.StatusDescription));
    }

    public sealed class Marker
    {
        public string Id { get; } = Guid.NewGuid().ToString("N");
    }

    public sealed class Scoped(Marker marker)
    {
        [Function("Scoped")]
        public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, FunctionContext context) =>
            new ContentResult { Content = $"{marker.Id} {(context.InstanceServices.GetRequiredService<Marker>() == marker ? "same" : "other")}" };
    }

    public sealed class RetriedTimer(TimerProbe probe)
    {
        public static ConcurrentQueue<string> Counts { get; } = new();

        [Function("Retried")]
        [FixedDelayRetry(2, "00:00:00")]
        public Task RunAsync([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, FunctionContext context)
        {
            Counts.Enqueue($"{context.RetryContext.RetryCount} of {context.RetryContext.MaxRetryCount}");
            return probe.RunAsync(timer, context.CancellationToken);
        }
    }

    internal sealed class Outer(ConcurrentQueue<string> order) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            order.Enqueue("outer");
            await next(context);
            order.Enqueue("outer after");
        }
    }

    private sealed class Collect(ConcurrentQueue<Activity> spans) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => spans.Enqueue(data);
    }
}
