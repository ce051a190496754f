using System.IO.Compression;
using System.Text.Json;
using ShitOps.Aggregation;

namespace ShitOps.Forecasting;

/// <summary>A project's forecast as it is stored.</summary>
/// <param name="Forecast">The forecast; its tasks only in the latest one.</param>
/// <param name="Team">The project's team then.</param>
/// <param name="Due">The project's last day then.</param>
/// <param name="Computed">When it was computed.</param>
/// <param name="Bottlenecks">What holds the project up, the worst first.</param>
/// <param name="Move">What had moved since the one before; null: nothing that matters.</param>
public sealed record StoredForecast(ProjectForecast Forecast, string? Team, DateOnly? Due, DateTimeOffset Computed, IReadOnlyList<Bottleneck> Bottlenecks, ForecastMove? Move);

/// <summary>Where a project's forecasting stands: the latest forecast, and what its promises have come to.</summary>
/// <param name="Latest">The latest forecast.</param>
/// <param name="Promises">Promises that are not settled, the oldest first.</param>
/// <param name="LastPromised">The cutoff of the latest promise; null: there was none.</param>
/// <param name="Tallies">How often promises held, by horizon.</param>
/// <param name="Records">The state of calibration that the latest forecast was read by.</param>
public sealed record ProjectOutlook(StoredForecast Latest, IReadOnlyList<Promise> Promises, DateTimeOffset? LastPromised, IReadOnlyList<PromiseTally> Tallies, IReadOnlyList<HorizonState> Records);

/// <summary>How old a project's latest forecast is.</summary>
/// <param name="Cutoff">What lay before it was known.</param>
/// <param name="Computed">When it was computed.</param>
/// <param name="First">If it is the project's first, when that was computed first; null: there were others before.</param>
public readonly record struct ForecastAge(DateTimeOffset Cutoff, DateTimeOffset Computed, DateTimeOffset? First)
{
    /// <summary>A forecast of a project that does not change serves for so long.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromDays(7);

    // Both a little less than is meant, since a run is never exactly as long after the other.
    private static readonly TimeSpan Soonest = TimeSpan.FromMinutes(4);
    private const double AsLongAgain = 0.8;

    /// <summary>
    /// Whether the project is due again. One that was written since is once at each cutoff; and its first forecast is made anew at its own
    /// cutoff, since its past may still be coming in: each time after as long again as that has gone on, so a few times at most.
    /// </summary>
    /// <param name="written">When the project was last written.</param>
    /// <param name="cutoff">The latest cutoff.</param>
    /// <param name="now">The time.</param>
    public bool IsOver(DateTimeOffset? written, DateTimeOffset cutoff, DateTimeOffset now)
    {
        if (Cutoff < cutoff) return written >= Cutoff || Cutoff + Fresh <= cutoff;
        var gone = now - Computed;
        return First is { } first && written >= Computed && gone >= Soonest && gone >= (Computed - first) * AsLongAgain;
    }
}

/// <summary>All that a forecast was computed from: with this it can be reproduced digit by digit.</summary>
/// <param name="Input">The model's version, the seed, the series and the calibration.</param>
/// <param name="Checkpoints">How far each Kafka partition had been consumed into the project's slice when it was read.</param>
public sealed record ForecastSource(ForecastInput Input, IReadOnlyList<ForecastCheckpoint> Checkpoints);

/// <summary>How far a Kafka partition had been consumed.</summary>
public sealed record ForecastCheckpoint(string Stream, string Topic, int Partition, long Next)
{
    internal static ForecastCheckpoint Of(ConsumedPartition consumed) => new(consumed.Stream, consumed.Topic, consumed.Partition, consumed.Next);
}

/// <summary>The bytes of what is stored: compressed JSON.</summary>
internal static class ForecastBytes
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static byte[] Of<T>(T value)
    {
        using var bytes = new MemoryStream();
        using (var compressed = new BrotliStream(bytes, CompressionLevel.Fastest)) JsonSerializer.Serialize(compressed, value, Options);
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">They are none.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var compressed = new BrotliStream(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress);
            return JsonSerializer.Deserialize<T>(compressed, Options) ?? throw new InvalidDataException($"no {typeof(T).Name}");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"the bytes are no {typeof(T).Name}: {fault.Message}", fault);
        }
    }
}
