using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ShitOps.Archive;

/// <summary>
/// The SHA-256 of what a row holds, however the file is made that it stands in: of each column with a value, in the order of
/// <see cref="ArchiveRow"/>, its number, the length of its value, and the value (numbers little-endian, times in microseconds since 1970, texts in UTF-8).
/// Columns that come later get higher numbers, so that digests of rows without them stay. Not safe for concurrent use.
/// </summary>
public sealed class RowDigest
{
    /// <summary>The length of a digest in bytes.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    /// <summary>Writes the digest of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="digest">Takes <see cref="Length"/> bytes.</param>
    public void Of(ArchiveRow row, Span<byte> digest)
    {
        _bytes.ResetWrittenCount();
        Add(0, row.Offset);
        if (row.Timestamp is { } timestamp) Add(1, Microseconds(timestamp));
        Add(2, Microseconds(row.Time));
        Add(3, row.Id);
        Add(4, row.Source);
        Add(5, row.Type);
        Add(6, row.Project);
        Add(7, row.Task);
        Add(8, row.Allocation);
        Add(9, row.Title);
        Add(10, row.Kind);
        Add(11, row.Priority);
        Add(12, row.Status);
        Add(13, row.Category);
        Add(14, row.Person);
        Add(15, row.Team);
        Add(16, row.Parent);
        Add(17, row.EstimateHours);
        Add(18, row.RemainingHours);
        Add(19, row.SpentHours);
        Add(20, row.HoursPerWeek);
        if (row.Start is { } start) Add(21, start.DayNumber);
        if (row.Due is { } due) Add(22, due.DayNumber);
        Add(23, row.Rest);
        Add(24, row.Actor);
        SHA256.HashData(_bytes.WrittenSpan, digest);
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private void Add(byte column, double? value)
    {
        if (value is { } number) Add(column, BitConverter.DoubleToInt64Bits(number));
    }

    private void Add(byte column, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Next(column, sizeof(long)), value);
    }

    private void Add(byte column, string? value)
    {
        if (value is null) return;
        Encoding.UTF8.GetBytes(value, Next(column, Encoding.UTF8.GetByteCount(value)));
    }

    private Span<byte> Next(byte column, int length)
    {
        var span = _bytes.GetSpan(1 + sizeof(int) + length);
        span[0] = column;
        BinaryPrimitives.WriteInt32LittleEndian(span[1..], length);
        _bytes.Advance(1 + sizeof(int) + length);
        return span.Slice(1 + sizeof(int), length);
    }
}
