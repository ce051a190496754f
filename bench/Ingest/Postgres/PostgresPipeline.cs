using System.Diagnostics;
using Confluent.Kafka;
using Npgsql;
using ShitOps.Events;
using ShitOps.People;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>
/// The same events into the same aggregates on PostgreSQL, as a careful engineer would write it without this product: a bare consumer, batches
/// of the same size, all state that is needed in memory, so that a batch reads nothing; one transaction a batch, which also moves the
/// checkpoints, so that nothing counts twice; and while the database works on one batch, the next is decoded and folded.
/// </summary>
internal sealed class PostgresPipeline(string brokers, string connectionString, bool synchronousCommit, int batchSize, byte[] tenantKey)
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly EventDecoder _decoder = new();
    private readonly Dictionary<string, ProjectRecord> _projects = new(StringComparer.Ordinal);
    private readonly HashSet<ProjectRecord> _touched = [];
    private readonly Dictionary<string, string> _people = new(StringComparer.Ordinal);
    private readonly long[] _checkpoints = new long[EventTopic.Partitions];

    /// <summary>Consumes the topic from its beginning.</summary>
    /// <param name="count">How many records it holds.</param>
    /// <param name="progress">Told after each batch how many are done.</param>
    /// <returns>Events a second, from the first batch in hand to the last one committed.</returns>
    public async Task<double> RunAsync(int count, Action<int> progress)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync();
            await Schema.CreateAsync(connection);
        }

        await using var writer = await BatchWriter.OpenAsync(connectionString, synchronousCommit);
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = brokers, GroupId = "postgres", EnableAutoCommit = false, QueuedMinMessages = 200_000 }).Build();
        consumer.Assign(_checkpoints.Select((offset, partition) => new TopicPartitionOffset(EventTopic.Name, partition, offset)));

        var facts = new EventFacts(PersonIdOf);
        var batch = new List<ConsumeResult<byte[], byte[]>>(batchSize);
        var writing = Task.CompletedTask;
        long start = 0;
        for (var done = 0; done < count; done += batch.Count)
        {
            Fill(consumer, batch, Math.Min(batchSize, count - done));
            if (start == 0) start = Stopwatch.GetTimestamp();
            var rows = Fold(batch, facts);
            await writing;
            writing = Task.Run(() => writer.WriteAsync(rows));
            progress(done);
        }

        await writing;
        var perSecond = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        consumer.Close();
        return perSecond;
    }

    private static void Fill(IConsumer<byte[], byte[]> consumer, List<ConsumeResult<byte[], byte[]>> batch, int most)
    {
        batch.Clear();
        for (var clock = Stopwatch.StartNew(); batch.Count < most && (batch.Count == 0 || clock.Elapsed < Linger);)
            if (consumer.Consume(100) is { } consumed) batch.Add(consumed);
    }

    private BatchRows Fold(List<ConsumeResult<byte[], byte[]>> batch, EventFacts facts)
    {
        var before = (long[])_checkpoints.Clone();
        foreach (var consumed in batch)
        {
            var message = consumed.Message;
            var headers = message.Headers.Select(header => new EventHeader(header.Key, header.GetValueBytes())).ToArray();
            if (_decoder.Decode(message.Value, headers).Event is { Data: not null } one)
            {
                if (!_projects.TryGetValue(one.Project, out var project)) _projects.Add(one.Project, project = new ProjectRecord(one.Project));
                project.Apply(one, facts);
                _touched.Add(project);
            }

            _checkpoints[consumed.Partition.Value] = consumed.Offset.Value + 1;
        }

        var (tasks, projects, allocations, history) = (new List<TaskRow>(), new List<ProjectRow>(), new List<AllocationRow>(), new Dictionary<(string Project, int Hour), long[]>());
        foreach (var project in _touched) project.Take(tasks, projects, allocations, history);
        _touched.Clear();
        var checkpoints = Enumerable.Range(0, before.Length).Where(partition => before[partition] != _checkpoints[partition])
            .ToDictionary(partition => partition, partition => (before[partition], _checkpoints[partition]));
        return new BatchRows(tasks, projects, allocations, history, checkpoints);
    }

    private string PersonIdOf(string name) => _people.TryGetValue(name, out var id) ? id : _people[name] = PersonId.Of(tenantKey, name);
}
