namespace ShitOps.Events;

/// <summary>
/// One event of the contract (docs/events.md): a CloudEvents 1.0 envelope and what it says about one project.
/// Its identity is (<see cref="Source"/>, <see cref="Id"/>); the order among events about the same thing is
/// (<see cref="Time"/>, <see cref="Id"/>), never the order of arrival.
/// </summary>
/// <param name="Id">Unique within the source; 1 to 256 characters.</param>
/// <param name="Source">Who says it: a URI reference of 1 to 1,024 characters, such as <c>https://jira.example.com</c>.</param>
/// <param name="Type">One of <see cref="EventTypes.All"/>, or a type that this version does not know.</param>
/// <param name="Time">When it happened, in UTC; ticks of 100 ns, finer digits are cut off.</param>
/// <param name="Project">The CloudEvents <c>subject</c> and the Kafka key: 1 to 256 characters.</param>
/// <param name="Data">What the event states; null exactly when <paramref name="Type"/> is unknown.</param>
public sealed record Event(string Id, string Source, string Type, DateTimeOffset Time, string Project, EventData? Data)
{
    private readonly EventId _eventId = new(Id);
    private string? _idText;

    /// <summary>An event whose id is made a text only if it is asked for.</summary>
    internal Event(EventId id, string source, string type, DateTimeOffset time, string project, EventData? data)
        : this("", source, type, time, project, data) => _eventId = id;

    /// <summary>Unique within the source; 1 to 256 characters.</summary>
    public string Id
    {
        get => _idText ??= _eventId.ToString();
        init => (_eventId, _idText) = (new EventId(value), value);
    }

    /// <summary>The same id in less memory.</summary>
    internal EventId EventId => _eventId;

    /// <inheritdoc/>
    public bool Equals(Event? other) =>
        other is not null && _eventId == other._eventId && Source == other.Source && Type == other.Type && Time == other.Time && Project == other.Project
        && Equals(Data, other.Data);

    /// <inheritdoc/>
    public override int GetHashCode() => _eventId.GetHashCode();

    /// <summary>The content type of one event as JSON, in Kafka's <c>content-type</c> header and in HTTP.</summary>
    public const string ContentType = "application/cloudevents+json";

    /// <summary>The content type of a JSON array of events; HTTP only, since a Kafka record carries one event.</summary>
    public const string BatchContentType = "application/cloudevents-batch+json";
}
