using System.Collections.Immutable;

namespace ShitOps.Archive.Delta;

/// <summary>
/// The state of a Delta table at one version: the protocol's "Action Reconciliation". It does not change; <see cref="After"/> gives the next.
/// </summary>
public sealed class DeltaSnapshot
{
    private const int ReaderVersion = 1;
    private const int WriterVersion = 2;

    private readonly ImmutableDictionary<string, AddFile> _files;
    private readonly ImmutableDictionary<string, RemoveFile> _tombstones;
    private readonly ImmutableDictionary<string, DeltaTransaction> _transactions;

    private DeltaSnapshot(
        long version, DeltaProtocol protocol, DeltaMetadata metadata,
        ImmutableDictionary<string, AddFile> files, ImmutableDictionary<string, RemoveFile> tombstones, ImmutableDictionary<string, DeltaTransaction> transactions)
    {
        (Version, Protocol, Metadata) = (version, protocol, metadata);
        (_files, _tombstones, _transactions) = (files, tombstones, transactions);
    }

    /// <summary>The number of the last commit that it contains; the first is 0.</summary>
    public long Version { get; }

    public DeltaProtocol Protocol { get; }

    public DeltaMetadata Metadata { get; }

    /// <summary>The files whose rows are the table, in no order.</summary>
    public IEnumerable<AddFile> Files => _files.Values;

    /// <summary>How many files.</summary>
    public int FileCount => _files.Count;

    /// <summary>Files that were part of the table, and are kept for those who read an earlier version.</summary>
    public IEnumerable<RemoveFile> Tombstones => _tombstones.Values;

    /// <summary>How far each application has come.</summary>
    public IEnumerable<DeltaTransaction> Transactions => _transactions.Values;

    /// <summary>The chains of which anything is or was in the table.</summary>
    public IEnumerable<ArchiveChain> Chains => Transactions.Select(transaction => ArchiveChain.Of(transaction.AppId)).OfType<ArchiveChain>();

    /// <summary>Whether a path is that of a file of the table.</summary>
    public bool Has(string path) => _files.ContainsKey(path);

    /// <summary>What a path was that has left the table; null: nothing is known of it.</summary>
    public RemoveFile? TombstoneOf(string path) => _tombstones.GetValueOrDefault(path);

    /// <summary>The version of an application; null: it has set none.</summary>
    public long? VersionOf(string appId) => _transactions.GetValueOrDefault(appId)?.Version;

    /// <summary>The state that a checkpoint, or the first commit, sets.</summary>
    /// <exception cref="InvalidDataException">It lacks protocol or metadata, or asks for what this version does not know.</exception>
    internal static DeltaSnapshot From(long version, IReadOnlyCollection<DeltaAction> actions) => new DeltaSnapshot(
        version,
        actions.OfType<DeltaProtocol>().LastOrDefault() ?? throw new InvalidDataException($"version {version} of the table has no protocol"),
        actions.OfType<DeltaMetadata>().LastOrDefault() ?? throw new InvalidDataException($"version {version} of the table has no metaData"),
        [], [], []).With(version, actions);

    /// <summary>The state after the next commit.</summary>
    /// <exception cref="InvalidDataException">From there on the table asks for what this version does not know.</exception>
    internal DeltaSnapshot After(IReadOnlyCollection<DeltaAction> commit) => With(Version + 1, commit);

    /// <summary>The actions that a checkpoint holds. Of tombstones only those that may still be needed.</summary>
    /// <param name="tombstonesFrom">Milliseconds since 1970 in UTC: what was removed earlier is left out.</param>
    internal IEnumerable<DeltaAction> ToActions(long tombstonesFrom)
    {
        yield return Protocol;
        yield return Metadata;
        foreach (var transaction in _transactions.Values) yield return transaction;
        foreach (var file in _files.Values) yield return file with { DataChange = false };
        foreach (var tombstone in _tombstones.Values)
        {
            if (tombstone.DeletionTimestamp >= tombstonesFrom) yield return tombstone with { DataChange = false };
        }
    }

    private DeltaSnapshot With(long version, IReadOnlyCollection<DeltaAction> actions)
    {
        var (files, tombstones, transactions) = (_files.ToBuilder(), _tombstones.ToBuilder(), _transactions.ToBuilder());
        var (protocol, metadata) = (Protocol, Metadata);
        foreach (var action in actions)
        {
            switch (action)
            {
                case DeltaProtocol changed:
                    protocol = changed;
                    break;
                case DeltaMetadata changed:
                    metadata = changed;
                    break;
                case DeltaTransaction transaction:
                    transactions[transaction.AppId] = transaction;
                    break;
                case AddFile add:
                    files[add.Path] = add;
                    tombstones.Remove(add.Path);
                    break;
                case RemoveFile remove:
                    files.Remove(remove.Path);
                    tombstones[remove.Path] = remove;
                    break;
            }
        }

        return protocol is { MinReaderVersion: <= ReaderVersion, MinWriterVersion: <= WriterVersion }
            ? new DeltaSnapshot(version, protocol, metadata, files.ToImmutable(), tombstones.ToImmutable(), transactions.ToImmutable())
            : throw new InvalidDataException(
                $"from version {version} on the table asks for reader version {protocol.MinReaderVersion} and writer version {protocol.MinWriterVersion}; this version of ShitOps knows {ReaderVersion} and {WriterVersion}. "
                + "Another engine has changed it: let other engines read the archive's table only");
    }
}
