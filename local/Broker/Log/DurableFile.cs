namespace ShitOps.Local.Broker.Log;

/// <summary>Small files that are replaced as a whole.</summary>
internal static class DurableFile
{
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
}
