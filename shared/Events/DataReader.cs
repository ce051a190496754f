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
            EventTypes.ProjectCreated => new ProjectCreated(ReadProjectFields(ref reader)) { Actor = _actor },
            EventTypes.ProjectUpdated => new ProjectUpdated(ReadProjectFields(ref reader)) { Actor = _actor },
            EventTypes.ProjectStatusChanged => ReadProjectStatusChanged(ref reader),
            EventTypes.TaskCreated or EventTypes.TaskUpdated => ReadTaskCreatedOrUpdated(ref reader, type),
            EventTypes.TaskStatusChanged => ReadTaskStatusChanged(ref reader),
            EventTypes.TaskAssigned => ReadTaskAssigned(ref reader),
            EventTypes.TaskEstimated => ReadTaskEstimated(ref reader),
            EventTypes.TaskBlocked => ReadTaskBlocked(ref reader),
            EventTypes.TaskUnblocked => new TaskUnblocked(ReadKey(ref reader, Property.Task, "data.task")) { Actor = _actor },
            EventTypes.TaskDeleted => new TaskDeleted(ReadKey(ref reader, Property.Task, "data.task")) { Actor = _actor },
            EventTypes.ResourceAllocated => ReadResourceAllocated(ref reader),
            EventTypes.ResourceReleased => new ResourceReleased(ReadKey(ref reader, Property.Allocation, "data.allocation")) { Actor = _actor },
            _ => null,
        };
    }

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

    private EventData ReadTaskCreatedOrUpdated(ref TJson reader, string type)
    {
        Field<string?> title = default, kind = default, priority = default, assignee = default, team = default, parent = default;
        Field<double?> estimate = default;
        Field<DateOnly?> due = default;
        Field<Milestone?> milestone = default;
        Field<IReadOnlyList<string>?> labels = default;
        string? task = null, status = null;
        StatusCategory? category = null;
        while (reader.NextProperty(_orders.TaskFields, out var property))
        {
            switch (property)
            {
                case Property.Task: task = Key(ref reader, "data.task"); break;
                case Property.Title: title = OptionalText(ref reader, "data.title"); break;
                case Property.Kind: kind = OptionalName(ref reader, "data.kind"); break;
                case Property.Priority: priority = OptionalName(ref reader, "data.priority"); break;
                case Property.Status: status = Name(ref reader, "data.status"); break;
                case Property.Category: category = Category(ref reader); break;
                case Property.Assignee: assignee = OptionalName(ref reader, "data.assignee"); break;
                case Property.Team: team = OptionalName(ref reader, "data.team"); break;
                case Property.Parent: parent = OptionalName(ref reader, "data.parent"); break;
                case Property.EstimateHours: estimate = OptionalHours(ref reader, "data.estimateHours"); break;
                case Property.Due: due = OptionalDate(ref reader, "data.due"); break;
                case Property.Milestone: milestone = OptionalMilestone(ref reader); break;
                case Property.Labels: labels = OptionalLabels(ref reader); break;
                default: ReadCommon(ref reader, property); break;
            }
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
        return type == EventTypes.TaskCreated ? new TaskCreated(key, fields) { Actor = _actor } : new TaskUpdated(key, fields) { Actor = _actor };
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

    private TaskStatusChanged ReadTaskStatusChanged(ref TJson reader)
    {
        string? task = null, status = null;
        StatusCategory? category = null;
        while (reader.NextProperty(_orders.TaskStatus, out var property))
        {
            switch (property)
            {
                case Property.Task: task = Key(ref reader, "data.task"); break;
                case Property.Status: status = Name(ref reader, "data.status"); break;
                case Property.Category: category = Category(ref reader); break;
                default: ReadCommon(ref reader, property); break;
            }
        }

        return new TaskStatusChanged(Required(task, "data.task"), RequiredStatus(status, category)) { Actor = _actor };
    }

    private TaskAssigned ReadTaskAssigned(ref TJson reader)
    {
        string? task = null;
        Field<string?> assignee = default;
        while (reader.NextProperty(_orders.Assignment, out var property))
        {
            switch (property)
            {
                case Property.Task: task = Key(ref reader, "data.task"); break;
                case Property.Assignee: assignee = OptionalName(ref reader, "data.assignee"); break;
                default: ReadCommon(ref reader, property); break;
            }
        }

        if (!assignee.IsStated) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.assignee", "is missing; null says that nobody is assigned");
        return new TaskAssigned(Required(task, "data.task"), assignee.Value) { Actor = _actor };
    }

    private TaskEstimated ReadTaskEstimated(ref TJson reader)
    {
        string? task = null;
        Field<double?> estimate = default, remaining = default, spent = default;
        while (reader.NextProperty(_orders.Effort, out var property))
        {
            switch (property)
            {
                case Property.Task: task = Key(ref reader, "data.task"); break;
                case Property.EstimateHours: estimate = OptionalHours(ref reader, "data.estimateHours"); break;
                case Property.RemainingHours: remaining = OptionalHours(ref reader, "data.remainingHours"); break;
                case Property.SpentHours: spent = OptionalHours(ref reader, "data.spentHours"); break;
                default: ReadCommon(ref reader, property); break;
            }
        }

        return new TaskEstimated(Required(task, "data.task"), estimate, remaining, spent) { Actor = _actor };
    }

    private TaskBlocked ReadTaskBlocked(ref TJson reader)
    {
        string? task = null, reason = null;
        while (reader.NextProperty(_orders.Obstacle, out var property))
        {
            switch (property)
            {
                case Property.Task: task = Key(ref reader, "data.task"); break;
                case Property.Reason: reason = OptionalText(ref reader, "data.reason", recurs: true).Value; break;
                default: ReadCommon(ref reader, property); break;
            }
        }

        return new TaskBlocked(Required(task, "data.task"), reason) { Actor = _actor };
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
                case Property.To: to = OptionalDate(ref reader, "data.to").Value; break;
                case Property.Role: role = OptionalName(ref reader, "data.role").Value; break;
                default: ReadCommon(ref reader, property); break;
            }
        }

        if (hours is null) throw Missing("data.hoursPerWeek");
        if (from is null) throw Missing("data.from");
        if (to < from) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.to", $"{to:O} lies before data.from, {from:O}");
        return new ResourceAllocated(Required(allocation, "data.allocation"), Required(resource, "data.resource"), hours.Value, from.Value, to, role) { Actor = _actor };
    }

    private string ReadKey(ref TJson reader, Property name, string place)
    {
        string? key = null;
        while (reader.NextProperty(_orders.Key, out var property))
        {
            if (property == name) key = Key(ref reader, place);
            else ReadCommon(ref reader, property);
        }

        return Required(key, place);
    }

    /// <summary>Reads a property that every type may state, and passes over any other.</summary>
    private void ReadCommon(ref TJson reader, Property property)
    {
        if (property == Property.Actor) _actor = OptionalName(ref reader, "data.actor").Value;
        else reader.Skip();
    }

    private Field<Milestone?> OptionalMilestone(ref TJson reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return new(true, null);
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
                case Property.Start: start = OptionalDate(ref reader, "data.milestone.start").Value; break;
                case Property.Due: due = OptionalDate(ref reader, "data.milestone.due").Value; break;
                default: reader.Skip(); break;
            }
        }

        return new(true, _recent.Milestone(Required(name, "data.milestone.name"), kind, start, due));
    }

    private Field<IReadOnlyList<string>?> OptionalLabels(ref TJson reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return new(true, null);
        if (reader.TokenType != JsonTokenType.StartArray) throw Wrong("data.labels", "an array of strings", ref reader);

        var labels = _recent.NoLabels();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (labels.Count == MostLabels) throw EventDecoder.Invalid(DecodeFailure.InvalidData, "data.labels", $"more than {MostLabels} labels");
            if (reader.TokenType != JsonTokenType.String) throw Wrong("data.labels[]", "a string", ref reader);
            labels.Add(GetName(reader.Text, "data.labels[]"));
        }

        return new(true, _recent.Labels(labels));
    }

    /// <summary>A task's or allocation's key. There are more of them than the interner holds, so they would only push out the names.</summary>
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

    private Field<string?> OptionalName(ref TJson reader, string place)
    {
        if (reader.ReadText(out var text)) return new(true, GetName(text, place));
        return reader.TokenType == JsonTokenType.Null ? new(true, null) : throw Wrong(place, "a string", ref reader);
    }

    /// <summary>A text; one that comes again and again, such as a reason, is not made anew where it is short.</summary>
    private Field<string?> OptionalText(ref TJson reader, string place, bool recurs = false)
    {
        if (reader.ReadText(out var text)) return new(true, CheckText(recurs ? _names.Get(text) : reader.GetString(text), place));
        return reader.TokenType == JsonTokenType.Null ? new(true, null) : throw Wrong(place, "a string", ref reader);
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

    private static Field<DateOnly?> OptionalDate(ref TJson reader, string place)
    {
        if (reader.ReadText(out var text) && Rfc3339.TryParseDate(text, out var date)) return new(true, date);
        return reader.TokenType == JsonTokenType.Null ? new(true, null) : throw Wrong(place, "a date such as 2026-01-31", ref reader);
    }

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

/// <summary>The orders in which the data of the known types, and what is in them, state their properties.</summary>
internal sealed class DataOrders
{
    public PropertyOrder ProjectFields { get; } = new();
    public PropertyOrder TaskFields { get; } = new();
    public PropertyOrder ProjectStatus { get; } = new();
    public PropertyOrder TaskStatus { get; } = new();
    public PropertyOrder Assignment { get; } = new();
    public PropertyOrder Effort { get; } = new();
    public PropertyOrder Obstacle { get; } = new();
    public PropertyOrder Allocation { get; } = new();
    public PropertyOrder Key { get; } = new();
    public PropertyOrder Milestone { get; } = new();
}
