using System.IO.Compression;
using System.Text.Json;

namespace ShitOps.Forecasting;

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
