using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// Writes state as compact bytes: variable-length numbers (7 bits a byte, the lowest first), each text and each stamp once and then by
/// its number, times relative to the first one. Layout: kind and version (1 byte each), content, CRC-32C of all before it (4 bytes, little
/// endian). Equal states give equal bytes. An instance is reused; it is not safe for concurrent use.
/// </summary>
public sealed class StateWriter
{
    internal const int ChecksumBytes = 4;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly List<Stamp> _stamps = [];
    private byte[] _buffer = new byte[1024];
    private int _length;
    private long _epoch;

    internal void Begin(StateKind kind, byte version)
    {
        _texts.Clear();
        _stamps.Clear();
        (_length, _epoch) = (0, 0);
        Byte((byte)kind);
        Byte(version);
    }

    internal byte[] End()
    {
        var checksum = Checksum(_buffer.AsSpan(0, _length));
        Ensure(ChecksumBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_length), checksum);
        return _buffer[..(_length + ChecksumBytes)];
    }

    internal void Byte(byte value)
    {
        Ensure(1);
        _buffer[_length++] = value;
    }

    internal void Number(long value)
    {
        Ensure(10);
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            _buffer[_length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _buffer[_length++] = (byte)rest;
    }

    /// <summary>A number that may be negative: zigzag.</summary>
    internal void Signed(long value) => Number((value << 1) ^ (value >> 63));

    /// <summary>Times from here on are written relative to this one, which is the earliest of them.</summary>
    internal void Epoch(long ticks)
    {
        Number(ticks);
        _epoch = ticks;
    }

    /// <summary>A time that is not before the epoch: its distance from it in the coarsest of second, millisecond and tick that holds it exactly.</summary>
    internal void Time(long ticks)
    {
        var distance = ticks - _epoch;
        if (distance % TimeSpan.TicksPerSecond == 0) Scaled(distance / TimeSpan.TicksPerSecond, 0);
        else if (distance % TimeSpan.TicksPerMillisecond == 0) Scaled(distance / TimeSpan.TicksPerMillisecond, 1);
        else Scaled(distance, 2);
    }

    /// <summary>Bytes as they are, after their number.</summary>
    internal void Block(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        Ensure(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    internal void Text(string? text)
    {
        if (text is null)
        {
            Number(0);
            return;
        }

        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_texts, text, out var isKnown);
        if (isKnown)
        {
            Number(known + 2);
            return;
        }

        known = _texts.Count - 1;
        Number(1);
        Literal(text);
    }

    internal void Stamp(Stamp stamp)
    {
        for (var i = _stamps.Count - 1; i >= 0; i--)
        {
            if (_stamps[i] != stamp) continue;
            Number(_stamps.Count - i);
            return;
        }

        _stamps.Add(stamp);
        Number(0);
        Time(stamp.Ticks);
        Identity(stamp.EventId);
    }

    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    // All times from the year 1 to 9999 are fewer than 2^62 ticks, so two bits are free.
    private void Scaled(long value, int scale) => Number((value << 2) | (long)scale);

    /// <summary>An id: 0 and 16 bytes if it is a UUID in its usual form, as most are, else its bytes' number plus one, and the bytes.</summary>
    private void Identity(EventId id)
    {
        if (id.TryGetUuid(out var high, out var low))
        {
            Number(0);
            Ensure(16);
            BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_length), high);
            BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_length + 8), low);
            _length += 16;
            return;
        }

        var text = id.ToString();
        var bytes = Utf8.GetByteCount(text);
        Number(bytes + 1);
        Bytes(text, bytes);
    }

    private void Literal(string text)
    {
        var bytes = Utf8.GetByteCount(text);
        Number(bytes);
        Bytes(text, bytes);
    }

    private void Bytes(string text, int bytes)
    {
        Ensure(bytes);
        _length += Utf8.GetBytes(text, _buffer.AsSpan(_length));
    }

    private void Ensure(int more)
    {
        if (_length + more > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}

/// <summary>The first byte of stored state: what it is.</summary>
internal enum StateKind : byte
{
    Task = (byte)'T',
    Project = (byte)'P',
    Summary = (byte)'S',
    HistoryDay = (byte)'H',
    HistoryBlock = (byte)'B',
    Teams = (byte)'G',
    Pending = (byte)'N',
}
