using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ShitOps.Local;
using ShitOps.PromQL;

namespace ShitOps.Bench.Queries;

/// <summary>A real Prometheus that holds some series, in a folder of its own.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _folder;
    private readonly Process _process;

    private PrometheusServer(string folder, Process process, int port)
    {
        (_folder, _process) = (folder, process);
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = Patience };
    }

    public HttpClient Http { get; }

    /// <summary>The memory that it has now, in bytes.</summary>
    public long Memory => Process.GetProcessById(_process.Id).WorkingSet64;

    /// <summary>The bytes of its blocks.</summary>
    public long BlockBytes => Directory.EnumerateFiles(Path.Combine(_folder, "data"), "*", SearchOption.AllDirectories).Where(file => !file.Contains("/wal/", StringComparison.Ordinal)).Sum(file => new FileInfo(file).Length);

    /// <summary>Starts one over the series; null: it is not installed.</summary>
    public static async Task<PrometheusServer?> StartAsync(IEnumerable<Series> all)
    {
        var folder = Directory.CreateTempSubdirectory("shitops-query-bench-").FullName;
        try
        {
            var text = Path.Combine(folder, "series.om");
            await using (var writer = new StreamWriter(text))
            {
                foreach (var series in all)
                {
                    var labels = string.Join(',', series.Labels.Pairs.ToArray().Where(pair => pair.Key != Labels.MetricName).Select(pair => $"{pair.Key}=\"{pair.Value}\""));
                    for (var i = 0; i < series.Times.Length; i++)
                        await writer.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{series.Labels[Labels.MetricName]}{{{labels}}} {series.Values.Span[i]:R} {series.Times.Span[i] / 1000}\n"));
                }

                await writer.WriteAsync("# EOF\n");
            }

            using (var promtool = Start("promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=2160h", text, Path.Combine(folder, "data")))
            {
                await promtool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(20));
                if (promtool.ExitCode != 0) throw new InvalidOperationException("promtool cannot load the series");
            }

            File.Delete(text);
            var (port, config) = (Ports.Free(1), Path.Combine(folder, "prometheus.yml"));
            await File.WriteAllTextAsync(config, "global: {}\n");
            var server = new PrometheusServer(
                folder,
                Start("prometheus", $"--config.file={config}", $"--storage.tsdb.path={Path.Combine(folder, "data")}", "--storage.tsdb.retention.time=100y", "--query.lookback-delta=65m", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"),
                port);
            for (var since = Stopwatch.StartNew(); since.Elapsed < Patience; await Task.Delay(100))
            {
                try
                {
                    using var ready = await server.Http.GetAsync("-/ready");
                    if (ready.IsSuccessStatusCode) return server;
                }
                catch (HttpRequestException)
                {
                    // It does not listen yet.
                }
            }

            throw new InvalidOperationException("prometheus does not start");
        }
        catch (Win32Exception)
        {
            Directory.Delete(folder, recursive: true);
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null) Console.Error.WriteLine(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
