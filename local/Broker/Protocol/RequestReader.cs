using System.Buffers.Binary;
using System.Text;

namespace ShitOps.Local.Broker.Protocol;

/// <summary>
/// Reads Kafka's primitive types from one request. Every length is checked against what is left before anything is allocated, so
/// that memory follows from what was sent and not from what was claimed: for arrays some ten times the bytes of the request, since
/// an element of two bytes becomes an object. Requests are untrusted: whatever does not fit throws
/// <see cref="MalformedRequestException"/>.
/// </summary>
internal sealed class RequestReader(Memory<byte> request)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _position;

    /// <summary>Compact lengths and tagged fields (KIP-482): known once the API and version have been read.</summary>
    public bool Flexible { get; set; }

    public int Remaining => request.Length - _position;

    public sbyte Int8() => (sbyte)Take(1)[0];

    public bool Boolean() => Take(1)[0] != 0;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public Guid Uuid() => new(Take(16), bigEndian: true);

    public string String() => NullableString() ?? throw new MalformedRequestException("A string that may not be null is null.");

    public string? NullableString() => Text(Flexible ? CompactLength() : Int16());

    /// <summary>The header's client id keeps the old form of strings even where the header has tagged fields.</summary>
    public string? NullableInt16String() => Text(Int16());

    public Memory<byte> Bytes() => NullableBytes() ?? throw new MalformedRequestException("A byte field that may not be null is null.");

    public Memory<byte>? NullableBytes()
    {
        var length = Flexible ? CompactLength() : Int32();
        if (length < 0) return null;
        if (length > Remaining) throw TooLong(length);
        var bytes = request.Slice(_position, length);
        _position += length;
        return bytes;
    }

    /// <summary>-1 for null. <paramref name="elementBytes"/> is the least an element can take: a count that cannot fit is refused here.</summary>
    public int NullableArrayLength(int elementBytes)
    {
        var length = Flexible ? CompactLength() : Int32();
        if (length < -1 || (long)length * elementBytes > Remaining) throw TooLong(length);
        return length;
    }

    public int ArrayLength(int elementBytes)
    {
        var length = NullableArrayLength(elementBytes);
        return length >= 0 ? length : throw new MalformedRequestException("An array that may not be null is null.");
    }

    public List<T> Array<T>(int elementBytes, Func<RequestReader, T> element) => Elements(ArrayLength(elementBytes), element);

    public List<T>? NullableArray<T>(int elementBytes, Func<RequestReader, T> element)
    {
        var length = NullableArrayLength(elementBytes);
        return length < 0 ? null : Elements(length, element);
    }

    /// <summary>This broker needs none of the tagged fields a client may send: they are checked for form and skipped.</summary>
    public void Tags()
    {
        if (!Flexible) return;
        for (var left = UnsignedVarint(); left > 0; left--)
        {
            UnsignedVarint();
            var length = UnsignedVarint();
            if (length > Remaining) throw TooLong(length);
            _position += (int)length;
        }
    }

    private List<T> Elements<T>(int length, Func<RequestReader, T> element)
    {
        var elements = new List<T>(Math.Min(length, 1024));
        for (var i = 0; i < length; i++) elements.Add(element(this));
        return elements;
    }

    private string? Text(int length)
    {
        if (length < 0) return null;
        if (length > short.MaxValue) throw TooLong(length);
        try
        {
            return Utf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedRequestException("A string is not UTF-8.");
        }
    }

    private int CompactLength()
    {
        var lengthPlusOne = UnsignedVarint();
        return lengthPlusOne <= int.MaxValue ? (int)lengthPlusOne - 1 : throw TooLong(lengthPlusOne);
    }

    private uint UnsignedVarint()
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Take(1)[0];
            value |= (next & 0x7fu) << shift;
            if (next < 0x80) return value;
        }
        throw new MalformedRequestException("A varint is longer than five bytes.");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > Remaining) throw TooLong(length);
        var taken = request.Span.Slice(_position, length);
        _position += length;
        return taken;
    }

    private MalformedRequestException TooLong(long claimed) => new($"A field claims {claimed} where {Remaining} bytes are left.");
}
