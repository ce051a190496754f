using System.Globalization;
using System.Text.Json;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Archive;
using ShitOps.Audit;
using ShitOps.Pipeline;
using ShitOps.Replay;
using ShitOps.Storage;

namespace ShitOps.Tests.Archive;

/// <summary>An archive that begins empty, whose segments are made of rows without Kafka, and what other readers than the product's find in it.</summary>
internal sealed class ArchiveStage
{
    private const string Topic = "events";

    private static readonly string[] Types = ["task.created", "task.status-changed", "task.updated", "task.estimated", "project.updated", "task.sneezed"];

    private readonly Random _random;
    private readonly DateTimeOffset _begin = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
    private readonly SortedDictionary<int, List<ArchiveRow>> _rows = [];
    private readonly Dictionary<int, ChainTail> _tails = [];

    private ArchiveStage(string connectionString, int seed) => (ConnectionString, _random) = (connectionString, new Random(seed));

    public string ConnectionString { get; }

    public KafkaStream Stream { get; } = new("prod-1");

    /// <summary>When the first rows were put on the topic. Blobs have the store's own times, so it is the present.</summary>
    public DateTimeOffset Begin => _begin;

    /// <summary>Goes from <see cref="Begin"/> as the test says.</summary>
    public FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    public ArchiveTableSettings Settings { get; set; } = new() { CheckpointCommits = 4 };

    /// <summary>All rows that were appended, by partition, in the order of offsets.</summary>
    public IReadOnlyDictionary<int, List<ArchiveRow>> Rows => _rows;

    public BlobContainerClient Container => new(ConnectionString, ArchiveTable.Container);

    /// <summary>Empties the account.</summary>
    public static async Task<ArchiveStage> OpenAsync(AzuriteFixture azurite, int seed = 1)
    {
        var stage = new ArchiveStage(azurite.ConnectionString, seed);
        var account = stage.Account();
        await foreach (var container in account.Blobs.GetBlobContainersAsync()) await account.Blobs.DeleteBlobContainerAsync(container.Name);
        await foreach (var table in account.Tables.QueryAsync()) await account.Tables.DeleteTableAsync(table.Name);
        return stage;
    }

    public StorageAccount Account(HttpPipelineTransport? transport = null) => StorageAccount.FromSettings(
        new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", ConnectionString)]).Build(), transport);

    public static ArchiveChain Chain(int partition) => new("prod-1", Topic, partition);

    public ArchiveTable Table(HttpPipelineTransport? transport = null) => new(Account(transport), Settings, Time);

    public SegmentCommitter Committer(HttpPipelineTransport? transport = null) => new(
        Table(transport), new ArchivePositions(Account(transport), Stream), Account(transport), NullLogger<SegmentCommitter>.Instance);

    public Compactor Compactor(HttpPipelineTransport? transport = null) => new(Table(transport), Time, NullLogger<Compactor>.Instance);

    public ArchiveManifest Manifest(HttpPipelineTransport? transport = null) => new(
        Account(transport), new ArchivePositions(Account(transport), Stream), NullLogger<ArchiveManifest>.Instance);

    /// <summary>A search over what is archived.</summary>
    public AuditSearch Audit(HttpPipelineTransport? transport = null, long limit = AuditSearch.MostRead)
    {
        var table = Table(transport);
        return new AuditSearch(table, new ArchiveReader(Account(transport), table), new ArchivePositions(Account(transport), Stream)) { Limit = limit };
    }

    public ArchiveVacuum Vacuum(HttpPipelineTransport? transport = null) => new(Table(transport), Manifest(transport), Time, NullLogger<ArchiveVacuum>.Instance);

    /// <summary>Appends segments of a few rows each to the chains of some partitions; now and then one without rows.</summary>
    public async Task AppendAsync(int partitions, int segments, int rows = 20)
    {
        for (var s = 0; s < segments; s++)
            for (var partition = 0; partition < partitions; partition++) await AppendSegmentAsync(partition, s % 5 == 4 ? 0 : _random.Next(1, rows));
    }

    /// <summary>Appends one segment.</summary>
    public async Task AppendSegmentAsync(int partition, int rows, Func<ArchiveRow, ArchiveRow>? change = null)
    {
        var chain = new SegmentChain(Account(), Stream);
        if (!_rows.TryGetValue(partition, out var all)) _rows.Add(partition, all = []);
        var tail = _tails.GetValueOrDefault(partition) ?? ChainTail.Empty;
        List<ArchiveRow> some = [];
        var next = tail.End;
        for (var i = 0; i < rows; i++)
        {
            // Some offsets have no event.
            next += _random.Next(8) == 0 ? 3 : 0;
            var row = Row(partition, next++);
            some.Add(change?.Invoke(row) ?? row);
        }

        tail = await chain.TryAppendAsync(Topic, partition, tail, new Segment(some, Undecodable: 0, next + _random.Next(1, 3), TopicId: null, LastRecord: next), default) ?? throw new InvalidOperationException("another has appended");
        await new ArchivePositions(Account(), Stream).PutAsync([new ArchivePosition(Topic, partition, tail, Time.GetUtcNow())], default);
        _tails[partition] = tail;
        all.AddRange(some);
    }

    /// <summary>The end of a partition's chain.</summary>
    public long EndOf(int partition) => _tails[partition].End;

    /// <summary>Fails unless the table, for a reader that is not the product's, holds each row below its checkpoint once, and tells the truth of its files.</summary>
    /// <param name="isKept">Whether a row is still in the table; null: all are.</param>
    /// <param name="ofStatistics">Whether what the log says of each file is looked at too.</param>
    /// <returns>How many rows it holds.</returns>
    public async Task<int> AssertTableAsync(Func<ArchiveRow, bool>? isKept = null, bool ofStatistics = false)
    {
        var container = Container;
        if (!await container.ExistsAsync()) return 0;
        var table = await DeltaReader.ReadAsync(container, ArchiveTable.Root);
        using var duck = new Duck();
        List<string> paths = [];
        duck.Value("CREATE TABLE events (\"offset\" BIGINT, stream VARCHAR, topic VARCHAR, partition INT, line VARCHAR)");
        foreach (var file in table.Files.Values)
        {
            var bytes = (await container.GetBlobClient(ArchiveTable.Root + file.Path).DownloadContentAsync()).Value.Content.ToArray();
            Assert.Equal(file.Size, bytes.Length);
            var path = duck.File(bytes);
            paths.Add(path);
            if (ofStatistics) AssertStatistics(duck, path, file);
            duck.Value(
                $"INSERT INTO events SELECT \"offset\", '{file.PartitionValues["stream"]}', '{file.PartitionValues["topic"]}', {file.PartitionValues["partition"]}, "
                + $"concat_ws('|', epoch_us(time), epoch_us(timestamp), id, source, type, project, coalesce(task, '-'), coalesce(status, '-'), coalesce(rest, '-'), coalesce(estimate_hours::VARCHAR, '-'), coalesce(due::VARCHAR, '-'), coalesce(actor, '-')) FROM read_parquet('{path}')");
        }

        var expected = _rows.ToDictionary(
            chain => chain.Key, chain => chain.Value.Where(row => row.Offset < table.Transactions.GetValueOrDefault(Chain(chain.Key).AppId) && isKept?.Invoke(row) != false).ToList());
        foreach (var (partition, rows) in expected)
        {
            var found = duck.Rows($"SELECT \"offset\", line FROM events WHERE stream = 'prod-1' AND topic = '{Topic}' AND partition = {partition} ORDER BY \"offset\"");
            Assert.Equal(rows.Select(row => $"{row.Offset} {Line(row)}"), found.Select(row => $"{row[0]} {row[1]}"));
        }

        var all = expected.Values.SelectMany(rows => rows).ToList();
        Assert.Equal(all.Count, duck.Number("SELECT count(*) FROM events"));
        if (paths.Count > 0) AssertTimeFilters(duck, paths, all);
        return all.Count;
    }

    private static void AssertTimeFilters(Duck duck, List<string> paths, List<ArchiveRow> rows)
    {
        var files = $"read_parquet([{string.Join(", ", paths.Select(path => $"'{path}'"))}])";
        var times = rows.Select(row => row.Time).Order().ToList();
        foreach (var from in new[] { times[0], times[times.Count / 3], times[times.Count / 2].AddTicks(10), times[^1] })
        {
            var to = from.AddDays(9);
            var expected = rows.Where(row => row.Time >= from && row.Time < to).ToList();
            var found = Assert.Single(duck.Rows($"SELECT count(*), coalesce(sum(\"offset\"), 0)::BIGINT FROM {files} WHERE time >= {Literal(from)} AND time < {Literal(to)}"));
            Assert.Equal((expected.Count, expected.Sum(row => row.Offset)), (Convert.ToInt32(found[0], CultureInfo.InvariantCulture), Convert.ToInt64(found[1], CultureInfo.InvariantCulture)));
        }

        static string Literal(DateTimeOffset time) => $"TIMESTAMPTZ '{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00'";
    }

    /// <summary>Readers pass over a file by these: a bound that is too narrow loses rows.</summary>
    private static void AssertStatistics(Duck duck, string path, DeltaDataFile file)
    {
        using var json = JsonDocument.Parse(file.Statistics);
        var (least, greatest) = (json.RootElement.GetProperty("minValues"), json.RootElement.GetProperty("maxValues"));
        Assert.Equal(duck.Number($"SELECT count(*) FROM read_parquet('{path}')"), json.RootElement.GetProperty("numRecords").GetInt64());
        Assert.Equal(duck.Number($"SELECT count(*) FROM read_parquet('{path}') WHERE task IS NULL"), json.RootElement.GetProperty("nullCount").GetProperty("task").GetInt64());
        foreach (var column in (string[])["project", "type"])
        {
            Assert.Equal(duck.Text($"SELECT min({column}) FROM read_parquet('{path}')"), least.GetProperty(column).GetString());
            Assert.Equal(duck.Text($"SELECT max({column}) FROM read_parquet('{path}')"), greatest.GetProperty(column).GetString());
        }

        Assert.Equal(duck.Number($"SELECT min(\"offset\") FROM read_parquet('{path}')"), least.GetProperty("offset").GetInt64());
        foreach (var column in (string[])["time", "timestamp"])
        {
            var (from, to) = (least.GetProperty(column).GetDateTimeOffset(), greatest.GetProperty(column).GetDateTimeOffset());
            var (first, last) = (Time(duck.Number($"SELECT epoch_us(min({column})) FROM read_parquet('{path}')")), Time(duck.Number($"SELECT epoch_us(max({column})) FROM read_parquet('{path}')")));
            Assert.InRange(first - from, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
            Assert.InRange(to - last, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        }

        static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);
    }

    private static string Line(ArchiveRow row) => string.Join(
        '|', Microseconds(row.Time), Microseconds(row.Timestamp!.Value), row.Id, row.Source, row.Type, row.Project, row.Task ?? "-", row.Status ?? "-", row.Rest ?? "-",
        row.EstimateHours?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-", row.Due?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-", row.Actor ?? "-");

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private ArchiveRow Row(int partition, long offset)
    {
        // A project is always in the same partition, and one tracker tells milliseconds only; some names come behind all others in UTF-8 and not in UTF-16, or the other way round.
        string[] names = [$"P-{partition}", $"über-{partition}", $"\uFF5E{partition}", $"\U0001F680{partition}"];
        var type = Types[_random.Next(Types.Length)];
        var isTask = type.StartsWith("task", StringComparison.Ordinal);
        var time = Some.Time.AddDays(_random.NextDouble() * 60);
        return new ArchiveRow
        {
            Offset = offset,
            Timestamp = _begin.AddMinutes(offset),
            Time = time.AddTicks(-(time.Ticks % (partition == 1 ? TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerMicrosecond))),
            Id = $"e-{partition}-{offset}",
            Source = "https://tracker.example",
            Type = type,
            Project = names[_random.Next(names.Length)],
            Task = isTask ? $"T-{_random.Next(30)}" : null,
            Status = _random.Next(2) == 0 ? "In Review" : null,
            EstimateHours = _random.Next(3) == 0 ? _random.Next(1, 40) + 0.5 : null,
            Due = _random.Next(3) == 0 ? new DateOnly(2026, 3, 1).AddDays(_random.Next(40)) : null,
            Rest = _random.Next(4) == 0 ? """{"data":{"labels":["a"]}}""" : null,
            Actor = _random.Next(4) is > 0 and var person ? $"person-{person}" : null,
        };
    }
}
