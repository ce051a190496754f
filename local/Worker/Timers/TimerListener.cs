using Azure;
using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ShitOps.Local.Worker;

/// <summary>
/// Runs a function on its schedule, on the one instance that has the lease. The next run begins when the one before has ended:
/// runs never overlap, and of those that fell due meanwhile one is made up for.
/// </summary>
internal sealed partial class TimerListener(
    AppFunction function, TimerSchedule schedule, BlobContainerClient container, string hostId, TimerLock @lock, FunctionInvoker invoker, TimeProvider time)
    : TriggerListener
{
    public const string Container = "azure-webjobs-hosts";

    /// <summary>Waits are cut into these, since a machine that sleeps stops its timers but not the clock.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>What recording a finished run may take while the app stops.</summary>
    private static readonly TimeSpan RecordLimit = TimeSpan.FromSeconds(5);

    private readonly TimerTriggerAttribute _trigger = (TimerTriggerAttribute)function.Trigger;
    private readonly ILogger _logger = invoker.LoggerOf(function);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private bool _outage;
    private bool _startsUp = true;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public override void Start() => _running = Task.Run(ListenAsync);

    public override async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public override void Dispose() => _stopping.Dispose();

    private async Task ListenAsync()
    {
        var blob = container.GetBlobClient($"locks/{hostId}/{function.Name}.Listener");
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (await TimerLease.TryAcquireAsync(blob, @lock, time, _stopping.Token) is { } lease)
                {
                    await using (lease)
                    {
                        Reachable();
                        using var holding = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, lease.Lost);
                        await KeepTimeAsync(holding.Token, lease.Lost);
                    }
                }
                else
                {
                    Reachable();
                    await Task.Delay(@lock.PollingInterval, time, _stopping.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // Stopped, or the lease is lost and another instance keeps time.
            }
            catch (Exception fault)
            {
                // Whatever storage answers, the timer goes on when it can.
                Unreachable(fault);
                await Task.Delay(@lock.PollingInterval, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <param name="holding">Cancelled when the app stops or the lease is lost.</param>
    /// <param name="lost">Cancelled when the lease is lost.</param>
    private async Task KeepTimeAsync(CancellationToken holding, CancellationToken lost)
    {
        var status = container.GetBlobClient($"timers/{hostId}/{function.Name}/status");
        var monitored = _trigger.UseMonitor && schedule.IsMonitored(Now);
        ScheduleStatus? stored = null;
        if (monitored)
        {
            stored = await LoadAsync(status, holding);
            if (stored is null)
            {
                stored = new ScheduleStatus { Next = schedule.After(Now), LastUpdated = Now };
                await SaveAsync(status, stored, holding);
            }

            // From the run before, not from the stored next: the schedule may have been changed since.
            stored.Next = schedule.After(stored.Last == default ? stored.LastUpdated : stored.Last);
        }

        var due = stored?.Next ?? schedule.After(Now);
        var isPastDue = due < Now;
        if (!isPastDue && _trigger.RunOnStartup && _startsUp)
        {
            due = Now;
        }

        while (true)
        {
            await WaitUntilAsync(due, holding);

            _startsUp = false;

            // Timers may fire a little early; the run still counts as the one that was due.
            var began = isPastDue || Now > due ? Now : due;
            var failure = await invoker.InvokeAsync(
                function, new TimerInfo { ScheduleStatus = stored, IsPastDue = isPastDue }, default, holding);
            if (failure is not null)
            {
                holding.ThrowIfCancellationRequested();
                LogFailed(_logger, failure);
            }

            isPastDue = false;
            due = schedule.After(began);
            if (monitored)
            {
                stored = new ScheduleStatus { Last = began, Next = due, LastUpdated = began };

                // Also while the app stops: what is not recorded would be run again.
                using var saving = CancellationTokenSource.CreateLinkedTokenSource(lost);
                using var hurry = _stopping.Token.Register(() => saving.CancelAfter(RecordLimit));
                await SaveAsync(status, stored, saving.Token);
            }

            holding.ThrowIfCancellationRequested();
        }
    }

    private async Task WaitUntilAsync(DateTime due, CancellationToken cancelled)
    {
        for (var left = due - Now; left > TimeSpan.Zero; left = due - Now)
        {
            await Task.Delay(left < LongestWait ? left : LongestWait, time, cancelled);
        }
    }

    private static async Task<ScheduleStatus?> LoadAsync(BlobClient blob, CancellationToken cancelled)
    {
        try
        {
            return (await blob.DownloadContentAsync(cancelled)).Value.Content.ToObjectFromJson<ScheduleStatus>();
        }
        catch (RequestFailedException fault) when (fault.Status == 404)
        {
            return null;
        }
    }

    private static Task SaveAsync(BlobClient blob, ScheduleStatus status, CancellationToken cancelled) =>
        blob.UploadAsync(BinaryData.FromObjectAsJson(status), overwrite: true, cancelled);

    private void Unreachable(Exception fault)
    {
        if (!_outage)
        {
            _outage = true;
            LogUnreachable(_logger, fault, container.Uri);
        }
    }

    private void Reachable()
    {
        if (_outage)
        {
            _outage = false;
            LogReachable(_logger, container.Uri);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Failed; the next run is as scheduled")]
    private static partial void LogFailed(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The timer stands still, its lock or its status in {Container} cannot be had; trying on")]
    private static partial void LogUnreachable(ILogger logger, Exception fault, Uri container);

    [LoggerMessage(Level = LogLevel.Information, Message = "Storage is reached again at {Container}")]
    private static partial void LogReachable(ILogger logger, Uri container);
}
