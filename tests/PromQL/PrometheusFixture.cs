using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ShitOps.Local;
using ShitOps.PromQL;
using ShitOps.PromQL.Evaluation;
using Snappier;

namespace ShitOps.Tests.PromQL;

/// <summary>A real Prometheus that holds the generated series, and our engine over the same ones.</summary>
public sealed class PrometheusFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("promql-").FullName;
    private readonly HttpClient _http = new() { Timeout = Patience };
    private readonly StringBuilder _log = new();
    private Process? _server;

    /// <summary>Why there is no Prometheus to compare with; null if there is one.</summary>
    public string? Missing { get; private set; }

    public QueryEngine Engine { get; } = new(new ArraySource([.. GeneratedSeries.Living(1), .. GeneratedSeries.Ending()]), new() { HasFixedLookback = true });

    public async ValueTask InitializeAsync()
    {
        try
        {
            await LoadAsync();
            await StartAsync();
        }
        catch (Win32Exception)
        {
            Missing = "prometheus and promtool are not on the PATH (Debian: apt-get install --no-install-recommends prometheus).";
            return;
        }

        await WriteAsync(GeneratedSeries.Ending());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null)
        {
            _server.Kill();
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The answer of Prometheus' API.</summary>
    public async Task<JsonElement> AskAsync(string path, params (string Name, string Value)[] parameters)
    {
        using var form = new FormUrlEncodedContent(parameters.Select(one => KeyValuePair.Create(one.Name, one.Value)));
        using var answer = await _http.PostAsync($"api/v1/{path}", form);
        return await JsonSerializer.DeserializeAsync<JsonElement>(await answer.Content.ReadAsStreamAsync());
    }

    private async Task LoadAsync()
    {
        var text = Path.Combine(_folder, "series.om");
        await using (var writer = new StreamWriter(text))
        {
            foreach (var series in GeneratedSeries.Living(1))
            {
                var labels = string.Join(',', series.Labels.Pairs.ToArray().Where(pair => pair.Key != Labels.MetricName).Select(pair => $"{pair.Key}=\"{Escaped(pair.Value)}\""));
                for (var i = 0; i < series.Times.Length; i++)
                {
                    var time = (series.Times.Span[i] / 1000m).ToString(CultureInfo.InvariantCulture);
                    await writer.WriteAsync($"{series.Labels[Labels.MetricName]}{{{labels}}} {NumberText.General(series.Values.Span[i])} {time}\n");
                }
            }

            await writer.WriteAsync("# EOF\n");
        }

        using var promtool = Process.Start(Silent("promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=2160h", text, Path.Combine(_folder, "data")))!;
        var (output, error) = (promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.WaitForExitAsync().WaitAsync(Patience);
        if (promtool.ExitCode != 0) throw new InvalidOperationException($"promtool: {await output}{await error}");
    }

    private async Task StartAsync()
    {
        var port = Ports.Free();
        var config = Path.Combine(_folder, "prometheus.yml");
        await File.WriteAllTextAsync(config, "global: {}\n");
        _server = Process.Start(Silent(
            "prometheus",
            $"--config.file={config}",
            $"--storage.tsdb.path={Path.Combine(_folder, "data")}",
            "--storage.tsdb.retention.time=100y",
            "--web.enable-remote-write-receiver",
            $"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn"))!;
        _server.ErrorDataReceived += (_, line) => _log.AppendLine(line.Data);
        _server.OutputDataReceived += (_, line) => _log.AppendLine(line.Data);
        _server.BeginErrorReadLine();
        _server.BeginOutputReadLine();
        _http.BaseAddress = new($"http://127.0.0.1:{port}/");
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (_server.HasExited || since.Elapsed > Patience) throw new InvalidOperationException($"prometheus does not start: {_log}");
            try
            {
                using var ready = await _http.GetAsync("-/ready");
                if (ready.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
    }

    /// <summary>Sends samples in the order of time by remote write, which is the only way to bring in markers of an end.</summary>
    private async Task WriteAsync(IReadOnlyList<Series> all)
    {
        foreach (var time in all.SelectMany(series => series.Times.ToArray()).Distinct().Order())
        {
            using var request = new MemoryStream();
            foreach (var series in all)
            {
                var at = series.Times.Span.IndexOf(time);
                if (at < 0) continue;
                using var one = new MemoryStream();
                foreach (var (name, value) in series.Labels.Pairs.ToArray()) Message(one, 1, [.. Message(1, Encoding.UTF8.GetBytes(name)), .. Message(2, Encoding.UTF8.GetBytes(value))]);
                byte[] sample = [0x09, .. BitConverter.GetBytes(series.Values.Span[at]), 0x10, .. Varint(time)];
                Message(one, 2, sample);
                Message(request, 1, one.ToArray());
            }

            using var content = new ByteArrayContent(Snappy.CompressToArray(request.ToArray()));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            content.Headers.ContentEncoding.Add("snappy");
            using var answer = await _http.PostAsync("api/v1/write", content);
            if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"remote write: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    private static byte[] Message(int field, byte[] bytes) => [(byte)(field << 3 | 2), .. Varint(bytes.Length), .. bytes];

    private static void Message(MemoryStream to, int field, byte[] bytes) => to.Write(Message(field, bytes));

    private static List<byte> Varint(long value)
    {
        List<byte> bytes = [];
        for (var rest = (ulong)value; ; rest >>= 7)
        {
            if (rest < 0x80)
            {
                bytes.Add((byte)rest);
                return bytes;
            }

            bytes.Add((byte)(rest | 0x80));
        }
    }

    private static ProcessStartInfo Silent(string program, params string[] arguments) =>
        new(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };

    private static string Escaped(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
