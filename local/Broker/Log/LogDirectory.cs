using System.Buffers.Text;
using System.Text.Json;

namespace ShitOps.Local.Broker.Log;

/// <summary>The data directory: held by one broker at a time, and the home of the cluster id, which is as old as the log.</summary>
internal sealed class LogDirectory : IDisposable
{
    private const int FormatVersion = 1;

    private readonly FileStream _lock;

    public LogDirectory(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(Path);
        _lock = Lock(Path);
        try
        {
            ClusterId = ReadOrCreateClusterId();
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public string ClusterId { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            // Advisory on Unix, and gone with the process however it ends.
            return new FileStream(System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new InvalidOperationException($"The data directory {path} is in use by another broker. Stop that one, or choose another directory with --data.", e);
        }
    }

    private string ReadOrCreateClusterId()
    {
        var path = File("cluster.json");
        if (System.IO.File.Exists(path))
        {
            var cluster = DurableFile.Read<Cluster>(path);
            if (cluster.FormatVersion != FormatVersion) throw new InvalidOperationException($"{path} was written by another version of this broker. Choose another directory with --data.");
            return cluster.ClusterId;
        }
        // As Kafka makes them: a random UUID in URL-safe base64.
        var clusterId = Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
        DurableFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(new Cluster(FormatVersion, clusterId)));
        return clusterId;
    }

    private sealed record Cluster(int FormatVersion, string ClusterId);
}
