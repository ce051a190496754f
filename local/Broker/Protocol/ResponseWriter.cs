using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ShitOps.Local.Broker.Protocol;

/// <summary>Writes one response frame, its length first, into a pooled buffer.</summary>
internal sealed class ResponseWriter : IDisposable
{
    private const int LengthPrefix = 4;
    private const int MaxErrorMessage = 500;

    /// <summary>Beside records. Thousands of partitions and groups take less: only what is asked for many times over takes more.</summary>
    private const int MaxBytes = 32 * 1024 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _position = LengthPrefix;
    private long _maxBytes = MaxBytes;

    /// <summary>Compact lengths and tagged fields (KIP-482): follows the version of the request.</summary>
    public bool Flexible { get; set; }

    /// <summary>Set by a request that is not to be answered (Produce with acks=0).</summary>
    public bool Suppressed { get; set; }

    /// <summary>The finished frame. Valid until the writer is disposed.</summary>
    public ReadOnlyMemory<byte> Frame
    {
        get
        {
            BinaryPrimitives.WriteInt32BigEndian(_buffer, _position - LengthPrefix);
            return _buffer.AsMemory(0, _position);
        }
    }

    public void Int8(sbyte value) => Reserve(1)[0] = (byte)value;

    public void Boolean(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    public void Uuid(Guid value) => value.TryWriteBytes(Reserve(16), bigEndian: true, out _);

    public void Error(ErrorCode error) => Int16((short)error);

    /// <summary>This broker never throttles.</summary>
    public void ThrottleTime() => Int32(0);

    public void String(string value) => NullableString(value);

    public void NullableString(string? value)
    {
        var length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        if (Flexible) UnsignedVarint((uint)(length + 1));
        else Int16(checked((short)length));
        if (value is not null) Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>An explanation for people. Cut, since it may quote what the client sent, and that may be as long as a string can be.</summary>
    public void ErrorMessage(string? message) => NullableString(message?.Length > MaxErrorMessage ? message[..MaxErrorMessage] : message);

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Bytes(value.Length));

    /// <summary>Writes the length of a byte field and gives the room for its content, to be filled by the caller.</summary>
    public Span<byte> Bytes(int length)
    {
        Length(length);
        return Reserve(length);
    }

    /// <summary>As <see cref="Bytes(int)"/>, for records: they have limits of their own.</summary>
    public Span<byte> Records(int length)
    {
        _maxBytes += length;
        return Bytes(length);
    }

    public void ArrayLength(int length) => Length(length);

    public void Array<T>(IReadOnlyCollection<T> elements, Action<ResponseWriter, T> element)
    {
        Length(elements.Count);
        foreach (var each in elements) element(this, each);
    }

    /// <summary>No tagged fields: the end of every structure of a flexible version.</summary>
    public void Tags()
    {
        if (Flexible) Reserve(1)[0] = 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Length(int length)
    {
        if (Flexible) UnsignedVarint((uint)(length + 1));
        else Int32(length);
    }

    private void UnsignedVarint(uint value)
    {
        for (; value >= 0x80; value >>= 7) Reserve(1)[0] = (byte)(value | 0x80);
        Reserve(1)[0] = (byte)value;
    }

    private Span<byte> Reserve(int count)
    {
        if (_position + (long)count > _maxBytes) throw new MalformedRequestException($"An answer would be longer than {MaxBytes} bytes.");
        if (_buffer.Length - _position < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(System.Array.MaxLength, Math.Max(_buffer.Length * 2L, (long)_position + count)));
            _buffer.AsSpan(0, _position).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        var room = _buffer.AsSpan(_position, count);
        _position += count;
        return room;
    }
}
