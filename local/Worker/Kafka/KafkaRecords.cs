using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Local.Worker;

/// <summary>What the client consumed, as functions take it. Key and value are the client's own arrays, made for this record.</summary>
internal static class KafkaRecords
{
    public static KafkaRecord Of(ConsumeResult<byte[]?, byte[]?> consumed)
    {
        var message = consumed.Message;
        var timestamp = message.Timestamp;
        return new KafkaRecord
        {
            Topic = consumed.Topic,
            Partition = consumed.Partition.Value,
            Offset = consumed.Offset.Value,
            Key = message.Key,
            Value = message.Value,
            Timestamp = new KafkaTimestamp { UnixTimestampMs = timestamp.UnixTimestampMs, Type = (KafkaTimestampType)timestamp.Type },
            Headers = Headers(message.Headers),
        };
    }

    private static KafkaHeader[] Headers(Headers? headers)
    {
        if (headers is null || headers.Count == 0)
        {
            return [];
        }

        var result = new KafkaHeader[headers.Count];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = new KafkaHeader { Key = headers[i].Key, Value = headers[i].GetValueBytes() };
        }

        return result;
    }
}
