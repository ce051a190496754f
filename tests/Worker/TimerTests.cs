using System.Collections.Concurrent;
using System.Diagnostics;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Local.Worker;

namespace ShitOps.Tests.Worker;

/// <summary>Timers, over real leases.</summary>
public sealed class TimerTests(AzuriteFixture azurite)
{
    private static readonly DateTime Noon = new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    private readonly string _hostId = Some.Name("host");

    [Theory]
    [InlineData("0 */5 * * * *", "2026-01-31 12:05:00")]
    [InlineData("30 3 * * *", "2026-02-01 03:30:00")]
    [InlineData("*/10 * * * * *", "2026-01-31 12:00:10")]
    [InlineData("0 0 3 * * MON", "2026-02-02 03:00:00")]
    [InlineData("0 0 12 29 2 *", "2028-02-29 12:00:00")]
    [InlineData("01:30:00", "2026-01-31 13:30:00")]
    [InlineData("2.00:00:00", "2026-02-02 12:00:00")]
    public void Schedules(string text, string next) =>
        Assert.Equal(next, TimerSchedule.Parse(text, "here").After(Noon).ToString("yyyy-MM-dd HH:mm:ss"));

    [Theory]
    [InlineData("0 */5 * * * *", true)]
    [InlineData("0 * * * * *", true)]
    [InlineData("*/30 * * * * *", false)]
    [InlineData("0,1 0 * * * *", false)]
    [InlineData("00:00:59", false)]
    public void Schedules_under_a_minute_are_not_monitored(string text, bool monitored) =>
        Assert.Equal(monitored, TimerSchedule.Parse(text, "here").IsMonitored(Noon));

    [Fact]
    public void A_schedule_with_a_fault_tells_where()
    {
        var fault = Assert.Throws<FunctionAppException>(() => TimerSchedule.Parse("0 61 * * * *", "Function 'F'"));
        Assert.StartsWith("Function 'F': the schedule '0 61 * * * *' cannot be read: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timer_runs_on_its_schedule_without_status_under_a_minute_and_never_overlaps_itself()
    {
        var probe = new TimerProbe(() => Task.Delay(1500));
        await using (await StartAsync(probe, "* * * * * *"))
            await Eventually.TrueAsync(() => probe.Runs.Count >= 3);

        Assert.Equal(1, probe.MostAtOnce);
        Assert.All(probe.Runs, run => Assert.Null(run.ScheduleStatus));
        Assert.All(probe.Runs, run => Assert.False(run.IsPastDue));
    }

    [Fact]
    public async Task RunOnStartup_runs_at_once()
    {
        var probe = new TimerProbe();
        await using (await StartAsync(probe, "0 0 0 1 1 *", typeof(StartupTimerFunction)))
            await Eventually.TrueAsync(() => probe.Runs.Count == 1);

        var run = Assert.Single(probe.Runs);
        Assert.False(run.IsPastDue);
        Assert.NotNull(run.ScheduleStatus);
    }

    [Fact]
    public async Task A_run_that_was_missed_while_no_instance_ran_is_made_up_for()
    {
        var (status, last) = await MissRunsAsync();
        var probe = new TimerProbe();
        await using (await StartAsync(probe, "0 0 3 * * *"))
            await Eventually.TrueAsync(() => probe.Runs.Count == 1);
        var run = Assert.Single(probe.Runs);
        Assert.True(run.IsPastDue);
        Assert.Equal(last, run.ScheduleStatus!.Last);

        // It is remembered: the next instance has nothing to make up for.
        await Eventually.TrueAsync(() => status.DownloadContent().Value.Content.ToObjectFromJson<ScheduleStatus>()!.Last > last);
        var again = new TimerProbe();
        await using (await StartAsync(again, "0 0 3 * * *"))
            await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Empty(again.Runs);
    }

    [Fact]
    public async Task Of_two_instances_one_runs_and_when_it_stops_the_other_does()
    {
        var first = new TimerProbe();
        var second = new TimerProbe();
        var one = await StartAsync(first, "* * * * * *");
        await Eventually.TrueAsync(() => first.Runs.Count >= 1);
        await using var two = await StartAsync(second, "* * * * * *");
        await Eventually.TrueAsync(() => first.Runs.Count >= 4);
        Assert.Empty(second.Runs);

        await one.DisposeAsync();
        var runs = first.Runs.Count;
        await Eventually.TrueAsync(() => second.Runs.Count >= 2);
        Assert.Equal(runs, first.Runs.Count);
    }

    [Fact]
    public async Task The_timer_of_an_instance_that_died_is_taken_over_when_its_lease_ends()
    {
        // What such an instance leaves behind: a lease that nobody renews.
        var blob = new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts").GetBlobClient($"locks/{_hostId}/Timer.Listener");
        await blob.GetParentBlobContainerClient().CreateIfNotExistsAsync();
        await blob.UploadAsync(BinaryData.Empty);
        await blob.GetBlobLeaseClient().AcquireAsync(TimeSpan.FromSeconds(15));
        var leased = DateTime.UtcNow;

        var probe = new TimerProbe();
        await using var app = await StartAsync(probe, "* * * * * *");
        await Eventually.TrueAsync(() => probe.Runs.Count == 1);

        Assert.True(DateTime.UtcNow - leased > TimeSpan.FromSeconds(14), "The lease was not heeded.");
    }

    [Fact]
    public async Task A_timer_that_loses_its_lease_is_cancelled_and_waits_for_it_again()
    {
        var cancelled = 0;
        var probe = new TimerProbe(token => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => Interlocked.Increment(ref cancelled), TaskScheduler.Default));
        await using var app = await StartAsync(probe, "* * * * * *");
        await Eventually.TrueAsync(() => probe.Runs.Count == 1);

        var lease = new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts").GetBlobClient($"locks/{_hostId}/Timer.Listener").GetBlobLeaseClient();
        await lease.BreakAsync(TimeSpan.Zero);
        await lease.AcquireAsync(TimeSpan.FromSeconds(-1));
        await Eventually.TrueAsync(() => Volatile.Read(ref cancelled) == 1);

        await lease.ReleaseAsync();
        await Eventually.TrueAsync(() => probe.Runs.Count == 2);
    }

    [Fact]
    public async Task A_run_that_fails_does_not_stop_the_timer()
    {
        var probe = new TimerProbe(() => throw new InvalidOperationException("no"));
        await using var app = await StartAsync(probe, "* * * * * *");
        await Eventually.TrueAsync(() => probe.Runs.Count >= 2);
        await Eventually.TrueAsync(() => app.Log.Count("InvalidOperationException: no") >= 1);
    }

    [Fact]
    public async Task A_run_that_ends_well_while_the_app_stops_is_recorded()
    {
        await MissRunsAsync();
        var probe = new TimerProbe(token => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default));
        await using (await StartAsync(probe, "0 0 3 * * *"))
            await Eventually.TrueAsync(() => probe.Runs.Count == 1);

        var again = new TimerProbe();
        await using (await StartAsync(again, "0 0 3 * * *"))
            await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Empty(again.Runs);
    }

    [Fact]
    public async Task RunOnStartup_runs_once_however_often_the_lease_is_taken()
    {
        var probe = new TimerProbe();
        await using var app = await StartAsync(probe, "0 0 0 1 1 *", typeof(StartupTimerFunction));
        await Eventually.TrueAsync(() => probe.Runs.Count == 1);

        var blob = new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts").GetBlobClient($"locks/{_hostId}/Startup.Listener");
        var lease = blob.GetBlobLeaseClient();
        await lease.BreakAsync(TimeSpan.Zero);
        await lease.AcquireAsync(TimeSpan.FromSeconds(-1));
        await lease.ReleaseAsync();
        await Eventually.TrueAsync(() => blob.GetProperties().Value.LeaseState == LeaseState.Leased);
        await Task.Delay(TimeSpan.FromSeconds(1));

        Assert.Single(probe.Runs);
    }

    [Fact]
    public async Task A_lease_is_lost_in_time_when_storage_takes_its_renewal_and_never_answers()
    {
        await using var storage = await LeasingStorageAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var period = TimeSpan.FromSeconds(5);
        var clock = Stopwatch.StartNew();

        await using var lease = await TimerLease.TryAcquireAsync(BlobOf(storage), new TimerLock(period, period), TimeProvider.System, default);
        await Eventually.TrueAsync(() => lease!.Lost.IsCancellationRequested);

        Assert.InRange(clock.Elapsed, period * 0.5, period);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(int.MaxValue, true)]
    public async Task A_lease_outlives_renewals_that_nobody_is_let_in_for_as_long_as_it_is_safe(int refused, bool isLost)
    {
        var renewals = 0;
        await using var storage = await LeasingStorageAsync(_ => Task.CompletedTask);
        var blob = BlobOf(storage, request =>
        {
            if (request.Headers.TryGetValue("x-ms-lease-action", out var action) && action == "renew" && Interlocked.Increment(ref renewals) <= refused)
                throw new AuthenticationFailedException("no token (test)");
            return Fault.None;
        });
        var period = TimeSpan.FromSeconds(15);
        var time = new TimerCountingTime(Some.Time);

        var lease = await TimerLease.TryAcquireAsync(blob, new TimerLock(period, period), time, default);
        while (!lease!.Lost.IsCancellationRequested && Volatile.Read(ref renewals) <= 5)
        {
            // The clock waits for each renewal to end: beside the timer of the lapse there is one until the next.
            if (time.Timers == 2 + Volatile.Read(ref renewals)) time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }

        Assert.Equal(isLost, lease.Lost.IsCancellationRequested);
        if (isLost) Assert.InRange(time.GetUtcNow() - Some.Time, period * 0.5, period);
        await lease.DisposeAsync();
    }

    /// <summary>Storage that gives a lease to whoever asks; what it does with the renewals is the test's.</summary>
    private static async Task<WebApplication> LeasingStorageAsync(Func<HttpContext, Task> renewal)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var storage = builder.Build();
        storage.Urls.Add("http://127.0.0.1:0");
        storage.Run(async context =>
        {
            var action = context.Request.Headers["x-ms-lease-action"];
            if (action != "acquire") await renewal(context);
            context.Response.StatusCode = action == "acquire" ? StatusCodes.Status201Created : StatusCodes.Status200OK;
            context.Response.Headers["x-ms-lease-id"] = context.Request.Headers[action == "acquire" ? "x-ms-proposed-lease-id" : "x-ms-lease-id"];
            context.Response.Headers.ETag = "\"1\"";
            context.Response.Headers.LastModified = DateTime.UtcNow.ToString("R");
        });
        await storage.StartAsync();
        return storage;
    }

    private static BlobClient BlobOf(WebApplication storage, Func<Azure.Core.Request, Fault>? fault = null) =>
        new(new Uri($"{storage.Urls.First()}/account/container/blob"), new BlobClientOptions { Transport = new FaultyTransport(fault ?? (_ => Fault.None)) });

    /// <summary>As if the last run were three days ago.</summary>
    private async Task<(BlobClient Status, DateTime Last)> MissRunsAsync()
    {
        var status = new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts").GetBlobClient($"timers/{_hostId}/Timer/status");
        await status.GetParentBlobContainerClient().CreateIfNotExistsAsync();
        var last = DateTime.UtcNow.AddDays(-3);
        await status.UploadAsync(BinaryData.FromObjectAsJson(new ScheduleStatus { Last = last, Next = last.AddDays(1), LastUpdated = last }));
        return (status, last);
    }

    private Task<TestApp> StartAsync(TimerProbe probe, string schedule, Type? function = null) =>
        TestApp.StartAsync([function ?? typeof(TimerFunction)], probe, new()
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["Schedule"] = schedule,
            ["host:id"] = _hostId,
            ["host:singleton:listenerLockPeriod"] = "00:00:15",
            ["host:singleton:listenerLockRecoveryPollingInterval"] = "00:00:00.5",
        });
}

/// <summary>A clock of the test's that tells how many timers were made by it.</summary>
internal sealed class TimerCountingTime(DateTimeOffset now) : FakeTimeProvider(now)
{
    private int _timers;

    public int Timers => Volatile.Read(ref _timers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _timers);
        return base.CreateTimer(callback, state, dueTime, period);
    }
}

public sealed class TimerProbe(Func<CancellationToken, Task> onRun)
{
    private int _running;

    public TimerProbe(Func<Task>? onRun = null)
        : this(_ => onRun?.Invoke() ?? Task.CompletedTask)
    {
    }

    public ConcurrentQueue<TimerInfo> Runs { get; } = new();

    public int MostAtOnce { get; private set; }

    public async Task RunAsync(TimerInfo timer, CancellationToken cancelled)
    {
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
        Runs.Enqueue(timer);
        try
        {
            await onRun(cancelled);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}

public sealed class TimerFunction(TimerProbe probe)
{
    [Function("Timer")]
    public Task RunAsync([TimerTrigger("%Schedule%")] TimerInfo timer, CancellationToken cancelled) => probe.RunAsync(timer, cancelled);
}

public sealed class StartupTimerFunction(TimerProbe probe)
{
    [Function("Startup")]
    public Task RunAsync([TimerTrigger("%Schedule%", RunOnStartup = true)] TimerInfo timer, CancellationToken cancelled) => probe.RunAsync(timer, cancelled);
}
