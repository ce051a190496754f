using System.Diagnostics;
using Azure.Core;
using Microsoft.Win32.SafeHandles;

namespace ShitOps.Bench.Ingest;

/// <summary>One request to tables as it was sent; its body lies in the recording's file.</summary>
internal sealed class RecordedRequest
{
    public required string Method { get; init; }

    /// <summary>With the account; as escaped as it was sent.</summary>
    public required string PathAndQuery { get; init; }

    /// <summary>All headers but those that every sending makes anew.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public required long BodyAt { get; init; }

    public required int BodyLength { get; init; }

    /// <summary>The answer's; 0: there was none.</summary>
    public int Status { get; set; }
}

/// <summary>Requests to tables in the order in which they were sent. Bodies go to a file, since a million events send a gigabyte.</summary>
internal sealed class TableRecording : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly SafeFileHandle _file;
    private readonly Dictionary<int, TimeSpan> _timeWith = [];
    private long _written;
    private int _inFlight;
    private long _changed;

    /// <param name="path">The file to make; it is gone when this is disposed of.</param>
    public TableRecording(string path) => _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);

    public int Count
    {
        get
        {
            lock (_lock) return _requests.Count;
        }
    }

    /// <summary>The most requests that were under way at one time.</summary>
    public int MostInFlight { get; private set; }

    public RecordedRequest Begin(Request request, ReadOnlySpan<byte> body)
    {
        RecordedRequest recorded;
        lock (_lock)
        {
            recorded = new RecordedRequest
            {
                Method = request.Method.Method,
                PathAndQuery = request.Uri.ToUri().PathAndQuery,
                Headers = [.. request.Headers.Where(header => header.Name is not ("Authorization" or "x-ms-date" or "Date")).Select(header => KeyValuePair.Create(header.Name, header.Value))],
                BodyAt = _written,
                BodyLength = body.Length,
            };
            _requests.Add(recorded);
            _written += body.Length;
            CountInFlight(1);
            MostInFlight = Math.Max(MostInFlight, _inFlight);
        }

        RandomAccess.Write(_file, body, recorded.BodyAt);
        return recorded;
    }

    public void End()
    {
        lock (_lock) CountInFlight(-1);
    }

    /// <summary>What follows until the next request is not counted by <see cref="ShareWith"/>.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            CountInFlight(0);
            _changed = 0;
        }
    }

    /// <summary>Which share of the time that many requests were under way.</summary>
    public double ShareWith(int inFlight)
    {
        lock (_lock) return _timeWith.GetValueOrDefault(inFlight) / _timeWith.Values.Aggregate(TimeSpan.FromTicks(1), (sum, time) => sum + time);
    }

    /// <summary>The requests from a number to another, exclusive.</summary>
    public IReadOnlyList<RecordedRequest> Range(int from, int to)
    {
        lock (_lock) return _requests[from..to];
    }

    /// <summary>A request's body, or its beginning.</summary>
    public byte[] BodyOf(RecordedRequest request, int most = int.MaxValue)
    {
        var body = new byte[Math.Min(most, request.BodyLength)];
        for (var read = 0; read < body.Length;) read += RandomAccess.Read(_file, body.AsSpan(read), request.BodyAt + read);
        return body;
    }

    public void Dispose() => _file.Dispose();

    private void CountInFlight(int change)
    {
        var now = Stopwatch.GetTimestamp();
        if (_changed > 0) _timeWith[_inFlight] = _timeWith.GetValueOrDefault(_inFlight) + Stopwatch.GetElapsedTime(_changed, now);
        _changed = now;
        _inFlight += change;
    }
}
