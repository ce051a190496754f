using System.Text.Json;

namespace ShitOps.Events;

/// <summary>Reads the <c>data</c> object of the known types. The limits are those of docs/events.md.</summary>
internal readonly ref struct DataReader(Utf8Interner names)
{
    private const int LongestName = 256;
    private const int LongestText = 4096;
    private const int MostLabels = 256;
    private const double MostHours = 1_000_000;

    private readonly Utf8Interner names = names;

    /// <summary>Whether the type's data are of the contract.</summary>
    public static bool Knows(string type) => type switch
    {
        EventTypes.ProjectCreated or EventTypes.ProjectUpdated or EventTypes.ProjectStatusChanged or EventTypes.TaskCreated
            or EventTypes.TaskUpdated or EventTypes.TaskStatusChanged or EventTypes.TaskAssigned or EventTypes.TaskEstimated
            or EventTypes.TaskBlocked or EventTypes.TaskUnblocked or EventTypes.TaskDeleted or EventTypes.ResourceAllocated
            or EventTypes.ResourceReleased => true,
        _ => false,
    };

    /// <summary>Reads the value that <paramref name="reader"/> stands on and leaves it on that value's last token.</summary>
    /// <exception cref="DecodeException">The value is not what the type asks for.</exception>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public EventData Read(ref Utf8JsonReader reader, string type)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw Wrong("data", "an object", ref reader);
        return type switch
        {
            EventTypes.ProjectCreated => new ProjectCreated(ReadProjectFields(ref reader)),
            EventTypes.ProjectUpdated => new ProjectUpdated(ReadProjectFields(ref reader)),
            EventTypes.ProjectStatusChanged => ReadProjectStatusChanged(ref reader),
            EventTypes.TaskCreated or EventTypes.TaskUpdated => ReadTaskCreatedOrUpdated(ref reader, type),
            EventTypes.TaskStatusChanged => ReadTaskStatusChanged(ref reader),
            EventTypes.TaskAssigned => ReadTaskAssigned(ref reader),
            EventTypes.TaskEstimated => ReadTaskEstimated(ref reader),
            EventTypes.TaskBlocked => ReadTaskBlocked(ref reader),
            EventTypes.TaskUnblocked => new TaskUnblocked(ReadKey(ref reader, "task"u8, "data.task")),
            EventTypes.TaskDeleted => new TaskDeleted(ReadKey(ref reader, "task"u8, "data.task")),
            EventTypes.ResourceAllocated => ReadResourceAllocated(ref reader),
            EventTypes.ResourceReleased => new ResourceReleased(ReadKey(ref reader, "allocation"u8, "data.allocation")),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a known type"),
        };
    }

    private ProjectFields ReadProjectFields(ref Utf8JsonReader reader)
    {
        Field<string?> name = default, team = default, owner = default;
        Field<DateOnly?> start = default, due = default;
        string? status = null;
        StatusCategory? category = null;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("name"u8)) name = OptionalText(ref reader, "data.name");
            else if (reader.ValueTextEquals("team"u8)) team = OptionalName(ref reader, "data.team");
            else if (reader.ValueTextEquals("owner"u8)) owner = OptionalName(ref reader, "data.owner");
            else if (reader.ValueTextEquals("status"u8)) status = Name(ref reader, "data.status");
            else if (reader.ValueTextEquals("category"u8)) category = Category(ref reader);
            else if (reader.ValueTextEquals("start"u8)) start = OptionalDate(ref reader, "data.start");
            else if (reader.ValueTextEquals("due"u8)) due = OptionalDate(ref reader, "data.due");
            else reader.Skip();
        }

        return new ProjectFields { Name = name, Team = team, Owner = owner, Status = OptionalStatus(status, category), Start = start, Due = due };
    }

    private EventData ReadTaskCreatedOrUpdated(ref Utf8JsonReader reader, string type)
    {
        Field<string?> title = default, kind = default, priority = default, assignee = default, team = default, parent = default;
        Field<double?> estimate = default;
        Field<DateOnly?> due = default;
        Field<Milestone?> milestone = default;
        Field<IReadOnlyList<string>?> labels = default;
        string? task = null, status = null;
        StatusCategory? category = null;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("task"u8)) task = Name(ref reader, "data.task");
            else if (reader.ValueTextEquals("title"u8)) title = OptionalText(ref reader, "data.title");
            else if (reader.ValueTextEquals("kind"u8)) kind = OptionalName(ref reader, "data.kind");
            else if (reader.ValueTextEquals("priority"u8)) priority = OptionalName(ref reader, "data.priority");
            else if (reader.ValueTextEquals("status"u8)) status = Name(ref reader, "data.status");
            else if (reader.ValueTextEquals("category"u8)) category = Category(ref reader);
            else if (reader.ValueTextEquals("assignee"u8)) assignee = OptionalName(ref reader, "data.assignee");
            else if (reader.ValueTextEquals("team"u8)) team = OptionalName(ref reader, "data.team");
            else if (reader.ValueTextEquals("parent"u8)) parent = OptionalName(ref reader, "data.parent");
            else if (reader.ValueTextEquals("estimateHours"u8)) estimate = OptionalHours(ref reader, "data.estimateHours");
            else if (reader.ValueTextEquals("due"u8)) due = OptionalDate(ref reader, "data.due");
            else if (reader.ValueTextEquals("milestone"u8)) milestone = OptionalMilestone(ref reader);
            else if (reader.ValueTextEquals("labels"u8)) labels = OptionalLabels(ref reader);
            else reader.Skip();
        }

        var fields = new TaskFields
        {
            Title = title,
            Kind = kind,
            Priority = priority,
            Status = OptionalStatus(status, category),
            Assignee = assignee,
            Team = team,
            Parent = parent,
            EstimateHours = estimate,
            Due = due,
            Milestone = milestone,
            Labels = labels,
        };
        var key = Required(task, "data.task");
        return type == EventTypes.TaskCreated ? new TaskCreated(key, fields) : new TaskUpdated(key, fields);
    }

    private ProjectStatusChanged ReadProjectStatusChanged(ref Utf8JsonReader reader)
    {
        string? status = null;
        StatusCategory? category = null;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("status"u8)) status = Name(ref reader, "data.status");
            else if (reader.ValueTextEquals("category"u8)) category = Category(ref reader);
            else reader.Skip();
        }

        return new ProjectStatusChanged(RequiredStatus(status, category));
    }

    private TaskStatusChanged ReadTaskStatusChanged(ref Utf8JsonReader reader)
    {
        string? task = null, status = null;
        StatusCategory? category = null;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("task"u8)) task = Name(ref reader, "data.task");
            else if (reader.ValueTextEquals("status"u8)) status = Name(ref reader, "data.status");
            else if (reader.ValueTextEquals("category"u8)) category = Category(ref reader);
            else reader.Skip();
        }

        return new TaskStatusChanged(Required(task, "data.task"), RequiredStatus(status, category));
    }

    private TaskAssigned ReadTaskAssigned(ref Utf8JsonReader reader)
    {
        string? task = null;
        Field<string?> assignee = default;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("task"u8)) task = Name(ref reader, "data.task");
            else if (reader.ValueTextEquals("assignee"u8)) assignee = OptionalName(ref reader, "data.assignee");
            else reader.Skip();
        }

        if (!assignee.IsStated) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.assignee", "is missing; null says that nobody is assigned");
        return new TaskAssigned(Required(task, "data.task"), assignee.Value);
    }

    private TaskEstimated ReadTaskEstimated(ref Utf8JsonReader reader)
    {
        string? task = null;
        Field<double?> estimate = default, remaining = default, spent = default;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("task"u8)) task = Name(ref reader, "data.task");
            else if (reader.ValueTextEquals("estimateHours"u8)) estimate = OptionalHours(ref reader, "data.estimateHours");
            else if (reader.ValueTextEquals("remainingHours"u8)) remaining = OptionalHours(ref reader, "data.remainingHours");
            else if (reader.ValueTextEquals("spentHours"u8)) spent = OptionalHours(ref reader, "data.spentHours");
            else reader.Skip();
        }

        return new TaskEstimated(Required(task, "data.task"), estimate, remaining, spent);
    }

    private TaskBlocked ReadTaskBlocked(ref Utf8JsonReader reader)
    {
        string? task = null, reason = null;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("task"u8)) task = Name(ref reader, "data.task");
            else if (reader.ValueTextEquals("reason"u8)) reason = OptionalText(ref reader, "data.reason").Value;
            else reader.Skip();
        }

        return new TaskBlocked(Required(task, "data.task"), reason);
    }

    private ResourceAllocated ReadResourceAllocated(ref Utf8JsonReader reader)
    {
        string? allocation = null, resource = null, role = null;
        double? hours = null;
        DateOnly? from = null, to = null;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("allocation"u8)) allocation = Name(ref reader, "data.allocation");
            else if (reader.ValueTextEquals("resource"u8)) resource = Name(ref reader, "data.resource");
            else if (reader.ValueTextEquals("hoursPerWeek"u8)) hours = Hours(ref reader, "data.hoursPerWeek");
            else if (reader.ValueTextEquals("from"u8)) from = Date(ref reader, "data.from");
            else if (reader.ValueTextEquals("to"u8)) to = OptionalDate(ref reader, "data.to").Value;
            else if (reader.ValueTextEquals("role"u8)) role = OptionalName(ref reader, "data.role").Value;
            else reader.Skip();
        }

        if (hours is null) throw Missing("data.hoursPerWeek");
        if (from is null) throw Missing("data.from");
        if (to < from) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.to", $"{to:O} lies before data.from, {from:O}");
        return new ResourceAllocated(Required(allocation, "data.allocation"), Required(resource, "data.resource"), hours.Value, from.Value, to, role);
    }

    private string ReadKey(ref Utf8JsonReader reader, ReadOnlySpan<byte> property, string place)
    {
        string? key = null;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals(property)) key = Name(ref reader, place);
            else reader.Skip();
        }

        return Required(key, place);
    }

    private Field<Milestone?> OptionalMilestone(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return new(true, null);
        if (reader.TokenType != JsonTokenType.StartObject) throw Wrong("data.milestone", "an object", ref reader);

        string? name = null;
        var kind = MilestoneKind.Milestone;
        DateOnly? start = null, due = null;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("name"u8)) name = Name(ref reader, "data.milestone.name");
            else if (reader.ValueTextEquals("kind"u8)) kind = Kind(ref reader);
            else if (reader.ValueTextEquals("start"u8)) start = OptionalDate(ref reader, "data.milestone.start").Value;
            else if (reader.ValueTextEquals("due"u8)) due = OptionalDate(ref reader, "data.milestone.due").Value;
            else reader.Skip();
        }

        return new(true, new Milestone(Required(name, "data.milestone.name"), kind, start, due));
    }

    private Field<IReadOnlyList<string>?> OptionalLabels(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return new(true, null);
        if (reader.TokenType != JsonTokenType.StartArray) throw Wrong("data.labels", "an array of strings", ref reader);

        List<string> labels = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (labels.Count == MostLabels) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.labels", $"more than {MostLabels} labels");
            labels.Add(Text(ref reader, "data.labels[]", LongestName));
        }

        return new(true, labels);
    }

    private static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private string Name(ref Utf8JsonReader reader, string place)
    {
        reader.Read();
        return Text(ref reader, place, LongestName);
    }

    private Field<string?> OptionalName(ref Utf8JsonReader reader, string place)
    {
        reader.Read();
        return new(true, reader.TokenType == JsonTokenType.Null ? null : Text(ref reader, place, LongestName));
    }

    private Field<string?> OptionalText(ref Utf8JsonReader reader, string place)
    {
        reader.Read();
        return new(true, reader.TokenType == JsonTokenType.Null ? null : Text(ref reader, place, LongestText));
    }

    private string Text(ref Utf8JsonReader reader, string place, int longest)
    {
        if (reader.TokenType != JsonTokenType.String) throw Wrong(place, "a string", ref reader);
        var text = reader.ValueIsEscaped ? reader.GetString()! : names.Get(reader.ValueSpan);
        if (text.Length == 0 && longest == LongestName) throw EventDecoder.Invalid(DecodeFailure.InvalidData, place, "is empty");
        if (text.Length > longest) throw EventDecoder.Invalid(DecodeFailure.InvalidData, place, $"{text.Length:N0} characters are more than {longest:N0}");
        return text;
    }

    private static StatusCategory Category(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            for (var i = 0; i < StatusCategories.Words.Count; i++)
                if (reader.ValueTextEquals(StatusCategories.Words[i])) return (StatusCategory)i;
        }

        throw Wrong("data.category", $"one of {string.Join(", ", StatusCategories.Words)}", ref reader);
    }

    private static MilestoneKind Kind(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("milestone"u8)) return MilestoneKind.Milestone;
            if (reader.ValueTextEquals("sprint"u8)) return MilestoneKind.Sprint;
            if (reader.ValueTextEquals("version"u8)) return MilestoneKind.Version;
        }

        throw Wrong("data.milestone.kind", "one of milestone, sprint, version", ref reader);
    }

    private static DateOnly Date(ref Utf8JsonReader reader, string place)
    {
        reader.Read();
        return DateHere(ref reader, place);
    }

    private static Field<DateOnly?> OptionalDate(ref Utf8JsonReader reader, string place)
    {
        reader.Read();
        return new(true, reader.TokenType == JsonTokenType.Null ? null : DateHere(ref reader, place));
    }

    private static DateOnly DateHere(ref Utf8JsonReader reader, string place) =>
        reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && Rfc3339.TryParseDate(reader.ValueSpan, out var date)
            ? date
            : throw Wrong(place, "a date such as 2026-01-31", ref reader);

    private static double Hours(ref Utf8JsonReader reader, string place)
    {
        reader.Read();
        return HoursHere(ref reader, place);
    }

    private static Field<double?> OptionalHours(ref Utf8JsonReader reader, string place)
    {
        reader.Read();
        return new(true, reader.TokenType == JsonTokenType.Null ? null : HoursHere(ref reader, place));
    }

    private static double HoursHere(ref Utf8JsonReader reader, string place) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var hours) && hours is >= 0 and <= MostHours
            ? hours
            : throw Wrong(place, $"a number of hours from 0 to {MostHours:N0}", ref reader);

    private static Status? OptionalStatus(string? status, StatusCategory? category)
    {
        if (status is null && category is null) return null;
        return RequiredStatus(status, category);
    }

    private static Status RequiredStatus(string? status, StatusCategory? category) =>
        new(Required(status, "data.status"), category ?? throw Missing("data.category"));

    private static string Required(string? value, string place) => value ?? throw Missing(place);

    private static DecodeException Missing(string place) => EventDecoder.Invalid(DecodeFailure.InvalidData, place, "is missing");

    private static DecodeException Wrong(string place, string expected, ref Utf8JsonReader reader) =>
        EventDecoder.Invalid(DecodeFailure.InvalidData, place, $"expected {expected}, found {EventDecoder.Describe(ref reader)}");
}
