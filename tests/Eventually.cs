using System.Diagnostics;

namespace ShitOps.Tests;

/// <summary>Waits for what must come true, with a patience that only a failure uses up.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<bool> condition, Func<string>? otherwise = null) => TrueAsync(() => Task.FromResult(condition()), otherwise);

    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string>? otherwise = null, TimeSpan? patience = null)
    {
        for (var clock = Stopwatch.StartNew(); !await condition(); await Task.Delay(20))
            if (clock.Elapsed > (patience ?? Patience)) throw new TimeoutException(otherwise?.Invoke() ?? "It did not come true.");
    }
}
