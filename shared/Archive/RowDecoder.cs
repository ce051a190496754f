using ShitOps.Events;

namespace ShitOps.Archive;

/// <summary>
/// Makes events of the archive's rows again: as they were when they came, but that person ids stand for the names of people. Not safe for
/// concurrent use.
/// </summary>
public sealed class RowDecoder
{
    private readonly EventDecoder _decoder = new();

    /// <summary>The event of a row. One of a type that this version knows, and did not when it was archived, has its data now.</summary>
    /// <exception cref="InvalidDataException">The row is of no event of the contract: it was changed, or the contract has been.</exception>
    public Event Decode(ArchiveRow row)
    {
        if (row.Rest is null && EventTypes.Knows(row.Type)) return new Event(new EventId(row.Id), row.Source, row.Type, row.Time, row.Project, FromColumns(row));
        try
        {
            var (time, data) = ArchivedEvent.TimeAndData(row);
            return new Event(new EventId(row.Id), row.Source, row.Type, time, row.Project, Data(data, row.Type));
        }
        catch (DecodeException fault)
        {
            throw Invalid(row, fault.Error.ToString());
        }
    }

    private EventData? Data(byte[] data, string type)
    {
        try
        {
            return _decoder.DecodeData(data, type);
        }
        catch (DecodeException fault) when (fault.Error.Place == "data.actor")
        {
            // The contract has not always known an actor, so what was archived before may have anything there; it names nobody.
            return _decoder.DecodeData(ArchivedEvent.WithoutActor(data), type);
        }
    }

    private static EventData FromColumns(ArchiveRow row) => row.Type switch
    {
        EventTypes.TaskStatusChanged => new TaskStatusChanged(Required(row, row.Task), RequiredStatus(row)) { Actor = row.Actor },
        EventTypes.TaskUpdated => new TaskUpdated(Required(row, row.Task), TaskFieldsOf(row)) { Actor = row.Actor },
        EventTypes.TaskCreated => new TaskCreated(Required(row, row.Task), TaskFieldsOf(row)) { Actor = row.Actor },
        EventTypes.TaskAssigned => new TaskAssigned(Required(row, row.Task), Required(row, row.Person)) { Actor = row.Actor },
        EventTypes.TaskEstimated => new TaskEstimated(Required(row, row.Task), Stated(row.EstimateHours), Stated(row.RemainingHours), Stated(row.SpentHours)) { Actor = row.Actor },
        EventTypes.TaskBlocked => new TaskBlocked(Required(row, row.Task), null) { Actor = row.Actor },
        EventTypes.TaskUnblocked => new TaskUnblocked(Required(row, row.Task)) { Actor = row.Actor },
        EventTypes.TaskDeleted => new TaskDeleted(Required(row, row.Task)) { Actor = row.Actor },
        EventTypes.ProjectCreated => new ProjectCreated(ProjectFieldsOf(row)) { Actor = row.Actor },
        EventTypes.ProjectUpdated => new ProjectUpdated(ProjectFieldsOf(row)) { Actor = row.Actor },
        EventTypes.ProjectStatusChanged => new ProjectStatusChanged(RequiredStatus(row)) { Actor = row.Actor },
        EventTypes.ResourceAllocated => new ResourceAllocated(
            Required(row, row.Allocation), Required(row, row.Person), row.HoursPerWeek ?? throw Invalid(row, "hours_per_week is missing"), row.Start ?? throw Invalid(row, "start is missing"), row.Due, null) { Actor = row.Actor },
        EventTypes.ResourceReleased => new ResourceReleased(Required(row, row.Allocation)) { Actor = row.Actor },
        _ => throw new ArgumentOutOfRangeException(nameof(row), row.Type, "a type that is known has no columns"),
    };

    private static TaskFields TaskFieldsOf(ArchiveRow row) => new()
    {
        Title = Stated(row.Title),
        Kind = Stated(row.Kind),
        Priority = Stated(row.Priority),
        Status = OptionalStatus(row),
        Assignee = Stated(row.Person),
        Team = Stated(row.Team),
        Parent = Stated(row.Parent),
        EstimateHours = Stated(row.EstimateHours),
        Due = Stated(row.Due),
    };

    private static ProjectFields ProjectFieldsOf(ArchiveRow row) => new()
    {
        Name = Stated(row.Title),
        Team = Stated(row.Team),
        Owner = Stated(row.Person),
        Status = OptionalStatus(row),
        Start = Stated(row.Start),
        Due = Stated(row.Due),
    };

    private static Field<T?> Stated<T>(T? value) => value is null ? default : new Field<T?>(true, value);

    private static Status? OptionalStatus(ArchiveRow row) => row.Status is null && row.Category is null ? null : RequiredStatus(row);

    private static Status RequiredStatus(ArchiveRow row) =>
        new(Required(row, row.Status), StatusCategories.TryParse(Required(row, row.Category), out var category) ? category : throw Invalid(row, $"the category \"{row.Category}\" is none"));

    private static string Required(ArchiveRow row, string? value) => value ?? throw Invalid(row, "a column that its type needs is null");

    private static InvalidDataException Invalid(ArchiveRow row, string fault) => new($"the archived event {row.Id} of {row.Source} at offset {row.Offset}, {row.Type}: {fault}");
}
