using System.Text.Json;

namespace ShitOps.Local.Broker.Log;

/// <summary>Small files that are replaced as a whole.</summary>
internal static class DurableFile
{
    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>A reader, also after a crash, finds the old content or the new one and never a part.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var next = path + ".next";
        using (var file = File.OpenHandle(next, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, content, 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Move(next, path, overwrite: true);
    }

    /// <summary>Reads a file of JSON; fails with what <see cref="Damaged"/> says of it.</summary>
    public static T Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Strict) ?? throw new JsonException("It holds null.");
        }
        catch (JsonException e)
        {
            throw Damaged(path, e);
        }
    }

    public static InvalidOperationException Damaged(string path, Exception e) =>
        new($"{path} is damaged: {e.Message} Put it right, or choose another directory with --data.", e);
}
