using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;

namespace ShitOps.Tests.Archive;

/// <summary>
/// A reader of Delta tables, written from the protocol (https://github.com/delta-io/delta/blob/master/PROTOCOL.md) apart from the product's
/// code: it begins at the last checkpoint, which DuckDB reads, and goes through the commits after it.
/// </summary>
internal sealed class DeltaReader
{
    private readonly Dictionary<string, DeltaDataFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _transactions = new(StringComparer.Ordinal);

    /// <summary>The number of the last commit.</summary>
    public long Version { get; private set; } = -1;

    /// <summary>The version of the checkpoint that reading began at; null: it began at the first commit.</summary>
    public long? Checkpoint { get; private set; }

    public string Schema { get; private set; } = "";

    public IReadOnlyList<string> PartitionColumns { get; private set; } = [];

    /// <summary>The data files of the table by their paths.</summary>
    public IReadOnlyDictionary<string, DeltaDataFile> Files => _files;

    /// <summary>How far each application has come.</summary>
    public IReadOnlyDictionary<string, long> Transactions => _transactions;

    /// <summary>Reads the table's present state.</summary>
    public static async Task<DeltaReader> ReadAsync(BlobContainerClient container, string root)
    {
        var reader = new DeltaReader();
        var log = $"{root}_delta_log/";
        var hint = container.GetBlobClient($"{log}_last_checkpoint");
        if (await hint.ExistsAsync())
        {
            using var json = JsonDocument.Parse((await hint.DownloadContentAsync()).Value.Content);
            reader.Checkpoint = reader.Version = json.RootElement.GetProperty("version").GetInt64();
            var name = $"{log}{reader.Version.ToString("D20", CultureInfo.InvariantCulture)}.checkpoint.parquet";
            var count = reader.ReadCheckpoint((await container.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToArray());
            Assert.Equal(count, json.RootElement.GetProperty("size").GetInt64());
        }

        while (true)
        {
            var commit = container.GetBlobClient($"{log}{(reader.Version + 1).ToString("D20", CultureInfo.InvariantCulture)}.json");
            if (!await commit.ExistsAsync()) return reader;
            foreach (var line in (await commit.DownloadContentAsync()).Value.Content.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)) reader.ReadAction(line);
            reader.Version++;
        }
    }

    private void ReadAction(string line)
    {
        using var json = JsonDocument.Parse(line);
        var action = Assert.Single(json.RootElement.EnumerateObject());
        switch (action.Name)
        {
            case "protocol":
                Assert.Equal((1, 2), (action.Value.GetProperty("minReaderVersion").GetInt32(), action.Value.GetProperty("minWriterVersion").GetInt32()));
                break;
            case "metaData":
                Assert.Equal("parquet", action.Value.GetProperty("format").GetProperty("provider").GetString());
                Schema = action.Value.GetProperty("schemaString").GetString()!;
                PartitionColumns = [.. action.Value.GetProperty("partitionColumns").EnumerateArray().Select(column => column.GetString()!)];
                break;
            case "txn":
                _transactions[action.Value.GetProperty("appId").GetString()!] = action.Value.GetProperty("version").GetInt64();
                break;
            case "add":
                var values = action.Value.GetProperty("partitionValues").EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!);
                Add(action.Value.GetProperty("path").GetString()!, values, action.Value.GetProperty("size").GetInt64(), action.Value.GetProperty("stats").GetString()!);
                break;
            case "remove":
                Assert.True(_files.Remove(Uri.UnescapeDataString(action.Value.GetProperty("path").GetString()!)), $"a file is removed that is not in the table: {line}");
                break;
        }
    }

    private long ReadCheckpoint(byte[] bytes)
    {
        using var duck = new Duck();
        var file = $"read_parquet('{duck.File(bytes)}')";
        foreach (var row in duck.Rows($"SELECT add.path, add.partitionValues['stream'], add.partitionValues['topic'], add.partitionValues['partition'], add.size, add.stats FROM {file} WHERE add.path IS NOT NULL"))
            Add((string)row[0]!, new() { ["stream"] = Text(row[1]), ["topic"] = Text(row[2]), ["partition"] = Text(row[3]) }, (long)row[4]!, (string)row[5]!);
        foreach (var row in duck.Rows($"SELECT txn.appId, txn.version FROM {file} WHERE txn.appId IS NOT NULL")) _transactions[(string)row[0]!] = (long)row[1]!;
        Schema = duck.Text($"SELECT metaData.schemaString FROM {file} WHERE metaData.id IS NOT NULL");
        PartitionColumns = duck.Text($"SELECT array_to_string(metaData.partitionColumns, ' ') FROM {file} WHERE metaData.id IS NOT NULL").Split(' ');
        Assert.Equal(1, duck.Number($"SELECT count(*) FROM {file} WHERE protocol.minReaderVersion = 1 AND protocol.minWriterVersion = 2"));
        return duck.Number($"SELECT count(*) FROM {file}");

        // Of a map DuckDB gives what stands under a key alone or in a list, by its version.
        static string Text(object? value) => value is System.Collections.IList { Count: 1 } list ? (string)list[0]! : (string)value!;
    }

    private void Add(string path, Dictionary<string, string> values, long size, string statistics)
    {
        var name = Uri.UnescapeDataString(path);
        Assert.True(_files.TryAdd(name, new DeltaDataFile(name, values, size, statistics)), $"{path} is added twice");
    }
}

/// <summary>A data file of a Delta table.</summary>
/// <param name="Path">Below the table's root.</param>
/// <param name="PartitionValues">Of each partition column.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Statistics">The protocol's JSON of them.</param>
internal sealed record DeltaDataFile(string Path, IReadOnlyDictionary<string, string> PartitionValues, long Size, string Statistics);
