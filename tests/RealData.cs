using System.IO.Compression;
using System.Text;

namespace ShitOps.Tests;

/// <summary>
/// Whole exports of real trackers: in the directory that the environment variable SHITOPS_DATA names, or in shared/data beside any
/// directory above the tests. They are no part of the source tree.
/// </summary>
internal static class RealData
{
    /// <summary>The tracker's export files; skips the test, and says why, if there are none.</summary>
    public static IReadOnlyList<string> Files(string tracker)
    {
        string[] files = Directory(tracker) is { } directory ? System.IO.Directory.GetFiles(directory, "*.jsonl.gz") : [];
        Assert.SkipWhen(files.Length == 0, $"there is no data: set SHITOPS_DATA to a directory that holds {tracker}/*.jsonl.gz");
        return files;
    }

    /// <summary>The lines of an export.</summary>
    public static string[] Lines(string file)
    {
        using var text = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress), Encoding.UTF8);
        return text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string? Directory(string tracker)
    {
        if (Environment.GetEnvironmentVariable("SHITOPS_DATA") is { Length: > 0 } named) return Existing(Path.Combine(named, tracker));
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
            if (Existing(Path.Combine(above.FullName, "shared", "data", tracker)) is { } found) return found;
        return null;

        static string? Existing(string path) => System.IO.Directory.Exists(path) ? path : null;
    }
}
