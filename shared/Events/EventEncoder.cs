using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ShitOps.Events;

/// <summary>Writes events as CloudEvents 1.0 in structured JSON; what it writes, <see cref="EventDecoder"/> reads back equal.</summary>
public static class EventEncoder
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The event as UTF-8 JSON in one line.</summary>
    /// <exception cref="ArgumentException">The event has no data: an unknown type cannot be written.</exception>
    public static byte[] Encode(Event value)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Encode(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <inheritdoc cref="Encode(Event)"/>
    public static void Encode(Event value, IBufferWriter<byte> output)
    {
        if (value.Data is null) throw new ArgumentException($"an event of the unknown type \"{value.Type}\" has nothing to write", nameof(value));
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("specversion"u8, "1.0"u8);
        json.WriteString("id"u8, value.Id);
        json.WriteString("source"u8, value.Source);
        json.WriteString("type"u8, value.Type);
        json.WriteString("subject"u8, value.Project);
        json.WriteString("time"u8, Rfc3339.Format(value.Time));
        json.WriteStartObject("data"u8);
        WriteData(json, value.Data);
        if (value.Data.Actor is { } actor) json.WriteString("actor"u8, actor);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, EventData data)
    {
        switch (data)
        {
            case ProjectCreated created: WriteFields(json, created.Fields); break;
            case ProjectUpdated updated: WriteFields(json, updated.Fields); break;
            case ProjectStatusChanged changed: WriteStatus(json, changed.Status); break;
            case TaskCreated created: WriteFields(json, created.Task, created.Fields); break;
            case TaskUpdated updated: WriteFields(json, updated.Task, updated.Fields); break;
            case TaskStatusChanged changed:
                json.WriteString("task"u8, changed.Task);
                WriteStatus(json, changed.Status);
                break;
            case TaskAssigned assigned:
                json.WriteString("task"u8, assigned.Task);
                json.WriteString("assignee"u8, assigned.Assignee);
                break;
            case TaskEstimated estimated:
                json.WriteString("task"u8, estimated.Task);
                WriteHours(json, "estimateHours", estimated.EstimateHours);
                WriteHours(json, "remainingHours", estimated.RemainingHours);
                WriteHours(json, "spentHours", estimated.SpentHours);
                break;
            case TaskBlocked blocked:
                json.WriteString("task"u8, blocked.Task);
                if (blocked.Reason is not null) json.WriteString("reason"u8, blocked.Reason);
                break;
            case TaskUnblocked unblocked: json.WriteString("task"u8, unblocked.Task); break;
            case TaskDeleted deleted: json.WriteString("task"u8, deleted.Task); break;
            case ResourceAllocated allocated:
                json.WriteString("allocation"u8, allocated.Allocation);
                json.WriteString("resource"u8, allocated.Resource);
                json.WriteNumber("hoursPerWeek"u8, allocated.HoursPerWeek);
                json.WriteString("from"u8, Date(allocated.From));
                if (allocated.To is { } to) json.WriteString("to"u8, Date(to));
                if (allocated.Role is not null) json.WriteString("role"u8, allocated.Role);
                break;
            case ResourceReleased released: json.WriteString("allocation"u8, released.Allocation); break;
            default: throw new ArgumentOutOfRangeException(nameof(data), data, "not a type of the event contract");
        }
    }

    private static void WriteFields(Utf8JsonWriter json, ProjectFields fields)
    {
        WriteText(json, "name", fields.Name);
        WriteText(json, "team", fields.Team);
        WriteText(json, "owner", fields.Owner);
        if (fields.Status is { } status) WriteStatus(json, status);
        WriteDate(json, "start", fields.Start);
        WriteDate(json, "due", fields.Due);
    }

    private static void WriteFields(Utf8JsonWriter json, string task, TaskFields fields)
    {
        json.WriteString("task"u8, task);
        WriteText(json, "title", fields.Title);
        WriteText(json, "kind", fields.Kind);
        WriteText(json, "priority", fields.Priority);
        if (fields.Status is { } status) WriteStatus(json, status);
        WriteText(json, "assignee", fields.Assignee);
        WriteText(json, "team", fields.Team);
        WriteText(json, "parent", fields.Parent);
        WriteHours(json, "estimateHours", fields.EstimateHours);
        WriteDate(json, "due", fields.Due);
        if (fields.Milestone.IsStated) WriteMilestone(json, fields.Milestone.Value);
        if (fields.Labels.IsStated) WriteLabels(json, fields.Labels.Value);
    }

    private static void WriteMilestone(Utf8JsonWriter json, Milestone? milestone)
    {
        if (milestone is null)
        {
            json.WriteNull("milestone"u8);
            return;
        }

        json.WriteStartObject("milestone"u8);
        json.WriteString("name"u8, milestone.Name);
        json.WriteString("kind"u8, milestone.Kind switch { MilestoneKind.Sprint => "sprint", MilestoneKind.Version => "version", _ => "milestone" });
        if (milestone.Start is { } start) json.WriteString("start"u8, Date(start));
        if (milestone.Due is { } due) json.WriteString("due"u8, Date(due));
        json.WriteEndObject();
    }

    private static void WriteLabels(Utf8JsonWriter json, IReadOnlyList<string>? labels)
    {
        if (labels is null)
        {
            json.WriteNull("labels"u8);
            return;
        }

        json.WriteStartArray("labels"u8);
        foreach (var label in labels) json.WriteStringValue(label);
        json.WriteEndArray();
    }

    private static void WriteStatus(Utf8JsonWriter json, Status status)
    {
        json.WriteString("status"u8, status.Name);
        json.WriteString("category"u8, status.Category.Word());
    }

    private static void WriteText(Utf8JsonWriter json, string name, Field<string?> field)
    {
        if (field.IsStated) json.WriteString(name, field.Value);
    }

    private static void WriteHours(Utf8JsonWriter json, string name, Field<double?> field)
    {
        if (!field.IsStated) return;
        if (field.Value is { } hours) json.WriteNumber(name, hours);
        else json.WriteNull(name);
    }

    private static void WriteDate(Utf8JsonWriter json, string name, Field<DateOnly?> field)
    {
        if (!field.IsStated) return;
        if (field.Value is { } date) json.WriteString(name, Date(date));
        else json.WriteNull(name);
    }

    private static string Date(DateOnly date) => date.ToString("O");
}
