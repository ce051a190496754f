using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Caching.Memory;
using ShitOps.Aggregation;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.History;

/// <summary>
/// The container <c>blocks</c>: of each table of aggregates a folder with its name, in which <c>yyyyMMdd-BUILD.block</c> holds what changed on a
/// day in all projects (<see cref="HistoryBlock"/>) and <c>index.json</c> says which of them count (<see cref="BlockIndex"/>). Blocks that were read
/// are kept in memory, those that were used last; they never change.
/// </summary>
public sealed class HistoryBlocks(StorageAccount account, HistorySettings settings, TimeProvider time) : IDisposable
{
    /// <summary>How old an index may be that is answered with.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(15);

    private readonly BlobContainerClient _container = ContainerOf(account);
    private readonly MemoryCache _blocks = new(new MemoryCacheOptions { SizeLimit = settings.CacheBytes });
    private volatile Known? _known;

    /// <summary>Which blocks count, as of at most <see cref="Fresh"/> ago.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async ValueTask<BlockIndex> IndexAsync(AggregateTable table, CancellationToken cancellationToken)
    {
        if (_known is { } recent && recent.Table == table.Name && time.GetElapsedTime(recent.At) < Fresh) return recent.Index;
        var at = time.GetTimestamp();
        var (index, tag) = _known is { } last && last.Table == table.Name ? await ReadAsync(table, last, cancellationToken) : await ReadAsync(table, last: null, cancellationToken);
        _known = new Known(table.Name, at, index, tag);
        return index;
    }

    /// <summary>Deletes all blocks of some tables.</summary>
    /// <param name="account">Where they are.</param>
    /// <param name="isOver">Whether those of a table go.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task DeleteAsync(StorageAccount account, Func<string, bool> isOver, CancellationToken cancellationToken)
    {
        var container = ContainerOf(account);
        if (!await container.ExistsAsync(cancellationToken)) return;
        await foreach (var folder in container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix: null, cancellationToken))
        {
            if (!folder.IsPrefix || !isOver(folder.Prefix.TrimEnd('/'))) continue;
            await Parallel.ForEachAsync(
                container.GetBlobsAsync(BlobTraits.None, BlobStates.None, folder.Prefix, cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken },
                async (blob, stopping) => await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: stopping));
        }
    }

    /// <summary>Whether a block is in memory.</summary>
    public bool IsHeld(AggregateTable table, DateOnly day, long build) => _blocks.TryGetValue(NameOf(table, day, build), out _);

    /// <summary>A block; null: another has taken its place meanwhile.</summary>
    /// <exception cref="InvalidDataException">It cannot be read; the message says which.</exception>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<HistoryBlock?> BlockAsync(AggregateTable table, DateOnly day, long build, CancellationToken cancellationToken)
    {
        var name = NameOf(table, day, build);
        if (_blocks.TryGetValue(name, out HistoryBlock? held)) return held;
        try
        {
            var content = await _container.GetBlobClient(name).DownloadContentAsync(cancellationToken);
            var block = HistoryBlock.Read(content.Value.Content.ToMemory().Span);
            return _blocks.Set(name, block, new MemoryCacheEntryOptions { Size = block.Bytes });
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            _known = null;
            return null;
        }
        catch (CorruptStateException fault)
        {
            throw new InvalidDataException($"blocks/{name}: {fault.Message}. Delete blocks/{table.Name}/index.json: the blocks are built again from the table", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _blocks.Dispose();

    /// <summary>The index as it is, with its ETag; of blocks that were never built an empty one.</summary>
    internal Task<(BlockIndex Index, ETag Tag)> ReadAsync(AggregateTable table, CancellationToken cancellationToken) => ReadAsync(table, last: null, cancellationToken);

    /// <summary>Makes the container, if it is not there. To be done before anything is stored.</summary>
    internal Task EnsureExistsAsync(CancellationToken cancellationToken) => _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    /// <summary>Stores a block.</summary>
    internal Task PutAsync(AggregateTable table, DateOnly day, long build, byte[] block, CancellationToken cancellationToken) =>
        _container.GetBlobClient(NameOf(table, day, build)).UploadAsync(new BinaryData(block), overwrite: true, cancellationToken);

    /// <summary>Makes another index count.</summary>
    /// <returns>Its ETag; null: somebody else has done so since.</returns>
    internal async Task<ETag?> TryPutAsync(AggregateTable table, BlockIndex index, ETag was, CancellationToken cancellationToken)
    {
        try
        {
            var put = await _container.GetBlobClient(IndexOf(table)).UploadAsync(
                new BinaryData(JsonSerializer.SerializeToUtf8Bytes(index, IndexJson.Default.BlockIndex)),
                new BlobUploadOptions { Conditions = was == default ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = was } },
                cancellationToken);
            return put.Value.ETag;
        }
        catch (RequestFailedException other) when (other.Status is 409 or 412)
        {
            return null;
        }
    }

    /// <summary>Deletes the blocks that none of the indexes names, and those of other tables that were written before some time.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> DeleteUnusedAsync(AggregateTable table, IEnumerable<BlockIndex> indexes, DateTimeOffset others, CancellationToken cancellationToken)
    {
        var used = indexes.SelectMany(index => index.Days).Select(day => NameOf(table, day.Key, day.Value)).Append(IndexOf(table)).ToHashSet(StringComparer.Ordinal);
        var deleted = 0;
        await foreach (var blob in _container.GetBlobsAsync(cancellationToken: cancellationToken))
        {
            var isUnused = blob.Name.StartsWith($"{table.Name}/", StringComparison.Ordinal) ? !used.Contains(blob.Name) : blob.Properties.LastModified < others;
            if (!isUnused) continue;
            await _container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
            deleted++;
        }

        return deleted;
    }

    private async Task<(BlockIndex Index, ETag Tag)> ReadAsync(AggregateTable table, Known? last, CancellationToken cancellationToken)
    {
        try
        {
            var content = await _container.GetBlobClient(IndexOf(table)).DownloadContentAsync(
                new BlobDownloadOptions { Conditions = last is null || last.Tag == default ? null : new BlobRequestConditions { IfNoneMatch = last.Tag } }, cancellationToken);

            // Without a body the index is the one that is known.
            if (content.GetRawResponse().Status == 304) return (last!.Index, last.Tag);
            return (JsonSerializer.Deserialize(content.Value.Content.ToMemory().Span, IndexJson.Default.BlockIndex)!, content.Value.Details.ETag);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return (BlockIndex.None, default);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"blocks/{IndexOf(table)}: {fault.Message}. Delete it: the blocks are built again from the table", fault);
        }
    }

    private static BlobContainerClient ContainerOf(StorageAccount account) => account.Blobs.GetBlobContainerClient("blocks");

    private static string IndexOf(AggregateTable table) => $"{table.Name}/index.json";

    private static string NameOf(AggregateTable table, DateOnly day, long build) => string.Create(CultureInfo.InvariantCulture, $"{table.Name}/{day:yyyyMMdd}-{build}.block");

    private sealed record Known(string Table, long At, BlockIndex Index, ETag Tag);
}

/// <summary>How an index is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BlockIndex))]
internal sealed partial class IndexJson : JsonSerializerContext;
