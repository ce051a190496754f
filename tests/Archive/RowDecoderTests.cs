using FsCheck.Xunit;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Tests.Projects;

namespace ShitOps.Tests.Archive;

/// <summary>Rows give the events again that they were made of, with person ids for names.</summary>
public class RowDecoderTests
{
    private readonly EventDecoder _decoder = new();
    private readonly RowDecoder _rows = new();

    [Property(MaxTest = 100)]
    public void Hostile_events_come_back(int seed)
    {
        var events = new HostileEvents(seed);
        var decoded = 0;
        for (var i = 0; i < 100; i++)
        {
            var record = events.Next();
            var result = _decoder.Decode(record.Value, record.Headers);
            if (!result.IsDecoded) continue;
            AssertSame(result.Event, ArchivedEvent.ToRow(result.Event, i, 1, record.Value, record.Headers, Id));
            decoded++;
        }

        Assert.InRange(decoded, 30, 100);
    }

    [Property(MaxTest = 50)]
    public void Usual_events_come_back(int seed)
    {
        foreach (var json in ProjectEvents.Of(seed).Select(EventEncoder.Encode))
            if (_decoder.Decode(json, []) is { IsDecoded: true, Event: { } one }) AssertSame(one, ArchivedEvent.ToRow(one, 0, 1, json, [], Id));
    }

    [Fact]
    public void A_row_that_lacks_what_its_type_needs_is_refused()
    {
        var row = ArchivedEvent.ToRow(Some.Event(data: new TaskDeleted("T-1")), 7, 1, Some.EventJson(data: new TaskDeleted("T-1")), [], Id) with { Task = null };

        var fault = Assert.Throws<InvalidDataException>(() => _rows.Decode(row));

        Assert.Contains("e-1", fault.Message, StringComparison.Ordinal);
        Assert.Contains("offset 7", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"id\":5}")]
    [InlineData("\"\"")]
    [InlineData("7")]
    public void What_was_archived_before_there_was_an_actor_may_have_anything_there(string actor)
    {
        var row = ArchivedEvent.ToRow(Some.Event(data: new TaskDeleted("T-1")), 7, 1, Some.EventJson(data: new TaskDeleted("T-1")), [], Id) with { Rest = $"{{\"data\":{{\"actor\":{actor}}}}}" };

        Assert.Equal(new TaskDeleted("T-1"), _rows.Decode(row).Data);
    }

    private void AssertSame(Event expected, ArchiveRow row)
    {
        var actual = _rows.Decode(row);
        Assert.Equal((expected.Id, expected.Source, expected.Type, expected.Time, expected.Project), (actual.Id, actual.Source, actual.Type, actual.Time, actual.Project));
        Assert.Equal(expected.Data is null, actual.Data is null);

        // Lists in records are equal only if they are the same; as JSON they are equal by what they hold.
        if (expected.Data is not null) Assert.Equal(EventEncoder.Encode(expected with { Data = WithIds(expected.Data) with { Actor = expected.Data.Actor is { } actor ? Id(actor) : null } }), EventEncoder.Encode(actual));
    }

    private static EventData WithIds(EventData data) => data switch
    {
        TaskAssigned { Assignee: { } name } assigned => assigned with { Assignee = Id(name) },
        TaskCreated created => created with { Fields = WithIds(created.Fields) },
        TaskUpdated updated => updated with { Fields = WithIds(updated.Fields) },
        ProjectCreated created => created with { Fields = WithIds(created.Fields) },
        ProjectUpdated updated => updated with { Fields = WithIds(updated.Fields) },
        ResourceAllocated allocated => allocated with { Resource = Id(allocated.Resource) },
        _ => data,
    };

    private static TaskFields WithIds(TaskFields fields) => fields.Assignee.Value is { } name ? fields with { Assignee = Id(name) } : fields;

    private static ProjectFields WithIds(ProjectFields fields) => fields.Owner.Value is { } name ? fields with { Owner = Id(name) } : fields;

    private static string Id(string name) => $"id of {name.Length} {name.GetHashCode(StringComparison.Ordinal)}";
}
