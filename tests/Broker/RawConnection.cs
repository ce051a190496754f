using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Tests.Broker;

/// <summary>Speaks the protocol byte by byte, to say what no well-behaved client would.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new();
    private int _correlationId;

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(IPAddress.Loopback, port);
        return connection;
    }

    public async Task<Answer> AskAsync(ApiKey api, short version, Wire body)
    {
        await SendAsync(new Wire().Int16((short)api).Int16(version).Int32(++_correlationId).String("raw").Append(body).Framed());
        var answer = await ReceiveAsync() ?? throw new EndOfStreamException("The broker closed the connection.");
        Assert.Equal(_correlationId, answer.Int32());
        return answer;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _client.GetStream().WriteAsync(bytes);

    /// <summary>Null when the broker closed the connection.</summary>
    public async Task<Answer?> ReceiveAsync()
    {
        using var hangGuard = new CancellationTokenSource(TestBroker.Patience);
        try
        {
            var length = new byte[4];
            await _client.GetStream().ReadExactlyAsync(length, hangGuard.Token);
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await _client.GetStream().ReadExactlyAsync(frame, hangGuard.Token);
            return new Answer(frame);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>Bytes as they go over the wire, in the old, not flexible, encoding; written apart from the broker's own.</summary>
internal sealed class Wire
{
    private readonly MemoryStream _bytes = new();

    public Wire Int8(int value) => Raw([(byte)value]);

    public Wire Int16(int value) => Raw([(byte)(value >> 8), (byte)value]);

    public Wire Int32(long value) => Int16((int)(value >> 16)).Int16((int)value);

    public Wire Int64(long value) => Int32(value >> 32).Int32(value);

    public Wire String(string? value) => value is null ? Int16(-1) : Int16(Encoding.UTF8.GetByteCount(value)).Raw(Encoding.UTF8.GetBytes(value));

    public Wire Bytes(byte[] value) => Int32(value.Length).Raw(value);

    public Wire Varint(long value) => UnsignedVarint((value << 1) ^ (value >> 63));

    public Wire UnsignedVarint(long value)
    {
        for (var left = (ulong)value; ; left >>= 7)
        {
            if (left < 0x80) return Int8((int)left);
            Int8((int)(left & 0x7f) | 0x80);
        }
    }

    public Wire Append(Wire other) => Raw(other.ToArray());

    public Wire Raw(byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();

    public byte[] Framed() => new Wire().Bytes(ToArray()).ToArray();
}

/// <summary>A response, read in the old encoding.</summary>
internal sealed class Answer(byte[] bytes)
{
    private int _position;

    public int Remaining => bytes.Length - _position;

    public ErrorCode Error() => (ErrorCode)Int16();

    public void Skip(int count)
    {
        Assert.InRange(count, 0, Remaining);
        _position += count;
    }

    public int UnsignedVarint()
    {
        var value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[_position++];
            value |= (next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }

    public sbyte Int8() => (sbyte)bytes[_position++];

    public short Int16() => (short)((bytes[_position++] << 8) | bytes[_position++]);

    public int Int32() => ((ushort)Int16() << 16) | (ushort)Int16();

    public long Int64() => ((long)Int32() << 32) | (uint)Int32();

    public string? String()
    {
        var length = Int16();
        if (length < 0) return null;
        _position += length;
        return Encoding.UTF8.GetString(bytes, _position - length, length);
    }

    public byte[] Bytes()
    {
        var length = Int32();
        _position += length;
        return bytes.AsSpan(_position - length, length).ToArray();
    }
}
