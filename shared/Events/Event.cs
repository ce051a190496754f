namespace ShitOps.Events;

/// <summary>
/// One event of the contract (docs/events.md): a CloudEvents 1.0 envelope and what it says about one project.
/// Its identity is (<see cref="Source"/>, <see cref="Id"/>); the order among events about the same thing is
/// (<see cref="Time"/>, <see cref="Id"/>), never the order of arrival.
/// </summary>
public sealed record Event
{
    private EventId _id;
    private string? _idText;
    private string _source;
    private string _type;
    private string _project;
    private long _ticks;
    private EventData? _data;
    private TaskStatement _task;

    /// <summary>An event.</summary>
    /// <param name="id">See <see cref="Id"/>; the others likewise.</param>
    public Event(string id, string source, string type, DateTimeOffset time, string project, EventData? data)
        : this(new EventId(id), source, type, time, project, data) => _idText = id;

    /// <summary>An event whose id is made a text only if it is asked for.</summary>
    internal Event(EventId id, string source, string type, DateTimeOffset time, string project, EventData? data)
    {
        (_id, _source, _type, _ticks, _project, _data) = (id, source, type, time.UtcTicks, project, data);
        _task = TaskStatement.Of(data);
    }

    /// <summary>Memory for an event, which is none before <see cref="Hold"/>.</summary>
    internal Event() => (_source, _type, _project) = ("", "", "");

    /// <summary>Unique within the source; 1 to 256 characters.</summary>
    public string Id
    {
        get => _idText ??= _id.ToString();
        init => (_id, _idText) = (new EventId(value), value);
    }

    /// <summary>Who says it: a URI reference of 1 to 1,024 characters, such as <c>https://jira.example.com</c>.</summary>
    public string Source
    {
        get => _source;
        init => _source = value;
    }

    /// <summary>One of <see cref="EventTypes.All"/>, or a type that this version does not know.</summary>
    public string Type
    {
        get => _type;
        init => _type = value;
    }

    /// <summary>When it happened, in UTC; ticks of 100 ns, finer digits are cut off.</summary>
    public DateTimeOffset Time
    {
        get => new(_ticks, TimeSpan.Zero);
        init => _ticks = value.UtcTicks;
    }

    /// <summary>The CloudEvents <c>subject</c> and the Kafka key: 1 to 256 characters.</summary>
    public string Project
    {
        get => _project;
        init => _project = value;
    }

    /// <summary>What the event states; null exactly when its type is unknown.</summary>
    public EventData? Data
    {
        get => _data ??= _task.ToData();
        init => (_data, _task) = (value, TaskStatement.Of(value));
    }

    /// <summary>The id in less memory.</summary>
    internal EventId EventId => _id;

    /// <summary>The time: ticks of 100 ns since the year 1, UTC.</summary>
    internal long Ticks => _ticks;

    /// <summary>What it states about a task; the default if it is about something else.</summary>
    internal ref readonly TaskStatement Task => ref _task;

    /// <summary>Whether it states something about a task.</summary>
    internal bool IsAboutTask => _task.Type != TaskEventType.None;

    /// <summary>Whether its type is known, so that it states something.</summary>
    public bool IsKnown => IsAboutTask || _data is not null;

    /// <inheritdoc/>
    public bool Equals(Event? other) =>
        other is not null && _id == other._id && _source == other._source && _type == other._type && _ticks == other._ticks && _project == other._project
        && Equals(Data, other.Data);

    /// <inheritdoc/>
    public override int GetHashCode() => _id.GetHashCode();

    /// <summary>Begins to hold another event: the statement about a task, which is to be filled in.</summary>
    internal ref TaskStatement Begin()
    {
        _data = null;
        _task = default;
        return ref _task;
    }

    /// <summary>Holds what <see cref="Begin"/> was filled with and what stands around it.</summary>
    /// <param name="data">What it states; null if that is about a task, or if the type is unknown.</param>
    internal void Hold(EventId id, string source, string type, DateTimeOffset time, string project, EventData? data)
    {
        (_id, _idText, _source, _type, _ticks, _project, _data) = (id, null, source, type, time.UtcTicks, project, data);
    }

    /// <summary>The content type of one event as JSON, in Kafka's <c>content-type</c> header and in HTTP.</summary>
    public const string ContentType = "application/cloudevents+json";

    /// <summary>The content type of a JSON array of events; HTTP only, since a Kafka record carries one event.</summary>
    public const string BatchContentType = "application/cloudevents-batch+json";
}
