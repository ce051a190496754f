namespace ShitOps.Events;

/// <summary>One header of a Kafka record or HTTP request, as far as events need it.</summary>
/// <param name="Name">As on Kafka: <c>content-type</c>, <c>ce_id</c>, …; letter case does not count.</param>
/// <param name="Value">UTF-8.</param>
public readonly record struct EventHeader(string Name, ReadOnlyMemory<byte> Value);
