using System.Buffers.Binary;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Tests.Broker;

/// <summary>Record batches made by hand, and the request that sends one.</summary>
internal static class Batch
{
    /// <summary>One record of a few bytes for each timestamp.</summary>
    public static byte[] Of(long[] timestamps, long producerId = -1, int epoch = -1, int sequence = -1, int attributes = 0, Func<byte[], byte[]>? pack = null)
    {
        var records = new Wire();
        for (var i = 0; i < timestamps.Length; i++)
        {
            var record = new Wire().Int8(0).Varint(timestamps[i] - timestamps[0]).Varint(i).Varint(-1).Varint(5).Raw("hello"u8.ToArray()).Varint(0).ToArray();
            records.Varint(record.Length).Raw(record);
        }
        return Of(records.ToArray(), timestamps, producerId, epoch, sequence, attributes, pack);
    }

    public static byte[] Of(byte[] records, long[] timestamps, long producerId = -1, int epoch = -1, int sequence = -1, int attributes = 0, Func<byte[], byte[]>? pack = null)
    {
        var summed = new Wire().Int16(attributes).Int32(timestamps.Length - 1).Int64(timestamps[0]).Int64(timestamps.Max()).Int64(producerId).Int16(epoch).Int32(sequence).Int32(timestamps.Length)
            .Raw(pack is null ? records : pack(records)).ToArray();
        return new Wire().Int64(0).Int32(9 + summed.Length).Int32(-1).Int8(2).Int32(Crc32C(summed)).Raw(summed).ToArray();
    }

    /// <summary>So many records, for a producer's sequence.</summary>
    public static byte[] Sequence(long producerId, int epoch, int sequence, int count = 1) =>
        Of([.. Enumerable.Range(0, count).Select(i => 1_000_000L + i)], producerId, epoch, sequence);

    /// <summary>Puts a batch's checksum right again after its bytes were changed.</summary>
    public static byte[] Resummed(byte[] batch)
    {
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C(batch.AsSpan(21)));
        return batch;
    }

    public static async Task<(ErrorCode Error, long Offset)> ProduceAsync(this RawConnection connection, string topic, byte[] batch, int partition = 0)
    {
        var answer = await connection.AskAsync(ApiKey.Produce, 7, new Wire()
            .String(null).Int16(-1).Int32(1000)
            .Int32(1).String(topic).Int32(1).Int32(partition).Bytes(batch));
        Assert.Equal(1, answer.Int32());
        Assert.Equal(topic, answer.String());
        Assert.Equal(1, answer.Int32());
        Assert.Equal(partition, answer.Int32());
        return (answer.Error(), answer.Int64());
    }

    /// <summary>Bit by bit, unlike the broker's own.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var each in bytes)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}
