using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ShitOps.Bench.Ingest;

/// <summary>
/// What the store allows: the recorded requests sent again to a fresh store by a bare HTTP client, byte for byte except for ETags, which
/// become <c>*</c>. The requests of one PartitionKey follow each other as they did, those of different ones run side by side, as many at a
/// time as when they were recorded.
/// </summary>
internal sealed class StoreReplay : IDisposable
{
    // Every Azurite has this account and key; they are no secret.
    private const string Account = "devstoreaccount1";

    private readonly HttpClient _http;
    private readonly HMACSHA256 _key;
    private readonly TableRecording _recording;
    private int _next;
    private int _refused;

    /// <param name="recording">What to send.</param>
    /// <param name="connectionString">The store that takes it.</param>
    public StoreReplay(TableRecording recording, string connectionString)
    {
        _recording = recording;
        var parts = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        _key = new HMACSHA256(Convert.FromBase64String(parts["AccountKey"]));
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(new Uri(parts["TableEndpoint"]).GetLeftPart(UriPartial.Authority)) };
    }

    /// <summary>How many requests the store answered otherwise than when they were recorded.</summary>
    public int Refused => _refused;

    /// <summary>How long it took so far.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>The processor time that this process took meanwhile.</summary>
    public TimeSpan Processor { get; private set; }

    /// <summary>Sends what was recorded since the last time and answered well.</summary>
    public async Task GoOnAsync()
    {
        var (from, to) = (_next, _recording.Count);
        _next = to;
        // A read that found nothing was answered well too.
        var answered = _recording.Range(from, to).Where(request => request.Status is >= 200 and < 300 || (request.Method == "GET" && request.Status == 404)).ToList();
        var tables = answered.Where(IsTableCreation).ToHashSet();
        foreach (var request in tables) await SendAsync(request, _recording.BodyOf(request));
        var sequence = answered.Where(request => !tables.Contains(request)).Select(request => (Request: request, Lane: TableOperations.PlaceOf(request, _recording.BodyOf(request, most: 4096)))).ToList();

        // In the order of the recording, but a request waits for nothing except the one before it of the same PartitionKey.
        var last = new Dictionary<(string Table, string? PartitionKey), Task>();
        using var room = new SemaphoreSlim(_recording.MostInFlight);
        using var ahead = new SemaphoreSlim(8 * _recording.MostInFlight);
        var (clock, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        foreach (var (request, lane) in sequence)
        {
            await ahead.WaitAsync();
            last[lane] = AfterAsync(last.GetValueOrDefault(lane, Task.CompletedTask), request);
        }

        await Task.WhenAll(last.Values);
        Elapsed += clock.Elapsed;
        Processor += Environment.CpuUsage.TotalTime - processor;

        async Task AfterAsync(Task before, RecordedRequest request)
        {
            await before;
            await room.WaitAsync();
            await Task.Yield();
            await SendAsync(request, _recording.BodyOf(request));
            room.Release();
            ahead.Release();
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _key.Dispose();
    }

    private static bool IsTableCreation(RecordedRequest request) => request.Method == "POST" && request.PathAndQuery.Split('?')[0].EndsWith("/Tables", StringComparison.Ordinal);

    private async Task SendAsync(RecordedRequest recorded, byte[] body)
    {
        if (recorded.PathAndQuery.EndsWith("/$batch", StringComparison.Ordinal)) body = WithoutETags(body);
        using var request = new HttpRequestMessage(new HttpMethod(recorded.Method), recorded.PathAndQuery) { Content = body.Length > 0 ? new ByteArrayContent(body) : null };
        foreach (var (name, value) in recorded.Headers)
        {
            var sent = name == "If-Match" ? "*" : value;
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
            {
                if (name != "Content-Length") request.Content?.Headers.TryAddWithoutValidation(name, sent);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, sent);
            }
        }

        var date = DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture);
        request.Headers.TryAddWithoutValidation("x-ms-date", date);
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedKeyLite {Account}:{Sign($"{date}\n/{Account}{recorded.PathAndQuery.Split('?')[0]}")}");
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsByteArrayAsync();
        // A transaction that is refused is answered with 202 all the same.
        if ((int)answer.StatusCode != recorded.Status || text.AsSpan().IndexOf("HTTP/1.1 4"u8) >= 0 || text.AsSpan().IndexOf("HTTP/1.1 5"u8) >= 0) Interlocked.Increment(ref _refused);
    }

    private static byte[] WithoutETags(byte[] body)
    {
        var patched = new byte[body.Length];
        var (read, written) = (0, 0);
        while (body.AsSpan(read).IndexOf("If-Match: "u8) is var found && found >= 0)
        {
            var value = read + found + "If-Match: ".Length;
            Append(body.AsSpan(read, value - read));
            Append("*"u8);
            read = value + body.AsSpan(value).IndexOf((byte)'\r');
        }

        Append(body.AsSpan(read));
        return patched[..written];

        void Append(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(patched.AsSpan(written));
            written += bytes.Length;
        }
    }

    private string Sign(string text)
    {
        lock (_key) return Convert.ToBase64String(_key.ComputeHash(Encoding.UTF8.GetBytes(text)));
    }
}
