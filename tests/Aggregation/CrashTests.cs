using System.Collections.Concurrent;
using Azure.Core;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Events;
using ShitOps.Projects;
using ShitOps.Tests.Projects;

namespace ShitOps.Tests.Aggregation;

/// <summary>Crashes, redeliveries, faults of storage and competing workers: the rows are what the set of events makes, always.</summary>
[Collection(nameof(BrokerCollection))]
public class CrashTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    /// <summary>In an input, the end of the process.</summary>
    private const Event? Abort = null;

    private static readonly DateTimeOffset End = ProjectEvents.Start.AddHours(ProjectEvents.Hours + 1);

    [Fact]
    public void Any_crash_point_with_any_redelivery_ends_in_the_same_rows()
    {
        var crashes = new ConcurrentQueue<Crash>();

        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Task.Run(() => RunAsync(seed, crashes)).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(12));

        // Otherwise it would be proved of crashes that find nothing half done. Each run has one at least, and the kinds take turns.
        Assert.InRange(crashes.Count, 12, int.MaxValue);
        Assert.InRange(crashes.Count(crash => crash.Written > 0), crashes.Count / 2, crashes.Count);
        Assert.InRange(crashes.Count(crash => crash.IsBeforePipeline), 3, crashes.Count);
        Assert.InRange(crashes.Count(crash => crash.Written == 0), 3, crashes.Count);
        Assert.InRange(crashes.Count(crash => crash is { IsAnswerLost: true, Written: > 0 }), 3, crashes.Count);
    }

    private async Task RunAsync(int seed, ConcurrentQueue<Crash> crashes)
    {
        var random = new Random(seed);
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var input = Input(random);
        var partitions = 1 + random.Next(4);
        var log = new KafkaLog(partitions);
        foreach (var one in input.OfType<Event>()) log.Append(one);

        // The input is read from the beginning; where it says ABORT, the process ends amid a batch that reaches up to there or further.
        var aborts = AbortsOf(input, log);
        var transport = new FaultyTransport(_ => Fault.None);
        var aggregator = stage.Aggregator(transport);
        while (log.Next(random, stage) is { } batch)
        {
            if (aborts.RemoveWhere(abort => batch.Any(record => abort == (record.Partition, record.Offset))) > 0)
            {
                // Unharmed, it would write names of people, each slice mostly once, and the row of the pipeline.
                var writes = batch.Select(record => stage.Table().SliceOf(log.EventAt(record).Project)).Distinct().Count() + 2;
                var crash = (crashes.Count % 4) switch
                {
                    0 => new Crash(0, isAnswerLost: false),
                    1 => new Crash(null, isAnswerLost: false),
                    2 => new Crash(random.Next(2), isAnswerLost: true),
                    _ => new Crash(random.Next(writes), random.Next(2) == 0),
                };
                crashes.Enqueue(crash);
                using var death = new CancellationTokenSource();
                var dying = stage.Aggregator(new FaultyTransport(crash.Of, crash.Sent)).AggregateAsync(batch, death.Token);
                await Task.WhenAny(dying, crash.Happened);
                await death.CancelAsync();
                try
                {
                    // If it came to its end, the process ends before Kafka knows.
                    await dying;
                }
                catch (OperationCanceledException)
                {
                    // What it had not finished is delivered again.
                }

                aggregator = stage.Aggregator(transport);
                log.Rewind(random);
            }
            else
            {
                await stage.WithoutWaiting(aggregator.AggregateAsync(batch, default));
                log.Commit(batch);
            }
        }

        await stage.AssertHoldsAsync(input.OfType<Event>(), End);
        await AssertCountedOnceAsync(stage, input.OfType<Event>().Count());
    }

    [Fact]
    public async Task Competing_workers_on_a_store_that_fails_end_in_the_same_rows()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var random = new Random(7);
        var input = Input(random).Concat(Input(random)).Concat(Input(random)).OfType<Event>().ToArray();
        var log = new KafkaLog(3);
        foreach (var one in input) log.Append(one);
        Fault[] kinds = [Fault.Late, Fault.AnswerLost, Fault.Conflict, Fault.Hangs, Fault.Busy, Fault.Refused];
        var faults = new ConcurrentDictionary<Fault, int>();
        var transports = new ConcurrentBag<FaultyTransport>();

        // Each goes through all records in cuts of its own, as owners of a partition do that do not know of each other.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var dice = new Random(worker);
            var next = worker;
            var transport = new FaultyTransport(_ =>
            {
                lock (dice)
                {
                    // One fault in four requests, each kind in its turn.
                    var fault = dice.Next(4) > 0 ? Fault.None : kinds[next++ % kinds.Length];
                    faults.AddOrUpdate(fault, 1, (_, count) => count + 1);
                    return fault;
                }
            });
            transports.Add(transport);
            var aggregator = stage.Aggregator(transport);
            var mine = new KafkaLog(log);
            while (mine.Next(dice, stage) is { } batch)
            {
                try
                {
                    await stage.WithoutWaiting(aggregator.AggregateAsync(batch, default));
                    mine.Commit(batch);
                }
                catch (Exception fault) when (fault is Azure.RequestFailedException or AggregateException or IOException or TaskCanceledException)
                {
                    // Delivered again, as the trigger does.
                }
            }
        })));

        await Task.WhenAll(transports.Select(transport => transport.AllArrivedAsync()));

        Assert.All(kinds.Append(Fault.None), fault => Assert.InRange(faults.GetValueOrDefault(fault), 5, int.MaxValue));
        await stage.AssertHoldsAsync(input, End);
        await AssertCountedOnceAsync(stage, input.Length);
    }

    private static async Task AssertCountedOnceAsync(AggregationStage stage, int events)
    {
        Assert.Equal(events, (await stage.CountsAsync()).Sum(row => row.Decoded));
        var partitions = await Task.WhenAll(stage.Table().Slices.Select(slice => stage.Table().PartitionsAsync(slice, default)));
        Assert.Equal(events, partitions.SelectMany(slice => slice).Sum(partition => partition.Outcomes.Values.Sum()));
    }

    /// <summary>Events of a few projects, with ends of the process among them.</summary>
    private static List<Event?> Input(Random random)
    {
        var projects = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => $"P-{random.Next(10_000)}").ToArray();
        List<Event?> input = [.. projects.SelectMany(project => ProjectEvents.Of(random.Next()).Take(60).Select(one => one with { Project = project }))
            .Where(one => new EventDecoder().DecodeStructured(EventEncoder.Encode(one)).IsDecoded)];
        for (var crash = random.Next(1, 4); crash > 0; crash--) input.Insert(random.Next(input.Count), Abort);
        return input;
    }

    /// <summary>Of each ABORT the record before which, or amid whose batch, the process ends.</summary>
    private static HashSet<(int Partition, long Offset)> AbortsOf(List<Event?> input, KafkaLog log)
    {
        var aborts = new HashSet<(int, long)>();
        var next = new long[log.Partitions];
        foreach (var one in input)
        {
            if (one is not null) next[log.PartitionOf(one.Project)]++;
            else if (Enumerable.Range(0, log.Partitions).FirstOrDefault(partition => next[partition] < log.End(partition), -1) is var partition and >= 0) aborts.Add((partition, next[partition]));
        }

        return aborts;
    }

    /// <summary>The end of a process at one of its writes: the write happens or it does not, and nothing is sent after it.</summary>
    /// <param name="at">How many writes come before; null: all but the one of the pipeline's row.</param>
    /// <param name="isAnswerLost">Whether that write happens.</param>
    private sealed class Crash(int? at, bool isAnswerLost)
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _isDying;

        /// <summary>Ends when the process does; if it has fewer writes, it never does.</summary>
        public Task Happened => _happened.Task;

        /// <summary>How many writes have happened.</summary>
        public int Written { get; private set; }

        /// <summary>Whether all slices had been written, and the pipeline's row not.</summary>
        public bool IsBeforePipeline { get; private set; }

        /// <summary>Whether the last write happened without the process knowing.</summary>
        public bool IsAnswerLost => _happened.Task.IsCompleted && isAnswerLost;

        public Fault Of(Request request)
        {
            lock (_lock)
            {
                if (_isDying) return Fault.Refused;
                if (!IsWrite(request)) return Fault.None;
                var isPipeline = IsOfPipeline(request);
                if (at is { } before ? Written < before : !isPipeline)
                {
                    Written++;
                    return Fault.None;
                }

                _isDying = true;
                IsBeforePipeline = isPipeline && !isAnswerLost;
                if (isAnswerLost) Written++;
                else _happened.TrySetResult();
                return isAnswerLost ? Fault.AnswerLost : Fault.Refused;
            }
        }

        /// <summary>Ends the process behind the write that it ends at, which would otherwise be broken off.</summary>
        public void Sent(Request request)
        {
            lock (_lock)
            {
                if (_isDying && IsWrite(request)) _happened.TrySetResult();
            }
        }

        private static bool IsWrite(Request request) => request.Uri.Path.EndsWith("$batch", StringComparison.Ordinal);

        private static bool IsOfPipeline(Request request)
        {
            using var body = new MemoryStream();
            request.Content!.WriteTo(body, default);
            return System.Text.Encoding.UTF8.GetString(body.ToArray()).Contains("/pipeline", StringComparison.Ordinal);
        }
    }

    /// <summary>As much of Kafka as a consumer group sees: partitions, and how far each is committed.</summary>
    private sealed class KafkaLog
    {
        private readonly List<Event>[] _partitions;
        private readonly long[] _committed;

        public KafkaLog(int partitions) => (_partitions, _committed) = ([.. Enumerable.Range(0, partitions).Select(_ => new List<Event>())], new long[partitions]);

        public KafkaLog(KafkaLog other) => (_partitions, _committed) = (other._partitions, new long[other.Partitions]);

        public int Partitions => _partitions.Length;

        public int PartitionOf(string project) => SliceId.Of(project, Partitions).Value;

        public long End(int partition) => _partitions[partition].Count;

        public Event EventAt(KafkaRecord record) => _partitions[record.Partition][(int)record.Offset];

        public void Append(Event one) => _partitions[PartitionOf(one.Project)].Add(one);

        /// <summary>Some records from where each partition is committed, or null at the end of all.</summary>
        public KafkaRecord[]? Next(Random random, AggregationStage stage)
        {
            if (Enumerable.Range(0, Partitions).All(partition => _committed[partition] == End(partition))) return null;
            while (true)
            {
                var batch = Enumerable.Range(0, Partitions)
                    .SelectMany(partition => Enumerable.Range((int)_committed[partition], random.Next(1 + (int)Math.Min(40, End(partition) - _committed[partition])))
                        .Select(offset => stage.Record(partition, offset, _partitions[partition][offset])))
                    .ToArray();
                if (batch.Length > 0) return batch;
            }
        }

        public void Commit(KafkaRecord[] batch)
        {
            foreach (var record in batch) _committed[record.Partition] = Math.Max(_committed[record.Partition], record.Offset + 1);
        }

        /// <summary>Commits are asynchronous in Kafka: some of what was done comes again.</summary>
        public void Rewind(Random random)
        {
            for (var partition = 0; partition < Partitions; partition++) _committed[partition] -= random.Next((int)Math.Min(30, _committed[partition]) + 1);
        }
    }
}
