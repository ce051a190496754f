using System.Numerics;
using System.Threading.Channels;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ShitOps.Local.Worker;

/// <summary>
/// One function's member of its consumer group. A thread polls and forms batches; one batch at a time is run, the next ones wait in
/// a bounded queue, and while that is full nothing is polled. So a batch that takes longer than maxPollIntervalMs costs the consumer its
/// partitions once the queue is full, as under the host.
/// </summary>
/// <remarks>
/// As the Kafka extension does it: an offset is stored when the function returns and committed soon after; a failed batch is committed
/// (commitOnFailure), or tried again in place and at once, up to maxRetries times, and then committed.
/// Kinder than the extension in one thing: batches that wait for the function when their partitions are lost are dropped,
/// since the next owner gets them anyway; the extension runs them twice.
/// </remarks>
internal sealed partial class KafkaListener : TriggerListener
{
    /// <summary>Longer than a function that heeds cancellation takes, shorter than what an orchestrator waits before it kills.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan MissingTopicInterval = TimeSpan.FromSeconds(1);

    private readonly AppFunction _function;
    private readonly KafkaSubscription _subscription;
    private readonly KafkaLimits _limits;
    private readonly FunctionInvoker _invoker;
    private readonly IHostApplicationLifetime _app;
    private readonly ILogger _logger;
    private readonly bool _isBatched;
    private readonly PartitionAssignments _assignments = new();
    private readonly Channel<KafkaBatch> _queue = Channel.CreateUnbounded<KafkaBatch>(new() { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _room;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FillingBatch _filling;
    private readonly HashSet<ErrorCode> _refusals = [];
    private IConsumer<byte[]?, byte[]?> _consumer;
    private Task _running = Task.CompletedTask;
    private volatile bool _outage;
    private volatile string? _lastFault;
    private bool _topicMissing;
    private bool _started;

    /// <exception cref="FunctionAppException">librdkafka refuses the settings.</exception>
    public KafkaListener(AppFunction function, KafkaSubscription subscription, KafkaLimits limits, FunctionInvoker invoker, IHostApplicationLifetime app)
    {
        _function = function;
        _subscription = subscription;
        _limits = limits;
        _invoker = invoker;
        _app = app;
        _logger = invoker.LoggerOf(function);
        _isBatched = ((KafkaTriggerAttribute)function.Trigger).IsBatched;
        _room = new SemaphoreSlim(limits.ExecutorChannelCapacity);
        _filling = new FillingBatch(limits.MaxBatchSize);
        try
        {
            _consumer = Connect();
        }
        catch (Exception fault) when (fault is InvalidOperationException or KafkaException or ArgumentException)
        {
            throw new FunctionAppException($"{function.Where}: {fault.Message}", fault);
        }
    }

    public override void Start()
    {
        _started = true;
        _running = Task.Run(RunBatchesAsync);
        new Thread(Poll) { IsBackground = true, Name = $"Kafka {_function.Name}" }.Start();
    }

    public override async Task StopAsync()
    {
        await _stopping.CancelAsync();
        if (_started)
        {
            await _left.Task;
        }
    }

    public override void Dispose()
    {
        if (!_started)
        {
            _consumer.Dispose();
        }

        _stopping.Dispose();
        _room.Dispose();
    }

    private IConsumer<byte[]?, byte[]?> Connect() =>
        new ConsumerBuilder<byte[]?, byte[]?>(_subscription.Consumer)
            .SetPartitionsAssignedHandler((_, partitions) =>
            {
                _assignments.Add(partitions);
                Reachable();
                LogAssigned(_logger, Names(partitions));
            })
            .SetPartitionsRevokedHandler((_, partitions) => Lose(partitions, revoked: true))
            .SetPartitionsLostHandler((_, partitions) => Lose(partitions, revoked: false))
            .SetErrorHandler((_, error) => Unreachable(error))
            .SetLogHandler((_, log) => LogClient(_logger, log.Facility, log.Message))
            .Build();

    private void Lose(List<TopicPartitionOffset> partitions, bool revoked)
    {
        _assignments.Remove(partitions.Select(each => each.TopicPartition));
        var gone = partitions.Select(each => each.Partition.Value).ToHashSet();
        _filling.Remove(gone);
        LogLost(_logger, revoked ? "Revoked" : "Lost", Names(partitions.Select(each => each.TopicPartition)));
    }

    private void Poll()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                try
                {
                    _consumer.Subscribe(_subscription.Topic);
                    while (!_stopping.IsCancellationRequested)
                    {
                        PollFor(_limits.SubscriberInterval);
                        Hand();
                    }
                }
                catch (KafkaException fault)
                {
                    LogFatal(_logger, fault.Error.Reason);
                    _filling.Clear();
                    _assignments.Clear();
                    _stopping.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
                    _consumer.Dispose();
                    _consumer = Connect();
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The app stops while the queue is full.
        }
        catch (Exception fault)
        {
            Break(fault);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Polls for <paramref name="interval"/>, handing over each batch that gets full.</summary>
    private void PollFor(TimeSpan interval)
    {
        const int SliceMs = 100;
        var end = Environment.TickCount64 + (long)interval.TotalMilliseconds;
        for (var left = interval.TotalMilliseconds; left > 0 && !_stopping.IsCancellationRequested; left = end - Environment.TickCount64)
        {
            ConsumeResult<byte[]?, byte[]?>? consumed;
            try
            {
                consumed = _consumer.Consume((int)Math.Min(left, SliceMs));
            }
            catch (ConsumeException fault) when (!fault.Error.IsFatal)
            {
                Explain(fault.Error);
                continue;
            }

            if (consumed is null)
            {
                continue;
            }

            _filling.Add(KafkaRecords.Of(consumed));
            if (_filling.IsFull)
            {
                Hand();
            }
        }
    }

    /// <summary>Hands what was polled to the function, when there is room.</summary>
    private void Hand()
    {
        if (_filling.IsEmpty)
        {
            return;
        }

        Reachable();
        var batch = KafkaBatch.Of(_filling.Take(), _assignments);
        _room.Wait(_stopping.Token);
        _queue.Writer.TryWrite(batch);
    }

    private async Task RunBatchesAsync()
    {
        try
        {
            await foreach (var batch in _queue.Reader.ReadAllAsync(_stopping.Token))
            {
                _room.Release();
                if (_isBatched)
                {
                    await RunAsync(batch);
                }
                else
                {
                    await RunOneByOneAsync(batch);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The batches that wait are not stored and come again.
        }
        catch (Exception fault)
        {
            Break(fault);
        }
    }

    /// <summary>
    /// What no rule provides for. The app stops, and whoever supervises it starts it again:
    /// an app that seems well and leaves its topic alone would be found out too late.
    /// </summary>
    private void Break(Exception fault)
    {
        _app.StopApplication();
        LogBroken(_logger, fault, _function.Name);
    }

    /// <summary>Partitions side by side, each record after the one before it.</summary>
    private Task RunOneByOneAsync(KafkaBatch batch) =>
        Task.WhenAll(batch.Ends.Select(end => Task.Run(async () =>
        {
            foreach (var record in batch.Records.Where(record => record.Partition == end.Partition.Partition.Value))
            {
                if (!await RunAsync(new KafkaBatch([record], [end with { NextOffset = record.Offset + 1 }])))
                {
                    return;
                }
            }
        })));

    /// <summary>Runs the function until the batch is done with, one way or the other.</summary>
    /// <returns>False when the app stops or the partitions are lost: nothing is stored then.</returns>
    private async Task<bool> RunAsync(KafkaBatch batch)
    {
        for (var tries = 1; !_stopping.IsCancellationRequested; tries++)
        {
            batch = batch.Keep(_assignments.Current(batch.Ends));
            if (batch.Records.Length == 0)
            {
                return false;
            }

            object trigger = _isBatched ? batch.Records : batch.Records[0];
            var failure = await _invoker.InvokeAsync(_function, trigger, Trace(batch.Records[0]), _stopping.Token);
            if (_stopping.IsCancellationRequested)
            {
                return false;
            }

            if (failure is null)
            {
                Store(batch);
                return true;
            }

            // The first, second, fourth, eighth… try is logged: retries follow each other at once.
            if (BitOperations.IsPow2(tries))
            {
                LogFailed(_logger, failure, batch.Records.Length, Positions(batch), tries);
            }

            var givesUp = _limits.MaxRetries >= 0 && tries > _limits.MaxRetries;
            if (_limits.CommitOnFailure || givesUp)
            {
                LogCommitted(_logger, batch.Records.Length, Positions(batch), _limits.CommitOnFailure ? "commitOnFailure" : $"maxRetries = {_limits.MaxRetries}");
                Store(batch);
                return true;
            }
        }

        return false;
    }

    private void Store(KafkaBatch batch) => _assignments.Store(batch.Ends, offset =>
    {
        try
        {
            _consumer.StoreOffset(offset);
        }
        catch (KafkaException fault)
        {
            // Lost between the group's decision and this consumer's hearing of it: the next owner begins before this batch.
            LogNotStored(_logger, offset.ToString(), fault.Error.Reason);
        }
    });

    private void Leave()
    {
        try
        {
            _queue.Writer.TryComplete();
            if (!_running.Wait(StopLimit))
            {
                LogUnfinished(_logger, _function.Name, StopLimit);
            }

            // Commits what is stored, then leaves the group. Without a broker librdkafka would wait long for an answer.
            if (Task.Run(_consumer.Close).Wait(CloseLimit))
            {
                _consumer.Dispose();
            }
        }
        catch (AggregateException fault)
        {
            LogNotLeft(_logger, fault.InnerException, _function.Name);
        }
        finally
        {
            _left.SetResult();
        }
    }

    private void Explain(Error error)
    {
        switch (error.Code)
        {
            case ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition:
                if (!_topicMissing)
                {
                    LogTopicMissing(_logger, _subscription.Topic, _subscription.Consumer.BootstrapServers);
                }

                _topicMissing = true;
                _stopping.Token.WaitHandle.WaitOne(MissingTopicInterval);

                // Asks for the topic again; librdkafka alone would only at the next refresh of its metadata, minutes later.
                _consumer.Subscribe(_subscription.Topic);
                break;
            case ErrorCode.Local_MaxPollExceeded:
                LogTooSlow(_logger, _function.Name);
                break;
            case ErrorCode.Local_Transport or ErrorCode.Local_TimedOut or ErrorCode.Local_Resolve or ErrorCode.Local_AllBrokersDown:
                Unreachable(error);
                break;
            default:
                if (_refusals.Add(error.Code))
                {
                    LogRefused(_logger, _subscription.Topic, _subscription.Consumer.BootstrapServers, error.Reason, error.Code);
                }

                break;
        }
    }

    /// <summary>
    /// Tells an outage once. Single connections come and go while a cluster is well; why the last one failed explains the outage.
    /// </summary>
    private void Unreachable(Error error)
    {
        if (error.Code != ErrorCode.Local_AllBrokersDown)
        {
            _lastFault = error.Reason;
            LogClient(_logger, "ERROR", error.Reason);
        }
        else if (!_outage)
        {
            _outage = true;
            LogUnreachable(_logger, _subscription.Consumer.BootstrapServers, _lastFault ?? error.Reason);
        }
    }

    private void Reachable()
    {
        _topicMissing = false;
        _refusals.Clear();
        if (_outage)
        {
            _outage = false;
            LogReachable(_logger, _subscription.Consumer.BootstrapServers);
        }
    }

    private static Invocation.Origin Trace(KafkaRecord first)
    {
        string? parent = null;
        string? state = null;
        foreach (var header in first.Headers)
        {
            switch (header.Key)
            {
                case "traceparent":
                    parent = header.GetValueAsString();
                    break;
                case "tracestate":
                    state = header.GetValueAsString();
                    break;
            }
        }

        return new Invocation.Origin(parent, state);
    }

    private static string Names(IEnumerable<TopicPartition> partitions) => string.Join(", ", partitions.Select(each => $"{each.Topic}[{each.Partition.Value}]"));

    private static string Positions(KafkaBatch batch) =>
        string.Join(", ", batch.Ends.Select(end => $"{end.Partition.Topic}[{end.Partition.Partition.Value}] up to {end.NextOffset - 1}"));
}
