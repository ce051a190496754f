using System.Buffers.Binary;
using System.Text;
using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>Reads what <see cref="StateWriter"/> wrote. Every fault of the bytes is a <see cref="CorruptStateException"/>.</summary>
internal ref struct StateReader
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<string> _texts = [];
    private readonly List<Stamp> _stamps = [];
    private ReadOnlySpan<byte> _rest;
    private long _epoch;

    public StateReader(ReadOnlySpan<byte> bytes, StateKind kind, byte version)
    {
        if (bytes.Length < 2 + StateWriter.ChecksumBytes) throw new CorruptStateException($"{bytes.Length} bytes are too few");
        var content = bytes[..^StateWriter.ChecksumBytes];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[^StateWriter.ChecksumBytes..]) != StateWriter.Checksum(content))
            throw new CorruptStateException("the checksum does not match");
        if (content[0] != (byte)kind) throw new CorruptStateException($"expected a {kind}, found kind {content[0]}");
        if (content[1] != version) throw new CorruptStateException($"expected version {version}, found {content[1]}");
        _rest = content[2..];
    }

    public readonly void End()
    {
        if (!_rest.IsEmpty) throw new CorruptStateException($"{_rest.Length} bytes too many");
    }

    public byte Byte() => Take(1)[0];

    /// <summary>What <see cref="StateWriter.Block"/> wrote.</summary>
    public ReadOnlySpan<byte> Block() => Take(Count(_rest.Length));

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return (long)value;
        }

        throw new CorruptStateException("a number does not end");
    }

    public long Signed()
    {
        var folded = (ulong)Number();
        return (long)(folded >> 1) ^ -(long)(folded & 1);
    }

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    public int Count(int most)
    {
        var count = Number();
        return count >= 0 && count <= most ? (int)count : throw new CorruptStateException($"{count} is more than {most}");
    }

    public long Epoch() => _epoch = Ticks(Number());

    public long Time()
    {
        var scaled = (ulong)Number();
        var distance = (long)(scaled >> 2);
        var unit = (scaled & 3) switch
        {
            0 => TimeSpan.TicksPerSecond,
            1 => TimeSpan.TicksPerMillisecond,
            2 => 1,
            _ => throw new CorruptStateException("a time has no unit"),
        };
        return Ticks(distance <= DateTime.MaxValue.Ticks / unit ? _epoch + (distance * unit) : -1);
    }

    public string? Text()
    {
        var number = Count(_texts.Count + 1);
        if (number == 0) return null;
        if (number > 1) return _texts[number - 2];
        var text = Literal(Count(_rest.Length));
        _texts.Add(text);
        return text;
    }

    public string RequiredText() => Text() ?? throw new CorruptStateException("a text is missing");

    public Stamp Stamp()
    {
        var back = Count(_stamps.Count);
        if (back > 0) return _stamps[^back];
        var ticks = Time();
        var length = Count(_rest.Length + 1);
        var stamp = new Stamp(ticks, length == 0 ? Uuid() : new EventId(Literal(length - 1)));
        _stamps.Add(stamp);
        return stamp;
    }

    private EventId Uuid()
    {
        var bytes = Take(16);
        return new EventId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    private static long Ticks(long ticks) =>
        ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? ticks : throw new CorruptStateException("a time lies outside the years 1 to 9999");

    private string Literal(int length)
    {
        try
        {
            return Utf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw new CorruptStateException("a text is not UTF-8");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw new CorruptStateException("the bytes end too early");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
