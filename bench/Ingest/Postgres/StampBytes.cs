using System.Buffers.Binary;
using System.Text;
using ShitOps.Projects;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>Times and ids of statements as compact bytes, which a row keeps so that a restarted pipeline goes on as if it had never stopped.</summary>
internal struct StampBytes
{
    private byte[] _bytes = new byte[256];

    public StampBytes() { }

    public int Length { get; private set; }

    public readonly ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Number(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);

    /// <summary>A UUID takes 16 bytes, another text its own.</summary>
    public void Stamp(in Stamp stamp)
    {
        Number(stamp.Ticks);
        if (Guid.TryParseExact(stamp.Id, "D", out var id))
        {
            Byte(0);
            id.TryWriteBytes(Reserve(16));
        }
        else
        {
            Byte(1);
            Text(stamp.Id);
        }
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), (ushort)length);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    public void Field<T>(Latest<T> field)
    {
        Byte((byte)(field.IsStated ? 1 : 0));
        if (field.IsStated) Stamp(field.Stamp);
    }

    // What stands there is never changed in place, only appended to: a row that was handed over keeps its bytes.
    private Span<byte> Reserve(int count)
    {
        if (Length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(Length + count, 2 * _bytes.Length));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
