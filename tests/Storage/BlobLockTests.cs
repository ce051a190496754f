using Azure.Core;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Storage;

namespace ShitOps.Tests.Storage;

/// <summary>Locks on a real store, whose renewals meet with faults.</summary>
public sealed class BlobLockTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(Some.Time);
    private readonly string _name = Some.Name("lock");
    private volatile int _renewals;

    /// <summary>Renewals that are on their way to the store; the clock waits for them.</summary>
    private volatile int _underWay;

    [Fact]
    public async Task Only_one_has_it_and_the_next_one_after_it_was_given_back()
    {
        var account = Account(_ => Fault.None);
        await using (var first = await BlobLock.TryTakeAsync(account, _name, default))
        {
            Assert.NotNull(first);
            Assert.Null(await BlobLock.TryTakeAsync(account, _name, default));
        }

        await using var second = await BlobLock.TryTakeAsync(account, _name, default);
        Assert.NotNull(second);
    }

    [Theory]
    [InlineData(nameof(Fault.Hangs))]
    [InlineData(nameof(Fault.Refused))]
    public async Task It_is_lost_before_the_lease_ends_while_storage_is_away(string fault)
    {
        var held = await TakeAsync(_ => Enum.Parse<Fault>(fault));
        var took = await AdvanceUntilAsync(() => held.Lost.IsCancellationRequested, TimeSpan.FromMinutes(5));

        Assert.InRange(took, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(59));
        await held.DisposeAsync();
    }

    [Fact]
    public async Task It_is_kept_while_renewals_come_through_and_through_one_that_does_not()
    {
        // The answer to the second renewal is one that the client does not try again.
        await using var held = await TakeAsync(number => number == 2 ? Fault.Forbidden : Fault.None);
        await AdvanceUntilAsync(() => _renewals >= 6, TimeSpan.FromMinutes(5));

        Assert.False(held.Lost.IsCancellationRequested);
        Assert.Null(await BlobLock.TryTakeAsync(Account(_ => Fault.None), _name, default));
    }

    [Fact]
    public async Task It_is_lost_at_once_when_another_has_broken_it()
    {
        await using var held = await TakeAsync(_ => Fault.None);
        var account = Account(_ => Fault.None);
        var lease = account.Blobs.GetBlobContainerClient("locks").GetBlobClient(_name).GetBlobLeaseClient();
        await lease.BreakAsync(TimeSpan.Zero);
        await lease.AcquireAsync(TimeSpan.FromSeconds(60));

        var took = await AdvanceUntilAsync(() => held.Lost.IsCancellationRequested, TimeSpan.FromMinutes(5));

        Assert.InRange(took, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(30));
    }

    private async Task<BlobLock> TakeAsync(Func<int, Fault> renewal) => await BlobLock.TryTakeAsync(Account(renewal), _name, default, _time) ?? throw new InvalidOperationException("somebody has it");

    /// <summary>An account whose renewals of leases, numbered from 1, have these faults.</summary>
    private StorageAccount Account(Func<int, Fault> renewal) => StorageAccount.FromSettings(
        new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build(),
        new FaultyTransport(
            request =>
            {
                if (!IsRenewal(request)) return Fault.None;
                var fault = renewal(Interlocked.Increment(ref _renewals));
                if (fault == Fault.None) Interlocked.Increment(ref _underWay);
                return fault;
            },
            request =>
            {
                if (IsRenewal(request)) Interlocked.Decrement(ref _underWay);
            }));

    private static bool IsRenewal(Request request) => request.Headers.TryGetValue("x-ms-lease-action", out var action) && action == "renew";

    /// <returns>How long it took by the lock's clock, which goes on second by second, with time for what is under way.</returns>
    private async Task<TimeSpan> AdvanceUntilAsync(Func<bool> isSo, TimeSpan most)
    {
        var began = _time.GetTimestamp();
        while (!isSo())
        {
            if (_time.GetElapsedTime(began) > most) Assert.Fail($"not so after {most}");
            if (_underWay == 0) _time.Advance(Step);
            await Task.Delay(20);
        }

        return _time.GetElapsedTime(began);
    }
}
