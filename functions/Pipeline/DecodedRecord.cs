using Microsoft.Azure.Functions.Worker;
using ShitOps.Events;

namespace ShitOps.Pipeline;

/// <summary>A record of Kafka and what became of it.</summary>
public readonly record struct DecodedRecord(KafkaRecord Record, DecodeResult Result)
{
    /// <summary>Decodes a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="decoder">Decodes it.</param>
    /// <param name="batch">The memory to decode into; null: new memory.</param>
    public static DecodedRecord Of(KafkaRecord record, EventDecoder decoder, EventBatch? batch = null) => new(record, decoder.Decode(record.Value, HeadersOf(record), batch));

    /// <summary>The headers of a record as the decoder takes them.</summary>
    internal static EventHeader[] HeadersOf(KafkaRecord record) =>
        record.Headers is { Length: > 0 } headers ? Array.ConvertAll(headers, header => new EventHeader(header.Key, header.Value)) : [];
}
