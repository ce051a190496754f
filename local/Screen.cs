using System.Net.Http.Json;
using System.Text.Json;
using ShitOps.Pipeline;
using ShitOps.Wording;

namespace ShitOps.Local;

/// <summary>What the user sees: lines that stay, and on a terminal one last line that shows how it goes.</summary>
internal sealed class Screen : IDisposable
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(60);

    private readonly Lock _turn = new();
    private string _status = "";

    /// <summary>Prints a line that stays.</summary>
    public void Print(string line)
    {
        lock (_turn)
        {
            Console.Write(Clear());
            Console.WriteLine(line);
            Console.Write(_status);
        }
    }

    /// <summary>Shows the health of the function app every few seconds until it is cancelled.</summary>
    /// <exception cref="LocalFault">Azurite has ended.</exception>
    public async Task ShowProgressAsync(HttpClient http, int port, Demo? demo, Task azuriteExited, CancellationToken cancellationToken)
    {
        var live = !Console.IsOutputRedirected;
        long? before = null;
        var interval = live ? LiveInterval : LogInterval;
        while (true)
        {
            await Task.WhenAny(Task.Delay(interval, cancellationToken), azuriteExited);
            cancellationToken.ThrowIfCancellationRequested();
            if (azuriteExited.IsCompleted) throw new LocalFault("Azurite has ended: see logs/azurite.log in the data folder, and start again.");
            var (line, counted) = await StatusAsync(http, port, before, interval, cancellationToken);
            before = counted ?? before;
            if (demo?.Status is { } simulated) line += $"   demo: {simulated}";
            if (live) Show(line);
            else Print(line);
        }
    }

    public void Dispose()
    {
        lock (_turn)
        {
            Console.Write(Clear());
            _status = "";
        }
    }

    private static async Task<(string Line, long? Counted)> StatusAsync(HttpClient http, int port, long? before, TimeSpan interval, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync($"http://127.0.0.1:{port}/api/health", cancellationToken);
            var health = await answer.Content.ReadFromJsonAsync<HealthReport>(cancellationToken);
            if (health?.Events is null) return ($"the function app answers {(int)answer.StatusCode}", null);
            var counted = health.Events.Decoded + health.Events.Unknown + health.Events.Undecodable;
            var rate = before is { } earlier ? $", {(counted - earlier) / interval.TotalSeconds:N0}/s" : "";
            var faults = health.Faults.Count == 0 ? "" : $"   {string.Join("; ", health.Faults)}";
            return ($"{Quantity.Of(counted, "event")}{rate}, {health.Lag:N0} waiting, dead letters: {health.DeadLetters:N0}{faults}", counted);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return ("the function app does not answer", null);
        }
    }

    private void Show(string line)
    {
        lock (_turn)
        {
            var width = Math.Max(20, Console.WindowWidth - 1);
            Console.Write(Clear());
            _status = line.Length > width ? line[..width] : line;
            Console.Write(_status);
        }
    }

    private string Clear() => _status.Length == 0 ? "" : $"\r{new string(' ', _status.Length)}\r";
}
