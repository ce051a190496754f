namespace ShitOps.Tests;

/// <summary>The source tree that these tests were built from.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    /// <summary>The path of a file given relative to the root.</summary>
    public static string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(System.IO.Path.Combine(folder.FullName, "ShitOps.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no ShitOps.sln above {AppContext.BaseDirectory}");
    }
}
