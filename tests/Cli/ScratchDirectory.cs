using System.IO.Compression;
using System.Text;

namespace ShitOps.Tests.Cli;

/// <summary>A directory for one test's files, gone when it ends.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("shitops-cli-");

    public string Path => _directory.FullName;

    /// <summary>Writes a file and returns its path.</summary>
    public string File(string name, params string[] lines)
    {
        var path = System.IO.Path.Combine(Path, name);
        System.IO.File.WriteAllText(path, string.Join('\n', lines));
        return path;
    }

    /// <summary>Writes a gzip file and returns its path.</summary>
    public string GzipFile(string name, params string[] lines)
    {
        var path = System.IO.Path.Combine(Path, name);
        using var gzip = new GZipStream(System.IO.File.Create(path), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        return path;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
