using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ShitOps.Local.Broker.Log;

namespace ShitOps.Local.Broker.Groups;

/// <summary>A partition by name, as groups know it.</summary>
internal readonly record struct TopicPartition(string Topic, int Partition);

/// <summary>A committed position: <see cref="Offset"/> is that of the next record to be read.</summary>
internal readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string? Metadata);

/// <summary>
/// What groups keep across restarts: committed offsets. An append-only file of checksummed entries, rewritten when most of it is
/// history. Not synchronized: <see cref="GroupCoordinator"/> calls it under its lock.
/// </summary>
internal sealed class GroupStore : IDisposable
{
    /// <summary>Length and checksum before each entry.</summary>
    private const int EntryHead = 8;

    /// <summary>Below this a rewrite saves nothing worth having.</summary>
    private const long CompactionFrom = 1024 * 1024;

    /// <summary>Groups without offsets are not here.</summary>
    private readonly Dictionary<string, ImmutableDictionary<TopicPartition, CommittedOffset>> _groups = new(StringComparer.Ordinal);
    private readonly string _path;
    private SafeFileHandle _file;
    private long _length;
    private long _compactedLength;

    public GroupStore(string path, Action<string> log)
    {
        _path = path;
        _file = Open(path);
        var bytes = File.Exists(path) ? ReadAll(_file) : [];
        while (TryReadEntry(bytes.AsSpan((int)_length), out var entry))
        {
            Apply(entry);
            _length += EntryHead + entry.Length;
        }
        if (_length < bytes.Length)
        {
            log($"{path}: cut {bytes.Length - _length} bytes at the end: not a whole entry.");
            RandomAccess.SetLength(_file, _length);
        }
    }

    private enum Kind : byte
    {
        /// <summary>Offsets of one or more partitions.</summary>
        Commit = 1,
        Forget = 2,

        /// <summary>Written by earlier versions; of no use to this one.</summary>
        Generation = 3,
        Delete = 4,
    }

    public IEnumerable<string> Groups => _groups.Keys;

    /// <summary>Whether the disk has all that was written.</summary>
    public bool IsFlushed { get; set; } = true;

    public bool Contains(string group) => _groups.ContainsKey(group);

    public ImmutableDictionary<TopicPartition, CommittedOffset> Offsets(string group) => _groups.GetValueOrDefault(group, []);

    public void Commit(string group, IReadOnlyCollection<KeyValuePair<TopicPartition, CommittedOffset>> offsets)
    {
        if (offsets.Count > 0) Append([CommitEntry(group, offsets)]);
    }

    public void Delete(string group) => Append([Entry(Kind.Delete, group, static _ => { })]);

    /// <summary>Drops the offsets of a deleted topic: one made anew under its name begins at its own beginning.</summary>
    public void ForgetTopic(string topic) => Append(
        from stored in _groups
        from partition in stored.Value.Keys
        where partition.Topic == topic
        select Entry(Kind.Forget, stored.Key, writer => Write(writer, partition)));

    /// <summary>The file, when it has something to flush; taken for flushed from here on.</summary>
    public SafeFileHandle? TakeUnflushed()
    {
        if (IsFlushed) return null;
        IsFlushed = true;
        return _file;
    }

    public void Dispose()
    {
        // Also what was taken to be flushed: that may not have been done yet.
        using (_file) RandomAccess.FlushToDisk(_file);
    }

    private static SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);

    private static byte[] ReadAll(SafeFileHandle file)
    {
        var bytes = new byte[RandomAccess.GetLength(file)];
        for (var read = 0; read < bytes.Length;)
        {
            var more = RandomAccess.Read(file, bytes.AsSpan(read), read);
            if (more == 0) throw new EndOfStreamException();
            read += more;
        }
        return bytes;
    }

    private static bool TryReadEntry(ReadOnlySpan<byte> bytes, out byte[] entry)
    {
        entry = [];
        if (bytes.Length < EntryHead) return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (length <= 0 || length > bytes.Length - EntryHead) return false;
        var content = bytes.Slice(EntryHead, length);
        if (RecordBatch.Crc32C(content) != BinaryPrimitives.ReadUInt32BigEndian(bytes[4..])) return false;
        entry = content.ToArray();
        return true;
    }

    private static byte[] CommitEntry(string group, IEnumerable<KeyValuePair<TopicPartition, CommittedOffset>> offsets) => Entry(Kind.Commit, group, writer =>
    {
        foreach (var (partition, offset) in offsets)
        {
            Write(writer, partition);
            writer.Write(offset.Offset);
            writer.Write(offset.LeaderEpoch);
            writer.Write(offset.Metadata is not null);
            if (offset.Metadata is not null) writer.Write(offset.Metadata);
        }
    });

    private static byte[] Entry(Kind kind, string group, Action<BinaryWriter> content)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write((byte)kind);
        writer.Write(group);
        content(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static void Write(BinaryWriter writer, TopicPartition partition)
    {
        writer.Write(partition.Topic);
        writer.Write(partition.Partition);
    }

    private static byte[] Framed(IEnumerable<byte[]> entries)
    {
        using var stream = new MemoryStream();
        Span<byte> head = stackalloc byte[EntryHead];
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteInt32BigEndian(head, entry.Length);
            BinaryPrimitives.WriteUInt32BigEndian(head[4..], RecordBatch.Crc32C(entry));
            stream.Write(head);
            stream.Write(entry);
        }
        return stream.ToArray();
    }

    private void Append(IEnumerable<byte[]> entries)
    {
        var appended = entries.ToList();
        if (appended.Count == 0) return;
        var bytes = Framed(appended);
        RandomAccess.Write(_file, bytes, _length);
        _length += bytes.Length;
        IsFlushed = false;
        foreach (var entry in appended) Apply(entry);
        if (_length > CompactionFrom && _length > 4 * _compactedLength) Compact();
    }

    private void Compact()
    {
        var bytes = Framed(_groups.Select(group => CommitEntry(group.Key, group.Value)));
        // Closed for the while, because Windows replaces no open file.
        _file.Dispose();
        try
        {
            DurableFile.Replace(_path, bytes);
            _length = _compactedLength = bytes.Length;
        }
        finally
        {
            _file = Open(_path);
        }
    }

    private void Apply(byte[] entry)
    {
        using var reader = new BinaryReader(new MemoryStream(entry), Encoding.UTF8);
        var kind = (Kind)reader.ReadByte();
        var group = reader.ReadString();
        var offsets = Offsets(group);
        switch (kind)
        {
            case Kind.Commit:
                while (reader.BaseStream.Position < entry.Length)
                {
                    var partition = new TopicPartition(reader.ReadString(), reader.ReadInt32());
                    offsets = offsets.SetItem(partition, new CommittedOffset(reader.ReadInt64(), reader.ReadInt32(), reader.ReadBoolean() ? reader.ReadString() : null));
                }
                break;
            case Kind.Forget:
                offsets = offsets.Remove(new TopicPartition(reader.ReadString(), reader.ReadInt32()));
                break;
            case Kind.Generation:
                return;
            case Kind.Delete:
                offsets = offsets.Clear();
                break;
            default:
                throw new InvalidOperationException($"{_path} holds an entry of kind {(byte)kind}, which this version does not know. Choose another directory with --data.");
        }
        if (offsets.IsEmpty) _groups.Remove(group);
        else _groups[group] = offsets;
    }
}
