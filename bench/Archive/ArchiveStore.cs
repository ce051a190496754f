using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Archive;
using ShitOps.Local;
using ShitOps.Local.Azurite;
using ShitOps.Pipeline;
using ShitOps.Storage;

namespace ShitOps.Bench.Archive;

/// <summary>An archive in an Azurite and a folder of their own, filled segment by segment without Kafka.</summary>
internal sealed class ArchiveStore : IAsyncDisposable
{
    public const string Topic = "events";

    private readonly AzuriteProcess _azurite;
    private readonly string _folder;
    private readonly KafkaStream _stream = new("bench");
    private readonly Dictionary<int, ChainTail> _tails = [];
    private readonly ArchivePositions _positions;
    private readonly SegmentChain _chain;

    private ArchiveStore(AzuriteProcess azurite, string folder)
    {
        (_azurite, _folder) = (azurite, folder);
        Account = OpenAccount(null);
        Table = new ArchiveTable(Account, new ArchiveTableSettings(), TimeProvider.System);
        (_positions, _chain) = (new ArchivePositions(Account, _stream), new SegmentChain(Account, _stream));
    }

    public StorageAccount Account { get; }

    public ArchiveTable Table { get; }

    public ArchivePositions Positions => _positions;

    /// <summary>How far each partition's chain reaches.</summary>
    public IReadOnlyDictionary<int, ChainTail> Tails => _tails;

    public static async Task<ArchiveStore> StartAsync()
    {
        var installation = await AzuriteInstallation.EnsureAsync(Console.Error.WriteLine, CancellationToken.None);
        var folder = Directory.CreateTempSubdirectory("shitops-archive-bench-").FullName;
        return new ArchiveStore(await AzuriteProcess.StartAsync(installation, Path.Combine(folder, "azurite"), Ports.Free(3), Path.Combine(folder, "azurite.log"), CancellationToken.None), folder);
    }

    public static ArchiveChain Chain(int partition) => new("bench", Topic, partition);

    /// <summary>The account, with a transport of one's own.</summary>
    public StorageAccount OpenAccount(HttpPipelineTransport? transport) => StorageAccount.FromSettings(
        new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", _azurite.ConnectionString)]).Build(), transport);

    /// <summary>Appends a segment; its rows have the offsets that follow.</summary>
    public async Task AppendAsync(int partition, IReadOnlyList<ArchiveRow> rows)
    {
        var tail = _tails.GetValueOrDefault(partition) ?? ChainTail.Empty;
        _tails[partition] = await _chain.TryAppendAsync(Topic, partition, tail, new Segment(rows, 0, rows[^1].Offset + 1, null, 0), CancellationToken.None)
            ?? throw new InvalidOperationException("another has appended");
        await _positions.PutAsync([new ArchivePosition(Topic, partition, _tails[partition], TimeProvider.System.GetUtcNow())], CancellationToken.None);
    }

    /// <summary>Brings all segments into the table.</summary>
    public Task<int> CommitAsync() => new SegmentCommitter(Table, _positions, Account, NullLogger<SegmentCommitter>.Instance).CommitAsync(CancellationToken.None);

    /// <summary>Compacts the table, and lets go what it is not made of any more.</summary>
    public async Task CompactAsync()
    {
        await new Compactor(Table, TimeProvider.System, NullLogger<Compactor>.Instance).CompactAsync(CancellationToken.None);

        // As if all had been done eight days ago: so long what has left the table is kept.
        var later = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(8));
        var manifest = new ArchiveManifest(Account, _positions, NullLogger<ArchiveManifest>.Instance);
        await manifest.ExtendAsync(CancellationToken.None);
        await new ArchiveVacuum(new ArchiveTable(Account, new ArchiveTableSettings(), later), manifest, later, NullLogger<ArchiveVacuum>.Instance).VacuumAsync(CancellationToken.None);
    }

    /// <summary>Copies the table's files to disk and gives their paths.</summary>
    public async Task<IReadOnlyList<string>> DownloadAsync()
    {
        List<string> paths = [];
        foreach (var file in (await Table.ReadAsync(CancellationToken.None))!.Files)
        {
            paths.Add(Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"file-{paths.Count}.parquet")));
            await Account.Blobs.GetBlobContainerClient(ArchiveTable.Container).GetBlobClient(ArchiveTable.Root + file.Path).DownloadToAsync(paths[^1]);
        }

        return paths;
    }

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Counts requests and the bytes of their answers.</summary>
internal sealed class CountingTransport : HttpPipelineTransport
{
    private readonly HttpClientTransport _inner = new();
    private long _requests;
    private long _bytes;

    public long Requests => Interlocked.Read(ref _requests);

    public long Bytes => Interlocked.Read(ref _bytes);

    public override Request CreateRequest() => _inner.CreateRequest();

    public override void Process(HttpMessage message)
    {
        _inner.Process(message);
        Count(message.Response);
    }

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        await _inner.ProcessAsync(message);
        Count(message.Response);
    }

    private void Count(Response answer)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _bytes, answer.Headers.ContentLength ?? 0);
    }
}
