using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ShitOps.Archive;

/// <summary>
/// What a segment was when it was archived: a line of the manifest of its Kafka partition. Each line holds the hash of the line before, so
/// that none can be changed, left out or put in without changing all that follow. A digest of each type's rows goes on to hold when they are
/// compacted into other files, or when another type leaves the archive.
/// </summary>
public sealed record ManifestEntry
{
    /// <summary>The first offset that the segment covers.</summary>
    public required long Start { get; init; }

    /// <summary>The first offset behind it, which is the next one's start.</summary>
    public required long End { get; init; }

    /// <summary>Records of its range that were put aside as dead letters.</summary>
    public required long Undecodable { get; init; }

    /// <summary>Offsets of its range that Kafka delivered no record for.</summary>
    public required long Missing { get; init; }

    /// <summary>The greatest timestamp of its records, or time of its events where there is none: retention counts from there. Null: it has no events.</summary>
    public DateTimeOffset? Newest { get; init; }

    /// <summary>The SHA-256 of the segment's file, in lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Its events by type.</summary>
    public required IReadOnlyDictionary<string, TypeDigest> Types { get; init; }

    /// <summary>The hash of the line before, in lower-case hexadecimal digits; of the first line <see cref="NoHash"/>.</summary>
    public required string Previous { get; init; }

    /// <summary>What stands for the hash of a line before the first.</summary>
    public static string NoHash { get; } = new('0', 2 * SHA256.HashSizeInBytes);

    /// <summary>The hash of the line; known of one that was read or written.</summary>
    [JsonIgnore]
    public string Hash { get; private init; } = "";

    /// <summary>How many events.</summary>
    [JsonIgnore]
    public long Events => Types.Values.Sum(type => type.Events);

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The line of a segment.</summary>
    /// <param name="start">Its start.</param>
    /// <param name="end">Its end.</param>
    /// <param name="undecodable">How many of its records were put aside.</param>
    /// <param name="missing">How many of its offsets have no record.</param>
    /// <param name="file">The segment's file.</param>
    /// <param name="rows">The rows in it, in the order of offsets.</param>
    /// <param name="previous">The hash of the line before.</param>
    public static ManifestEntry Of(long start, long end, long undecodable, long missing, ReadOnlySpan<byte> file, IReadOnlyList<ArchiveRow> rows, string previous)
    {
        var digest = new RowDigest();
        var types = new SortedDictionary<string, TypeDigest>(StringComparer.Ordinal);
        Span<byte> bytes = stackalloc byte[RowDigest.Length];
        foreach (var type in rows.GroupBy(row => row.Type))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var count = 0;
            foreach (var row in type)
            {
                digest.Of(row, bytes);
                hash.AppendData(bytes);
                count++;
            }

            types.Add(type.Key, new TypeDigest(count, Convert.ToHexStringLower(hash.GetHashAndReset())));
        }

        return new ManifestEntry
        {
            Start = start,
            End = end,
            Undecodable = undecodable,
            Missing = missing,
            Newest = rows.Count == 0 ? null : rows.Max(row => row.Timestamp ?? row.Time),
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)),
            Types = types,
            Previous = previous,
        };
    }

    /// <summary>The line as it is stored, without the end of the line.</summary>
    public static (ManifestEntry Entry, byte[] Line) Write(ManifestEntry entry)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(entry, Format);
        return (entry with { Hash = HashOf(line) }, line);
    }

    /// <summary>Reads a line.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ManifestEntry Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var entry = JsonSerializer.Deserialize<ManifestEntry>(line, Format) ?? throw new InvalidDataException("a line of the manifest says null");
            return entry with { Hash = HashOf(line) };
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"a line of the manifest cannot be read: {Encoding.UTF8.GetString(line[..Math.Min(line.Length, 80)])}", fault);
        }
    }

    private static string HashOf(ReadOnlySpan<byte> line) => Convert.ToHexStringLower(SHA256.HashData(line));
}

/// <summary>The events of one type in a segment.</summary>
/// <param name="Events">How many.</param>
/// <param name="Digest">The SHA-256 over their <see cref="RowDigest"/>s in the order of offsets, in lower-case hexadecimal digits.</param>
public sealed record TypeDigest(long Events, string Digest);
