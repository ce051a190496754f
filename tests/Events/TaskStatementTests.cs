using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class TaskStatementTests
{
    /// <summary>Every type with everything stated, with nothing, and with everything cleared.</summary>
    public static TheoryData<EventData> All
    {
        get
        {
            var status = new Status("In Review", StatusCategory.InProgress);
            var cleared = new Field<string?>(true, null);
            return
            [
                new TaskCreated("T-1", new TaskFields()),
                new TaskCreated("T-1", Full(status)) { Actor = "ann" },
                new TaskUpdated("T-1", Full(status)),
                new TaskUpdated("a key of more than fifteen characters", new TaskFields
                {
                    Title = cleared, Kind = cleared, Priority = cleared, Assignee = cleared, Team = cleared, Parent = cleared,
                    EstimateHours = new(true, null), Due = new(true, null), Milestone = new(true, null), Labels = new(true, null),
                }),
                new TaskStatusChanged("T-1", status) { Actor = "ann" },
                new TaskAssigned("T-1", "bob"), new TaskAssigned("T-1", null),
                new TaskEstimated("T-1", default, default, default), new TaskEstimated("T-1", 1.5, 0, new(true, null)),
                new TaskBlocked("T-1", "waits"), new TaskBlocked("T-1", null),
                new TaskUnblocked("T-1"), new TaskDeleted("T-1") { Actor = "ann" },
            ];

            static TaskFields Full(Status status) => new()
            {
                Title = "A title", Kind = "Bug", Priority = "High", Status = status, Assignee = "ann", Team = "payments", Parent = "T-0",
                EstimateHours = 2, Due = new DateOnly(2026, 2, 1), Milestone = new Milestone("Sprint 1", MilestoneKind.Sprint, null, new DateOnly(2026, 1, 31)), Labels = new(true, ["a", "b"]),
            };
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Gives_the_data_that_it_was_made_of(EventData data) => Assert.Equal(data, TaskStatement.Of(data).ToData());

    [Theory, MemberData(nameof(All))]
    public void An_event_that_is_decoded_says_what_the_encoded_one_said(EventData data)
    {
        var one = new Event("1", "s", EventTypes.Of(data), Some.Time, "P", data);
        var memory = new EventBatch();
        var decoder = new EventDecoder();

        // Over another event, of which nothing may be left.
        foreach (var other in All)
        {
            memory.Clear();
            decoder.DecodeStructured(EventEncoder.Encode(new Event("2", "t", EventTypes.Of(other.Data), Some.Time, "Q", other.Data)), memory);
            memory.Clear();
            var decoded = decoder.DecodeStructured(EventEncoder.Encode(one), memory).Event!;
            Assert.Equal(("1", "s", one.Type, Some.Time, "P"), (decoded.Id, decoded.Source, decoded.Type, decoded.Time, decoded.Project));
            Assert.Equivalent(data, decoded.Data, strict: true);
        }
    }

    [Fact]
    public void Nothing_of_a_task_is_left_in_an_event_about_something_else()
    {
        var decoder = new EventDecoder();
        var memory = new EventBatch();
        var project = new ProjectUpdated(new ProjectFields { Name = "Apollo" });
        var unknown = """{"specversion":"1.0","id":"1","source":"s","type":"task.praised","subject":"P","time":"2026-01-31T12:00:00Z","data":{"task":"T-1"}}""";
        EventHeader[] binary =
        [
            new("ce_specversion", "1.0"u8.ToArray()), new("ce_id", "1"u8.ToArray()), new("ce_source", "s"u8.ToArray()), new("ce_type", "task.praised"u8.ToArray()),
            new("ce_subject", "P"u8.ToArray()), new("ce_time", "2026-01-31T12:00:00Z"u8.ToArray()),
        ];

        var about = Over(() => decoder.DecodeStructured(EventEncoder.Encode(Some.Event(data: project)), memory));
        Assert.Equal((false, true), (about.IsAboutTask, about.IsKnown));
        Assert.Equal(project, about.Data);
        AssertUnknown(Over(() => decoder.DecodeStructured(System.Text.Encoding.UTF8.GetBytes(unknown), memory)));
        AssertUnknown(Over(() => decoder.Decode("""{"task":"T-1"}"""u8, binary, memory)));

        Event Over(Func<DecodeResult> decode)
        {
            memory.Clear();
            Assert.True(decoder.DecodeStructured(EventEncoder.Encode(Some.Event(data: All.First().Data)), memory).Event!.IsAboutTask);
            memory.Clear();
            return decode().Event!;
        }

        static void AssertUnknown(Event one)
        {
            Assert.Equal((false, false), (one.IsAboutTask, one.IsKnown));
            Assert.Null(one.Data);
        }
    }

    /// <summary>As of every property that an object states twice; the archive keeps the last one too.</summary>
    [Theory]
    [InlineData("""{"task":"T-1","title":"A","team":"x"}""", EventTypes.TaskUpdated, """{"task":"T-1","priority":"High"}""")]
    [InlineData("""{"task":"T-1","status":"Doing","category":"in-progress"}""", EventTypes.TaskUpdated, """{"task":"T-1","priority":"High"}""")]
    [InlineData("""{"task":"T-1","title":"A","team":"x"}""", EventTypes.TaskUnblocked, """{"task":"T-1"}""")]
    public void Of_two_statements_of_data_the_last_one_stands_alone(string first, string type, string last)
    {
        var begin = $$"""{"specversion":"1.0","id":"1","source":"s","subject":"P","time":"2026-01-31T12:00:00Z","type":"{{EventTypes.TaskUpdated}}","data":""";
        var both = System.Text.Encoding.UTF8.GetBytes($$"""{{begin}}{{first}},"type":"{{type}}","data":{{last}}}""");
        var alone = System.Text.Encoding.UTF8.GetBytes($$"""{{begin}}{{last}},"type":"{{type}}"}""");
        var decoder = new EventDecoder();
        Assert.Equal(State(decoder.DecodeStructured(alone).Event!), State(decoder.DecodeStructured(both).Event!));

        static byte[] State(Event one)
        {
            var state = new ShitOps.Projects.TaskState();
            state.Apply(one, name => name, out _);
            return state.ToBytes(new ShitOps.Projects.StateWriter());
        }
    }

    [Fact]
    public void What_is_not_about_a_task_states_nothing_about_one() =>
        Assert.Equal(TaskEventType.None, TaskStatement.Of(new ProjectUpdated(new ProjectFields { Name = "x" })).Type);
}
