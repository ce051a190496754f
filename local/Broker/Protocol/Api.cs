namespace ShitOps.Local.Broker.Protocol;

/// <summary>One of Kafka's APIs: the versions answered (inclusive), the first flexible one, and the work.</summary>
internal sealed record Api(ApiKey Key, short MinVersion, short MaxVersion, short FlexibleFrom, Func<Request, ResponseWriter, ValueTask> Handle)
{
    /// <summary>The lowest version ApiVersions announces: for Produce lower than what is answered.</summary>
    public short AnnouncedFrom { get; init; } = MinVersion;
}
