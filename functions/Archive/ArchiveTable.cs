using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;
using ParquetSharp;
using ShitOps.Archive.Delta;

using ShitOps.Storage;

namespace ShitOps.Archive;

/// <summary>
/// The archive as a Delta table in the container <c>archive</c>, folder <c>events</c>: its data files are the segments of all chains, and
/// what compaction makes of them. docs/archive.md describes it for its readers.
/// </summary>
/// <param name="account">Where it is.</param>
/// <param name="settings">How it is kept.</param>
/// <param name="time">The clock.</param>
public sealed class ArchiveTable(StorageAccount account, ArchiveTableSettings settings, TimeProvider time)
{
    /// <summary>The container of the archive.</summary>
    public const string Container = "archive";

    /// <summary>The folder of the table in it.</summary>
    public const string Root = "events/";

    private const string CompactedPrefix = "stream=";

    private static readonly ImmutableArray<string> PartitionColumns = ["stream", "topic", "partition"];
    private static readonly string Schema = SchemaJson();

    private readonly BlobContainerClient _container = account.Blobs.GetBlobContainerClient(Container);
    private DeltaSnapshot? _known;

    /// <summary>How it is kept.</summary>
    public ArchiveTableSettings Settings => settings;

    internal BlobContainerClient Blobs => _container;

    internal DeltaLog Log { get; } = new(account.Blobs.GetBlobContainerClient(Container), Root);

    /// <summary>The table's present state; null: there is no table yet.</summary>
    /// <exception cref="InvalidDataException">The log is damaged, or another engine has changed the table to what this version does not know.</exception>
    public async Task<DeltaSnapshot?> ReadAsync(CancellationToken cancellationToken) => _known = await Log.ReadAsync(_known, cancellationToken);

    /// <summary>Opens a file of the table.</summary>
    /// <exception cref="ParquetException">It is no Parquet file, or is damaged.</exception>
    public Task<ArchiveFile> OpenAsync(AddFile file, CancellationToken cancellationToken) => ArchiveFile.OpenAsync(_container.GetBlobClient(Root + file.Path), file.Size, cancellationToken);

    /// <summary>The chain whose events a file holds.</summary>
    public static ArchiveChain ChainOf(AddFile file) =>
        new(file.PartitionValues["stream"]!, file.PartitionValues["topic"]!, int.Parse(file.PartitionValues["partition"]!, CultureInfo.InvariantCulture));

    /// <summary>Whether compaction made the file: its rows are by project, task and time. Otherwise it is a segment.</summary>
    public static bool IsCompacted(string path) => path.StartsWith(CompactedPrefix, StringComparison.Ordinal);

    /// <summary>Commits to the table, which is created if there is none, and writes a checkpoint if it is time for one.</summary>
    /// <param name="operation">What for: <see cref="DeltaCommitInfo.Operation"/>.</param>
    /// <param name="actions">Gives what to commit upon a state of the table, and is asked again when another has committed first; null: nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whether anything was committed.</returns>
    internal async Task<bool> CommitAsync(string operation, Func<DeltaSnapshot?, IReadOnlyList<DeltaAction>?> actions, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (snapshot, isCommitted) = await Log.CommitAsync(
            await ReadAsync(cancellationToken),
            operation,
            state => actions(state) is { Count: > 0 } what ? [.. Definition(state, now), .. what] : null,
            now,
            cancellationToken);
        _known = snapshot;
        if (snapshot is not null && snapshot.Version - (await Log.LastCheckpointAsync(cancellationToken) ?? -1) >= settings.CheckpointCommits)
        {
            await Log.WriteCheckpointAsync(snapshot, now - settings.VacuumAfter, cancellationToken);

            // Read from there the next time, it is without the tombstones that are no longer needed.
            _known = null;
        }

        return isCommitted;
    }

    internal static string CompactedPath(ArchiveChain chain, Guid name) =>
        $"{CompactedPrefix}{chain.Stream}/topic={chain.Topic}/partition={chain.Partition.ToString(CultureInfo.InvariantCulture)}/{name:D}.parquet";

    internal static AddFile Add(ArchiveChain chain, string path, long size, DateTimeOffset modified, bool isChange, FileStatistics statistics, IEnumerable<string> types) => new(
        path,
        ImmutableSortedDictionary<string, string?>.Empty.WithComparers(StringComparer.Ordinal)
            .Add("stream", chain.Stream).Add("topic", chain.Topic).Add("partition", chain.Partition.ToString(CultureInfo.InvariantCulture)),
        size, modified.ToUnixTimeMilliseconds(), isChange, statistics, [.. types.Order(StringComparer.Ordinal)]);

    internal static RemoveFile Remove(AddFile file, DateTimeOffset now, bool isChange) => new(file.Path, now.ToUnixTimeMilliseconds(), isChange, file.PartitionValues, file.Size);

    /// <summary>What has to be said of the table itself before anything else: all if it is new, and what has changed.</summary>
    private IEnumerable<DeltaAction> Definition(DeltaSnapshot? snapshot, DateTimeOffset now)
    {
        var wanted = new DeltaMetadata(
            snapshot?.Metadata.Id ?? Guid.NewGuid().ToString(), "events", "Every event of ShitOps: docs/archive.md", Schema, PartitionColumns,
            ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal)
                .Add("delta.checkpointInterval", settings.CheckpointCommits.ToString(CultureInfo.InvariantCulture))
                .Add("delta.deletedFileRetentionDuration", string.Create(CultureInfo.InvariantCulture, $"interval {settings.VacuumAfter.TotalHours:F0} hours"))
                .Add("delta.logRetentionDuration", string.Create(CultureInfo.InvariantCulture, $"interval {settings.LogRetention.TotalHours:F0} hours")),
            snapshot?.Metadata.CreatedTime ?? now.ToUnixTimeMilliseconds());
        if (snapshot is null) yield return new DeltaProtocol(1, 2);
        if (snapshot is null || !snapshot.Metadata.IsSameTable(wanted)) yield return wanted;
    }

    private static string SchemaJson()
    {
        var columns = ArchiveColumns.All.Select(column => (column.Name, TypeOf(column))).Concat([("stream", "string"), ("topic", "string"), ("partition", "integer")]);
        return JsonSerializer.Serialize(new
        {
            type = "struct",
            fields = columns.Select(column => new { name = column.Item1, type = column.Item2, nullable = true, metadata = new { } }),
        });

        static string TypeOf(Column column) =>
            column.LogicalSystemType == typeof(long) ? "long"
            : column.LogicalSystemType == typeof(string) ? "string"
            : column.LogicalSystemType == typeof(double?) ? "double"
            : column.LogicalSystemType == typeof(Date?) ? "date"
            : column.LogicalSystemType == typeof(DateTime) || column.LogicalSystemType == typeof(DateTime?) ? "timestamp"
            : throw new NotSupportedException($"the table has no type for the column {column.Name}");
    }
}

/// <summary>The chain of segments of a Kafka partition.</summary>
public readonly record struct ArchiveChain(string Stream, string Topic, int Partition)
{
    /// <summary>The application under which the table says how far the chain is in it.</summary>
    public string AppId => $"{Stream}/{Topic}/{Partition}";

    /// <summary>The chain of an <see cref="AppId"/>.</summary>
    public static ArchiveChain? Of(string appId) =>
        appId.Split('/') is [var stream, var topic, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition) ? new(stream, topic, partition) : null;
}
