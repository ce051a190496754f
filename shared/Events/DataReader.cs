using System.Text.Json;

namespace ShitOps.Events;

/// <summary>Reads the <c>data</c> object of the known types. The limits are those of docs/events.md.</summary>
internal ref struct DataReader<TJson>(Utf8Interner names, RecentValues recent, DataOrders orders)
    where TJson : struct, IJsonTokens, allows ref struct
{
    private const int LongestName = 256;
    private const int LongestText = 4096;
    private const int MostLabels = 256;
    private const double MostHours = 1_000_000;

    private readonly Utf8Interner _names = names;
    private readonly RecentValues _recent = recent;
    private readonly DataOrders _orders = orders;
    private string? _actor;

    /// <summary>
    /// Reads the value that <paramref name="reader"/> stands on and leaves it on that value's last token; of an unknown type it reads nothing.
    /// </summary>
    /// <param name="reader">Reads the document.</param>
    /// <param name="type">The event's type.</param>
    /// <param name="task">Takes what is stated about a task; it is the default before.</param>
    /// <param name="data">What is stated about something else; null if that is nothing.</param>
    /// <returns>Whether the type is known.</returns>
    /// <exception cref="DecodeException">The value is not what the type asks for.</exception>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public bool Read(ref TJson reader, string type, ref TaskStatement task, out EventData? data)
    {
        data = null;
        if (reader.TokenType != JsonTokenType.StartObject) return EventTypes.Knows(type) ? throw Wrong("data", "an object", ref reader) : false;
        task.Type = EventTypes.OfTask(type);
        if (task.Type == TaskEventType.None) return (data = ReadOther(ref reader, type)) is not null;
        ReadTask(ref reader, ref task);
        task.Actor = _actor;
        return true;
    }

    private EventData? ReadOther(ref TJson reader, string type) => type switch
    {
        EventTypes.ProjectCreated => new ProjectCreated(ReadProjectFields(ref reader)) { Actor = _actor },
        EventTypes.ProjectUpdated => new ProjectUpdated(ReadProjectFields(ref reader)) { Actor = _actor },
        EventTypes.ProjectStatusChanged => ReadProjectStatusChanged(ref reader),
        EventTypes.ResourceAllocated => ReadResourceAllocated(ref reader),
        EventTypes.ResourceReleased => new ResourceReleased(ReadAllocation(ref reader)) { Actor = _actor },
        _ => null,
    };

    private void ReadTask(ref TJson reader, ref TaskStatement task)
    {
        var order = _orders.OfTask(task.Type);
        var most = PartsOf(task.Type);
        StatusCategory? category = null;
        var hasTask = false;
        while (reader.NextProperty(order, out var property))
        {
            var part = PartOf(property) & most;
            task.Stated |= part;
            switch (part)
            {
                case TaskParts.Title: task.Title = OptionalText(ref reader, "data.title"); break;
                case TaskParts.Kind: task.Kind = OptionalName(ref reader, "data.kind"); break;
                case TaskParts.Priority: task.Priority = OptionalName(ref reader, "data.priority"); break;
                case TaskParts.Status: task.Status = Name(ref reader, "data.status"); break;
                case TaskParts.Assignee: task.Assignee = OptionalName(ref reader, "data.assignee"); break;
                case TaskParts.Team: task.Team = OptionalName(ref reader, "data.team"); break;
                case TaskParts.Parent: task.Parent = OptionalName(ref reader, "data.parent"); break;
                case TaskParts.Estimate: task.EstimateHours = OptionalHours(ref reader, "data.estimateHours"); break;
                case TaskParts.Remaining: task.RemainingHours = OptionalHours(ref reader, "data.remainingHours"); break;
                case TaskParts.Spent: task.SpentHours = OptionalHours(ref reader, "data.spentHours"); break;
                case TaskParts.Due: task.Due = OptionalDate(ref reader, "data.due"); break;
                case TaskParts.Milestone: task.Milestone = OptionalMilestone(ref reader); break;
                case TaskParts.Labels: task.Labels = OptionalLabels(ref reader); break;
                case TaskParts.None when property == Property.Task: (task.Task, hasTask) = (ReadTaskKey(ref reader), true); break;
                case TaskParts.None when property == Property.Category && (most & TaskParts.Status) != TaskParts.None: category = Category(ref reader); break;
                case TaskParts.None when property == Property.Reason && task.Type == TaskEventType.Blocked: task.Reason = OptionalText(ref reader, "data.reason", recurs: true); break;
                default: ReadCommon(ref reader, property); break;
            }
        }

        if (!hasTask) throw Missing("data.task");
        if (task.Type == TaskEventType.Assigned && task.Stated == TaskParts.None)
            throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.assignee", "is missing; null says that nobody is assigned");
        if (task.Status is not null || category is not null || task.Type == TaskEventType.StatusChanged) (task.Status, task.Category) = RequiredStatus(task.Status, category);
    }

    /// <summary>What an event of a type may state; a property that its type does not have is passed over.</summary>
    private static TaskParts PartsOf(TaskEventType type) => type switch
    {
        TaskEventType.Created or TaskEventType.Updated => TaskParts.Fields,
        TaskEventType.StatusChanged => TaskParts.Status,
        TaskEventType.Assigned => TaskParts.Assignee,
        TaskEventType.Estimated => TaskParts.Effort,
        _ => TaskParts.None,
    };

    private static TaskParts PartOf(Property property) => property switch
    {
        Property.Title => TaskParts.Title,
        Property.Kind => TaskParts.Kind,
        Property.Priority => TaskParts.Priority,
        Property.Status => TaskParts.Status,
        Property.Assignee => TaskParts.Assignee,
        Property.Team => TaskParts.Team,
        Property.Parent => TaskParts.Parent,
        Property.EstimateHours => TaskParts.Estimate,
        Property.RemainingHours => TaskParts.Remaining,
        Property.SpentHours => TaskParts.Spent,
        Property.Due => TaskParts.Due,
        Property.Milestone => TaskParts.Milestone,
        Property.Labels => TaskParts.Labels,
        _ => TaskParts.None,
    };

    private ProjectFields ReadProjectFields(ref TJson reader)
    {
        Field<string?> name = default, team = default, owner = default;
        Field<DateOnly?> start = default, due = default;
        string? status = null;
        StatusCategory? category = null;
        while (reader.NextProperty(_orders.ProjectFields, out var property))
        {
            switch (property)
            {
                case Property.Name: name = OptionalText(ref reader, "data.name"); break;
                case Property.Team: team = OptionalName(ref reader, "data.team"); break;
                case Property.Owner: owner = OptionalName(ref reader, "data.owner"); break;
                case Property.Status: status = Name(ref reader, "data.status"); break;
                case Property.Category: category = Category(ref reader); break;
                case Property.Start: start = OptionalDate(ref reader, "data.start"); break;
                case Property.Due: due = OptionalDate(ref reader, "data.due"); break;
                default: ReadCommon(ref reader, property); break;
            }
        }

        return new ProjectFields { Name = name, Team = team, Owner = owner, Status = OptionalStatus(status, category), Start = start, Due = due };
    }

    private ProjectStatusChanged ReadProjectStatusChanged(ref TJson reader)
    {
        string? status = null;
        StatusCategory? category = null;
        while (reader.NextProperty(_orders.ProjectStatus, out var property))
        {
            switch (property)
            {
                case Property.Status: status = Name(ref reader, "data.status"); break;
                case Property.Category: category = Category(ref reader); break;
                default: ReadCommon(ref reader, property); break;
            }
        }

        return new ProjectStatusChanged(RequiredStatus(status, category)) { Actor = _actor };
    }

    private ResourceAllocated ReadResourceAllocated(ref TJson reader)
    {
        string? allocation = null, resource = null, role = null;
        double? hours = null;
        DateOnly? from = null, to = null;
        while (reader.NextProperty(_orders.Allocation, out var property))
        {
            switch (property)
            {
                case Property.Allocation: allocation = Key(ref reader, "data.allocation"); break;
                case Property.Resource: resource = Name(ref reader, "data.resource"); break;
                case Property.HoursPerWeek: hours = Hours(ref reader, "data.hoursPerWeek"); break;
                case Property.From: from = Date(ref reader, "data.from"); break;
                case Property.To: to = OptionalDate(ref reader, "data.to"); break;
                case Property.Role: role = OptionalName(ref reader, "data.role"); break;
                default: ReadCommon(ref reader, property); break;
            }
        }

        if (hours is null) throw Missing("data.hoursPerWeek");
        if (from is null) throw Missing("data.from");
        if (to < from) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.to", $"{to:O} lies before data.from, {from:O}");
        return new ResourceAllocated(Required(allocation, "data.allocation"), Required(resource, "data.resource"), hours.Value, from.Value, to, role) { Actor = _actor };
    }

    private string ReadAllocation(ref TJson reader)
    {
        string? key = null;
        while (reader.NextProperty(_orders.Release, out var property))
        {
            if (property == Property.Allocation) key = Key(ref reader, "data.allocation");
            else ReadCommon(ref reader, property);
        }

        return Required(key, "data.allocation");
    }

    /// <summary>Reads a property that every type may state, and passes over any other.</summary>
    private void ReadCommon(ref TJson reader, Property property)
    {
        if (property == Property.Actor) _actor = OptionalName(ref reader, "data.actor");
        else reader.Skip();
    }

    private Milestone? OptionalMilestone(ref TJson reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartObject) throw Wrong("data.milestone", "an object", ref reader);

        string? name = null;
        var kind = MilestoneKind.Milestone;
        DateOnly? start = null, due = null;
        while (reader.NextProperty(_orders.Milestone, out var property))
        {
            switch (property)
            {
                case Property.Name: name = Name(ref reader, "data.milestone.name"); break;
                case Property.Kind: kind = Kind(ref reader); break;
                case Property.Start: start = OptionalDate(ref reader, "data.milestone.start"); break;
                case Property.Due: due = OptionalDate(ref reader, "data.milestone.due"); break;
                default: reader.Skip(); break;
            }
        }

        return _recent.Milestone(Required(name, "data.milestone.name"), kind, start, due);
    }

    private IReadOnlyList<string>? OptionalLabels(ref TJson reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartArray) throw Wrong("data.labels", "an array of strings", ref reader);

        var labels = _recent.NoLabels();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (labels.Count == MostLabels) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.labels", $"more than {MostLabels} labels");
            if (reader.TokenType != JsonTokenType.String) throw Wrong("data.labels[]", "a string", ref reader);
            labels.Add(GetName(reader.Text, "data.labels[]"));
        }

        return _recent.Labels(labels);
    }

    private static TaskKey ReadTaskKey(ref TJson reader)
    {
        if (!reader.ReadText(out var text)) throw Wrong("data.task", "a string", ref reader);
        return !text.IsEmpty && TaskKey.TryPack(text, out var key) ? key : new TaskKey(CheckName(reader.GetString(text), "data.task"));
    }

    /// <summary>An allocation's key. There are more of them than the interner holds, so they would only push out the names.</summary>
    private static string Key(ref TJson reader, string place)
    {
        if (!reader.ReadText(out var text)) throw Wrong(place, "a string", ref reader);
        return CheckName(reader.GetString(text), place);
    }

    private string Name(ref TJson reader, string place)
    {
        if (!reader.ReadText(out var text)) throw Wrong(place, "a string", ref reader);
        return GetName(text, place);
    }

    private string? OptionalName(ref TJson reader, string place)
    {
        if (reader.ReadText(out var text)) return GetName(text, place);
        return reader.TokenType == JsonTokenType.Null ? null : throw Wrong(place, "a string", ref reader);
    }

    /// <summary>A text; one that comes again and again, such as a reason, is not made anew where it is short.</summary>
    private string? OptionalText(ref TJson reader, string place, bool recurs = false)
    {
        if (reader.ReadText(out var text)) return CheckText(recurs ? _names.Get(text) : reader.GetString(text), place);
        return reader.TokenType == JsonTokenType.Null ? null : throw Wrong(place, "a string", ref reader);
    }

    private string GetName(ReadOnlySpan<byte> utf8, string place)
    {
        var name = _names.Get(utf8);

        // No text has more characters than bytes. Where those suffice, the string itself need not be fetched from memory.
        return !utf8.IsEmpty && utf8.Length <= LongestName ? name : CheckName(name, place);
    }

    private static string CheckName(string name, string place)
    {
        if (name.Length == 0) throw EventDecoder.Invalid(DecodeFailure.InvalidData, place, "is empty");
        return name.Length <= LongestName ? name : throw TooLong(place, name, LongestName);
    }

    private static string CheckText(string text, string place) => text.Length <= LongestText ? text : throw TooLong(place, text, LongestText);

    private static StatusCategory Category(ref TJson reader)
    {
        if (reader.ReadText(out var word))
        {
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
        if (reader.ReadText(out var word))
        {
            if (word.SequenceEqual("milestone"u8)) return MilestoneKind.Milestone;
            if (word.SequenceEqual("sprint"u8)) return MilestoneKind.Sprint;
            if (word.SequenceEqual("version"u8)) return MilestoneKind.Version;
        }

        throw Wrong("data.milestone.kind", "one of milestone, sprint, version", ref reader);
    }

    private static DateOnly Date(ref TJson reader, string place)
    {
        if (reader.ReadText(out var text) && Rfc3339.TryParseDate(text, out var date)) return date;
        throw Wrong(place, "a date such as 2026-01-31", ref reader);
    }

    private static DateOnly? OptionalDate(ref TJson reader, string place)
    {
        if (reader.ReadText(out var text) && Rfc3339.TryParseDate(text, out var date)) return date;
        return reader.TokenType == JsonTokenType.Null ? null : throw Wrong(place, "a date such as 2026-01-31", ref reader);
    }

    private static double Hours(ref TJson reader, string place)
    {
        reader.Read();
        return HoursHere(ref reader, place);
    }

    private static double? OptionalHours(ref TJson reader, string place)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : HoursHere(ref reader, place);
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

/// <summary>The orders in which the data of the known types, and what is in them, state their properties.</summary>
internal sealed class DataOrders
{
    private readonly PropertyOrder[] _ofTasks = [.. Enum.GetValues<TaskEventType>().Select(_ => new PropertyOrder())];

    public PropertyOrder ProjectFields { get; } = new();
    public PropertyOrder ProjectStatus { get; } = new();
    public PropertyOrder Allocation { get; } = new();
    public PropertyOrder Release { get; } = new();
    public PropertyOrder Milestone { get; } = new();

    public PropertyOrder OfTask(TaskEventType type) => _ofTasks[(int)type];
}
