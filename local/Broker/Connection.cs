using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker;

/// <summary>
/// One client's connection: frames in, frames out, one request after the other, as Kafka does (a client counts on answers coming in
/// the order of its requests).
/// </summary>
internal sealed class Connection(Socket socket, Stream stream, RequestDispatcher dispatcher, BrokerOptions options) : IDisposable
{
    private const int LengthPrefix = 4;

    /// <summary>Holds several small requests at once; a larger one gets a buffer of its own.</summary>
    private const int BufferSize = 64 * 1024;

    /// <summary>Of a request without records: tens of thousands of partitions named, or a group's metadata, which Kafka limits alike.</summary>
    private const int MaxBytesWithoutRecords = 1024 * 1024;

    private readonly string _clientHost = $"/{(socket.RemoteEndPoint as System.Net.IPEndPoint)?.Address}";
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;
    private long _waitingSince = options.TimeProvider.GetTimestamp();
    private volatile bool _working;

    /// <summary>How long the client has sent nothing, or taken nothing of what it asked for.</summary>
    public TimeSpan Idle => _working ? TimeSpan.Zero : options.TimeProvider.GetElapsedTime(Interlocked.Read(ref _waitingSince));

    /// <summary>Answers until the client goes, or sends what is no request.</summary>
    public async Task ServeAsync(CancellationToken stopping)
    {
        while (await FillAsync(LengthPrefix, stopping))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
            if (length <= 0 || length > options.MaxRequestBytes) throw new MalformedRequestException($"A request claims {length} bytes; at most {options.MaxRequestBytes} are taken.");
            _start += LengthPrefix;
            if (length <= BufferSize)
            {
                if (!await FillAsync(length, stopping)) return;
                await AnswerAsync(_buffer.AsMemory(_start, length), stopping);
                _start += length;
            }
            else if (!await ServeLargeAsync(length, stopping))
            {
                return;
            }
        }
    }

    /// <summary>Cuts the connection; whatever waits on it ends.</summary>
    public void Abort() => socket.Dispose();

    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private async Task<bool> ServeLargeAsync(int length, CancellationToken stopping)
    {
        if (!await FillAsync(sizeof(short), stopping)) return false;
        var api = (ApiKey)BinaryPrimitives.ReadInt16BigEndian(_buffer.AsSpan(_start));
        if (length > MaxBytesWithoutRecords && api != ApiKey.Produce) throw new MalformedRequestException($"A request {api} claims {length} bytes; at most {MaxBytesWithoutRecords} are taken.");
        // The buffer grows with what arrives, not with what was claimed.
        var request = ArrayPool<byte>.Shared.Rent(Math.Min(length, 4 * BufferSize));
        try
        {
            var held = Math.Min(length, _end - _start);
            _buffer.AsSpan(_start, held).CopyTo(request);
            _start += held;
            while (held < length)
            {
                if (held == request.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, 2L * held));
                    request.AsSpan(0, held).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(request);
                    request = larger;
                }
                var read = await stream.ReadAsync(request.AsMemory(held, Math.Min(length, request.Length) - held), stopping);
                if (read == 0) return false;
                held += read;
            }
            await AnswerAsync(request.AsMemory(0, length), stopping);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(request);
        }
    }

    private async Task AnswerAsync(Memory<byte> request, CancellationToken stopping)
    {
        _working = true;
        using var response = await dispatcher.HandleAsync(request, _clientHost, stopping);
        Waits();
        if (!response.Suppressed) await stream.WriteAsync(response.Frame, stopping);
        Waits();
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken stopping)
    {
        if (_end - _start >= count) return true;
        if (_start + count > _buffer.Length || _start == _end)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        while (_end - _start < count)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), stopping);
            if (read == 0) return false;
            _end += read;
        }
        return true;
    }

    private void Waits()
    {
        Interlocked.Exchange(ref _waitingSince, options.TimeProvider.GetTimestamp());
        _working = false;
    }
}
