using System.Text;
using System.Text.Json;

namespace ShitOps.Events;

/// <summary>Reads the <c>data</c> object of the known types. The limits are those of docs/events.md.</summary>
internal readonly ref struct DataReader<TJson>(Utf8Interner names)
    where TJson : struct, IJsonTokens, allows ref struct
{
    private const int LongestName = 256;
    private const int LongestText = 4096;
    private const int MostLabels = 256;
    private const double MostHours = 1_000_000;

    private readonly Utf8Interner _names = names;

    /// <summary>
    /// Reads the value that <paramref name="reader"/> stands on and leaves it on that value's last token;
    /// of an unknown type it reads nothing and returns null.
    /// </summary>
    /// <exception cref="DecodeException">The value is not what the type asks for.</exception>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public EventData? Read(ref TJson reader, string type)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return EventTypes.Knows(type) ? throw Wrong("data", "an object", ref reader) : null;
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
            _ => null,
        };
    }

    private ProjectFields ReadProjectFields(ref TJson reader)
    {
        Field<string?> name = default, team = default, owner = default;
        Field<DateOnly?> start = default, due = default;
        string? status = null;
        StatusCategory? category = null;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual("name"u8)) name = OptionalText(ref reader, "data.name");
            else if (property.SequenceEqual("team"u8)) team = OptionalName(ref reader, "data.team");
            else if (property.SequenceEqual("owner"u8)) owner = OptionalName(ref reader, "data.owner");
            else if (property.SequenceEqual("status"u8)) status = Name(ref reader, "data.status");
            else if (property.SequenceEqual("category"u8)) category = Category(ref reader);
            else if (property.SequenceEqual("start"u8)) start = OptionalDate(ref reader, "data.start");
            else if (property.SequenceEqual("due"u8)) due = OptionalDate(ref reader, "data.due");
            else reader.Skip();
        }

        return new ProjectFields { Name = name, Team = team, Owner = owner, Status = OptionalStatus(status, category), Start = start, Due = due };
    }

    private EventData ReadTaskCreatedOrUpdated(ref TJson reader, string type)
    {
        Field<string?> title = default, kind = default, priority = default, assignee = default, team = default, parent = default;
        Field<double?> estimate = default;
        Field<DateOnly?> due = default;
        Field<Milestone?> milestone = default;
        Field<IReadOnlyList<string>?> labels = default;
        string? task = null, status = null;
        StatusCategory? category = null;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual("task"u8)) task = Key(ref reader, "data.task");
            else if (property.SequenceEqual("title"u8)) title = OptionalText(ref reader, "data.title");
            else if (property.SequenceEqual("kind"u8)) kind = OptionalName(ref reader, "data.kind");
            else if (property.SequenceEqual("priority"u8)) priority = OptionalName(ref reader, "data.priority");
            else if (property.SequenceEqual("status"u8)) status = Name(ref reader, "data.status");
            else if (property.SequenceEqual("category"u8)) category = Category(ref reader);
            else if (property.SequenceEqual("assignee"u8)) assignee = OptionalName(ref reader, "data.assignee");
            else if (property.SequenceEqual("team"u8)) team = OptionalName(ref reader, "data.team");
            else if (property.SequenceEqual("parent"u8)) parent = OptionalName(ref reader, "data.parent");
            else if (property.SequenceEqual("estimateHours"u8)) estimate = OptionalHours(ref reader, "data.estimateHours");
            else if (property.SequenceEqual("due"u8)) due = OptionalDate(ref reader, "data.due");
            else if (property.SequenceEqual("milestone"u8)) milestone = OptionalMilestone(ref reader);
            else if (property.SequenceEqual("labels"u8)) labels = OptionalLabels(ref reader);
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

    private ProjectStatusChanged ReadProjectStatusChanged(ref TJson reader)
    {
        string? status = null;
        StatusCategory? category = null;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual("status"u8)) status = Name(ref reader, "data.status");
            else if (property.SequenceEqual("category"u8)) category = Category(ref reader);
            else reader.Skip();
        }

        return new ProjectStatusChanged(RequiredStatus(status, category));
    }

    private TaskStatusChanged ReadTaskStatusChanged(ref TJson reader)
    {
        string? task = null, status = null;
        StatusCategory? category = null;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual("task"u8)) task = Key(ref reader, "data.task");
            else if (property.SequenceEqual("status"u8)) status = Name(ref reader, "data.status");
            else if (property.SequenceEqual("category"u8)) category = Category(ref reader);
            else reader.Skip();
        }

        return new TaskStatusChanged(Required(task, "data.task"), RequiredStatus(status, category));
    }

    private TaskAssigned ReadTaskAssigned(ref TJson reader)
    {
        string? task = null;
        Field<string?> assignee = default;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual("task"u8)) task = Key(ref reader, "data.task");
            else if (property.SequenceEqual("assignee"u8)) assignee = OptionalName(ref reader, "data.assignee");
            else reader.Skip();
        }

        if (!assignee.IsStated) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.assignee", "is missing; null says that nobody is assigned");
        return new TaskAssigned(Required(task, "data.task"), assignee.Value);
    }

    private TaskEstimated ReadTaskEstimated(ref TJson reader)
    {
        string? task = null;
        Field<double?> estimate = default, remaining = default, spent = default;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual("task"u8)) task = Key(ref reader, "data.task");
            else if (property.SequenceEqual("estimateHours"u8)) estimate = OptionalHours(ref reader, "data.estimateHours");
            else if (property.SequenceEqual("remainingHours"u8)) remaining = OptionalHours(ref reader, "data.remainingHours");
            else if (property.SequenceEqual("spentHours"u8)) spent = OptionalHours(ref reader, "data.spentHours");
            else reader.Skip();
        }

        return new TaskEstimated(Required(task, "data.task"), estimate, remaining, spent);
    }

    private TaskBlocked ReadTaskBlocked(ref TJson reader)
    {
        string? task = null, reason = null;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual("task"u8)) task = Key(ref reader, "data.task");
            else if (property.SequenceEqual("reason"u8)) reason = OptionalText(ref reader, "data.reason").Value;
            else reader.Skip();
        }

        return new TaskBlocked(Required(task, "data.task"), reason);
    }

    private ResourceAllocated ReadResourceAllocated(ref TJson reader)
    {
        string? allocation = null, resource = null, role = null;
        double? hours = null;
        DateOnly? from = null, to = null;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual("allocation"u8)) allocation = Key(ref reader, "data.allocation");
            else if (property.SequenceEqual("resource"u8)) resource = Name(ref reader, "data.resource");
            else if (property.SequenceEqual("hoursPerWeek"u8)) hours = Hours(ref reader, "data.hoursPerWeek");
            else if (property.SequenceEqual("from"u8)) from = Date(ref reader, "data.from");
            else if (property.SequenceEqual("to"u8)) to = OptionalDate(ref reader, "data.to").Value;
            else if (property.SequenceEqual("role"u8)) role = OptionalName(ref reader, "data.role").Value;
            else reader.Skip();
        }

        if (hours is null) throw Missing("data.hoursPerWeek");
        if (from is null) throw Missing("data.from");
        if (to < from) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.to", $"{to:O} lies before data.from, {from:O}");
        return new ResourceAllocated(Required(allocation, "data.allocation"), Required(resource, "data.resource"), hours.Value, from.Value, to, role);
    }

    private string ReadKey(ref TJson reader, ReadOnlySpan<byte> name, string place)
    {
        string? key = null;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual(name)) key = Key(ref reader, place);
            else reader.Skip();
        }

        return Required(key, place);
    }

    private Field<Milestone?> OptionalMilestone(ref TJson reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return new(true, null);
        if (reader.TokenType != JsonTokenType.StartObject) throw Wrong("data.milestone", "an object", ref reader);

        string? name = null;
        var kind = MilestoneKind.Milestone;
        DateOnly? start = null, due = null;
        while (NextProperty(ref reader, out var property))
        {
            if (property.SequenceEqual("name"u8)) name = Name(ref reader, "data.milestone.name");
            else if (property.SequenceEqual("kind"u8)) kind = Kind(ref reader);
            else if (property.SequenceEqual("start"u8)) start = OptionalDate(ref reader, "data.milestone.start").Value;
            else if (property.SequenceEqual("due"u8)) due = OptionalDate(ref reader, "data.milestone.due").Value;
            else reader.Skip();
        }

        return new(true, new Milestone(Required(name, "data.milestone.name"), kind, start, due));
    }

    private Field<IReadOnlyList<string>?> OptionalLabels(ref TJson reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return new(true, null);
        if (reader.TokenType != JsonTokenType.StartArray) throw Wrong("data.labels", "an array of strings", ref reader);

        List<string> labels = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (labels.Count == MostLabels) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.labels", $"more than {MostLabels} labels");
            labels.Add(NameHere(ref reader, "data.labels[]"));
        }

        return new(true, labels);
    }

    private static bool NextProperty(ref TJson reader, out ReadOnlySpan<byte> property)
    {
        var isThere = reader.Read() && reader.TokenType == JsonTokenType.PropertyName;
        property = isThere ? reader.Text : default;
        return isThere;
    }

    /// <summary>A task's or allocation's key. There are more of them than the interner holds, so they would only push out the names.</summary>
    private static string Key(ref TJson reader, string place)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String) throw Wrong(place, "a string", ref reader);
        return CheckName(Encoding.UTF8.GetString(reader.Text), place);
    }

    private string Name(ref TJson reader, string place)
    {
        reader.Read();
        return NameHere(ref reader, place);
    }

    private Field<string?> OptionalName(ref TJson reader, string place)
    {
        reader.Read();
        return new(true, reader.TokenType == JsonTokenType.Null ? null : NameHere(ref reader, place));
    }

    private Field<string?> OptionalText(ref TJson reader, string place)
    {
        reader.Read();
        return new(true, reader.TokenType == JsonTokenType.Null ? null : TextHere(ref reader, place));
    }

    private string NameHere(ref TJson reader, string place)
    {
        if (reader.TokenType != JsonTokenType.String) throw Wrong(place, "a string", ref reader);
        return CheckName(_names.Get(reader.Text), place);
    }

    private static string CheckName(string name, string place)
    {
        if (name.Length == 0) throw EventDecoder.Invalid(DecodeFailure.InvalidData, place, "is empty");
        return name.Length <= LongestName ? name : throw TooLong(place, name, LongestName);
    }

    private static string TextHere(ref TJson reader, string place)
    {
        if (reader.TokenType != JsonTokenType.String) throw Wrong(place, "a string", ref reader);
        var text = Encoding.UTF8.GetString(reader.Text);
        return text.Length <= LongestText ? text : throw TooLong(place, text, LongestText);
    }

    private static StatusCategory Category(ref TJson reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            var word = reader.Text;
            if (word.SequenceEqual("todo"u8)) return StatusCategory.Todo;
            if (word.SequenceEqual("in-progress"u8)) return StatusCategory.InProgress;
            if (word.SequenceEqual("blocked"u8)) return StatusCategory.Blocked;
            if (word.SequenceEqual("done"u8)) return StatusCategory.Done;
            if (word.SequenceEqual("cancelled"u8)) return StatusCategory.Cancelled;
        }

        throw Wrong("data.category", $"one of {string.Join(", ", StatusCategories.Words)}", ref reader);
    }

    private static MilestoneKind Kind(ref TJson reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            var word = reader.Text;
            if (word.SequenceEqual("milestone"u8)) return MilestoneKind.Milestone;
            if (word.SequenceEqual("sprint"u8)) return MilestoneKind.Sprint;
            if (word.SequenceEqual("version"u8)) return MilestoneKind.Version;
        }

        throw Wrong("data.milestone.kind", "one of milestone, sprint, version", ref reader);
    }

    private static DateOnly Date(ref TJson reader, string place)
    {
        reader.Read();
        return DateHere(ref reader, place);
    }

    private static Field<DateOnly?> OptionalDate(ref TJson reader, string place)
    {
        reader.Read();
        return new(true, reader.TokenType == JsonTokenType.Null ? null : DateHere(ref reader, place));
    }

    private static DateOnly DateHere(ref TJson reader, string place) =>
        reader.TokenType == JsonTokenType.String && Rfc3339.TryParseDate(reader.Text, out var date)
            ? date
            : throw Wrong(place, "a date such as 2026-01-31", ref reader);

    private static double Hours(ref TJson reader, string place)
    {
        reader.Read();
        return HoursHere(ref reader, place);
    }

    private static Field<double?> OptionalHours(ref TJson reader, string place)
    {
        reader.Read();
        return new(true, reader.TokenType == JsonTokenType.Null ? null : HoursHere(ref reader, place));
    }

    private static double HoursHere(ref TJson reader, string place) =>
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

    private static DecodeException TooLong(string place, string text, int longest) =>
        EventDecoder.Invalid(DecodeFailure.InvalidData, place, $"{text.Length:N0} characters are more than {longest:N0}");

    private static DecodeException Wrong(string place, string expected, ref TJson reader) =>
        EventDecoder.Invalid(DecodeFailure.InvalidData, place, $"expected {expected}, found {reader.Describe()}");
}
