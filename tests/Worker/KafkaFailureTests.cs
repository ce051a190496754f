using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ShitOps.Tests.Worker;

/// <summary>What becomes of a batch that the function fails on: the rows of the table in docs/runtimes.md, one by one.</summary>
[Collection(nameof(BrokerCollection))]
public sealed class KafkaFailureTests(BrokerFixture broker)
{
    [Fact]
    public async Task A_failed_batch_is_committed_and_lost_by_default()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var probe = new BatchProbe((_, _, _) => throw new InvalidOperationException("no"));
        await using var app = await kafka.StartAsync(probe);

        await kafka.CommittedAsync(10);

        Assert.Equal(1, probe.Calls);
        Assert.Equal(1, app.Log.Count("A batch of 10 that the function failed on is committed"));
    }

    [Fact]
    public async Task Without_commitOnFailure_a_batch_is_tried_six_times_in_place_then_committed_and_lost()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var probe = new BatchProbe((_, _, _) => throw new InvalidOperationException("no"));
        await using var app = await kafka.StartAsync(probe, limits: ("commitOnFailure", false));

        await kafka.CommittedAsync(10);

        Assert.Equal(6, probe.Calls);
        Assert.All(probe.Batches, batch => Assert.Equal(10, batch.Length));
        Assert.Equal(1, app.Log.Count("A batch of 10 that the function failed on is committed"));
    }

    [Fact]
    public async Task With_maxRetries_minus_one_a_batch_is_tried_for_ever_and_never_committed()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var probe = new BatchProbe((_, _, _) => throw new InvalidOperationException("no"));
        await using (await kafka.StartAsync(probe, null, ("commitOnFailure", false), ("maxRetries", -1)))
            await Eventually.TrueAsync(() => probe.Calls > 100);

        Assert.Equal(0, kafka.Committed());
        Assert.All(probe.Batches, batch => Assert.Equal(0, batch[0].Offset));
    }

    [Fact]
    public async Task Retries_end_when_the_function_succeeds_and_the_next_records_follow_in_order()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var done = new ConcurrentQueue<long>();
        var probe = new BatchProbe((records, call, _) =>
        {
            if (call is 1 or 2 or 5) throw new InvalidOperationException("no");
            foreach (var record in records) done.Enqueue(record.Offset);
            return Task.CompletedTask;
        });
        await using var app = await kafka.StartAsync(probe, null, ("commitOnFailure", false), ("maxRetries", -1), ("maxBatchSize", 3));

        await kafka.CommittedAsync(10);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), done);
    }

    [Fact]
    public async Task A_batch_in_flight_when_the_host_stops_is_cancelled_not_committed_and_delivered_again()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var cancelled = false;
        var first = new BatchProbe(async (_, _, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                cancelled = token.IsCancellationRequested;
            }
        });
        await using (await kafka.StartAsync(first))
            await Eventually.TrueAsync(() => first.Calls == 1);

        Assert.True(cancelled);
        Assert.Equal(0, kafka.Committed());

        var second = new BatchProbe();
        await using (await kafka.StartAsync(second))
            await kafka.CommittedAsync(10);
        Assert.Equal(first.Values, second.Values);
    }

    [Fact]
    public async Task A_batch_that_returns_success_on_cancellation_is_not_committed_either()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var probe = new BatchProbe((_, _, token) => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default));
        await using (await kafka.StartAsync(probe))
            await Eventually.TrueAsync(() => probe.Calls == 1);

        Assert.Equal(0, kafka.Committed());
    }

    [Fact]
    public async Task Finished_batches_are_committed_when_the_host_stops()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var probe = new BatchProbe((_, call, token) => call == 1 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, token));
        await using (await kafka.StartAsync(probe, null, ("maxBatchSize", 4), ("autoCommitIntervalMs", 3_600_000)))
            await Eventually.TrueAsync(() => probe.Calls == 2);

        Assert.Equal(4, kafka.Committed());
    }

    [Fact]
    public async Task A_batch_slower_than_maxPollIntervalMs_loses_its_partitions_and_is_delivered_again()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var slow = true;
        var probe = new BatchProbe((_, _, token) => Volatile.Read(ref slow) ? Task.Delay(TimeSpan.FromSeconds(6), token) : Task.CompletedTask);

        // The first batch runs, the second waits in the queue and the third for room in it: nothing is polled until the time is up.
        await using var app = await kafka.StartAsync(probe, null, ("maxBatchSize", 2), ("maxPollIntervalMs", 4000), ("sessionTimeoutMs", 4000));
        await Eventually.TrueAsync(() => probe.Batches.Count(batch => batch[0].Offset == 0) == 2, () => string.Join('\n', app.Log.Lines));
        Assert.NotEqual(0, app.Log.Count("took longer than maxPollIntervalMs"));
        Assert.Equal(0, kafka.Committed());

        // Fast again, it goes on: no error loop.
        Volatile.Write(ref slow, false);
        await kafka.CommittedAsync(10);
    }

    [Fact]
    public async Task A_batch_whose_scope_cannot_be_disposed_has_failed_and_is_tried_again()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var probe = new BatchProbe();
        var buffer = new Flushes(failures: 2);
        var builder = kafka.Builder(probe, typeof(BufferedFunction), ("commitOnFailure", false), ("maxRetries", -1));
        builder.Services.AddSingleton(buffer);
        builder.Services.AddScoped<Buffer>();
        await using var app = await TestApp.StartAsync(builder);

        await kafka.CommittedAsync(10);

        Assert.Equal(3, probe.Batches.Count);
        Assert.Equal(2, app.Log.Count("IOException: not flushed"));
    }

    [Fact]
    public async Task A_consumer_that_cannot_go_on_says_so_and_stops_the_app()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        var probe = new BatchProbe((_, _, _) => throw new InvalidOperationException("no"));
        await using var app = await kafka.StartAsync(probe);
        app.Log.Refused = "Failed on";

        await kafka.ProduceAsync(1);

        await Eventually.TrueAsync(() => app.Stopping.IsCancellationRequested, () => string.Join('\n', app.Log.Lines));
        await Eventually.TrueAsync(() => app.Log.Count("Critical: 'Batch' cannot go on consuming, so the app stops") == 1);
    }

    [Fact]
    public async Task What_a_function_registered_on_its_token_may_fail_and_the_app_stops_in_order()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(10);
        var probe = new BatchProbe(async (_, call, token) =>
        {
            if (call == 1) return;
            token.Register(() => throw new InvalidOperationException("registered"));
            await Task.Delay(Timeout.Infinite, token);
        });
        var app = await kafka.StartAsync(probe, null, ("maxBatchSize", 4), ("autoCommitIntervalMs", 3_600_000));
        await Eventually.TrueAsync(() => probe.Calls == 2);

        await app.DisposeAsync();

        Assert.Equal(1, app.Log.Count("Error: What the function registered on its cancellation token failed"));
        Assert.Equal(4, kafka.Committed());
    }

    /// <summary>What fails to be written out the first times.</summary>
    public sealed class Flushes(int failures)
    {
        private int _left = failures;

        public void Flush()
        {
            if (Interlocked.Decrement(ref _left) >= 0) throw new IOException("not flushed");
        }
    }

    public sealed class Buffer(Flushes flushes) : IDisposable
    {
        public void Dispose() => flushes.Flush();
    }

    public sealed class BufferedFunction(BatchProbe probe, Buffer buffer)
    {
        [Function("Buffered")]
        public Task RunAsync([KafkaTrigger("%Brokers%", "%Topic%", ConsumerGroup = "Group", IsBatched = true)] KafkaRecord[] records)
        {
            _ = buffer;
            return probe.RunAsync(records, default);
        }
    }
}
