using System.Globalization;
using System.Text;

namespace ShitOps.Local.Broker.Log;

/// <summary>Gives out producer ids, none twice: a block is reserved on disk before its first id is used.</summary>
internal sealed class ProducerIds(LogDirectory directory)
{
    private const int BlockSize = 1_000;

    private readonly Lock _gate = new();
    private readonly string _path = directory.File("producer-ids");
    private long _next = Reserved(directory.File("producer-ids"));
    private long _reserved = Reserved(directory.File("producer-ids"));

    public long Next()
    {
        lock (_gate)
        {
            if (_next == _reserved)
            {
                DurableFile.Replace(_path, Encoding.ASCII.GetBytes((_reserved + BlockSize).ToString(CultureInfo.InvariantCulture)));
                _reserved += BlockSize;
            }
            return _next++;
        }
    }

    private static long Reserved(string path) => File.Exists(path) ? DurableFile.Read<long>(path) : 0;
}
