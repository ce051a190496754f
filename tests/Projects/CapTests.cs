using System.Globalization;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

/// <summary>What is kept is bounded, and which of it is kept depends on the set of events alone.</summary>
public class CapTests
{
    private static readonly DateTimeOffset Start = Some.Time;

    private readonly StateWriter _writer = new();

    [Fact]
    public void A_task_with_a_million_updates_stays_small_and_knows_its_first_times_and_its_present()
    {
        const int Updates = 1_000_000;
        var state = new TaskState();
        Apply(state, Changed(0, "Doing", StatusCategory.InProgress));
        Apply(state, Changed(60, "Finished", StatusCategory.Done));
        for (var i = 2; i < Updates; i++) Apply(state, Changed(i * 60, i % 2 == 0 ? "To Do" : "Doing", i % 2 == 0 ? StatusCategory.Todo : StatusCategory.InProgress));
        Apply(state, Changed(Updates * 60, "Finished", StatusCategory.Done));

        var standing = state.Standing();
        Assert.InRange(state.Progress.Length, TaskState.MostProgress, TaskState.MostProgress + 3);
        Assert.InRange(state.ToBytes(_writer).Length, 1, 2048);
        Assert.Equal(Start, standing.Created);
        Assert.Equal(Start, standing.Started);
        Assert.Equal(Start.AddSeconds(Updates * 60), standing.Completed);
        Assert.Contains(state.Progress.ToArray(), fact => fact.Kind == FactKind.Done && fact.Stamp.Time == Start.AddSeconds(60));
    }

    [Fact]
    public void A_block_is_not_lost_behind_statuses_nor_a_status_behind_blocks()
    {
        var flagged = new TaskState();
        Apply(flagged, At(0, new TaskBlocked("T", "waiting")));
        for (var i = 1; i <= 1000; i++) Apply(flagged, Changed(i, "Doing", StatusCategory.InProgress));
        Assert.True(flagged.Standing().IsBlocked);

        var stated = new TaskState();
        Apply(stated, Changed(0, "Doing", StatusCategory.InProgress));
        for (var i = 1; i <= 1000; i++) Apply(stated, At(i, i % 2 == 0 ? new TaskBlocked("T", null) : new TaskUnblocked("T")));
        Assert.Equal("Doing", stated.Standing().Status);
    }

    [Fact]
    public void Of_more_statements_than_are_retained_the_latest_stay_in_any_order()
    {
        Event[] events = [.. Enumerable.Range(0, 500).Select(i => Changed(i, $"s{i % 7}", (StatusCategory)(i % 5))), .. Enumerable.Range(0, 200).Select(i => At(i, new TaskEstimated("T", i, i, i)))];
        var expected = StoredProject.Of(events);
        Assert.Equal(TaskState.MostProgress, expected.Tasks["T"].Progress.ToArray().Count(fact => fact.Stamp.Time >= Start.AddSeconds(500 - TaskState.MostProgress)));
        for (var seed = 0; seed < 20; seed++) ConvergenceTests.AssertEqual(expected, StoredProject.Of(events.Shuffled(seed), seed));
    }

    [Fact]
    public void The_largest_task_there_can_be_fits_into_one_property()
    {
        var state = new TaskState();
        for (var i = 0; i < 300; i++)
        {
            var at = i;
            foreach (var data in (EventData[])
            [
                new TaskUpdated(Long(256), new TaskFields { Title = Long(4096) }), new TaskUpdated("T", new TaskFields { Kind = Long(256) }),
                new TaskUpdated("T", new TaskFields { Priority = Long(256) }), new TaskAssigned("T", Long(256)), new TaskUpdated("T", new TaskFields { Team = Long(256) }),
                new TaskUpdated("T", new TaskFields { Parent = Long(256) }), new TaskUpdated("T", new TaskFields { Due = new DateOnly(2026, 1, 1) }),
                new TaskUpdated("T", new TaskFields { Milestone = new Milestone(Long(256), MilestoneKind.Sprint, null, null) }),
                new TaskUpdated("T", new TaskFields { Labels = new(true, [.. Enumerable.Range(0, 256).Select(_ => Long(256))]) }),
                new TaskCreated("T", new TaskFields()), new TaskBlocked("T", Long(4096)), new TaskEstimated("T", 1_000_000, default, default),
                new TaskEstimated("T", default, 1_000_000, default), new TaskEstimated("T", default, default, 1_000_000),
                new TaskStatusChanged("T", new Status(Long(256), (StatusCategory)(i % 5))),
            ]) Apply(state, ProjectEvents.At(Start.AddTicks(++at), Long(256), data));
        }

        Assert.InRange(state.ToBytes(_writer).Length, 40_000, 65_536);

        string Long(int length) => string.Create(CultureInfo.InvariantCulture, $"{_next++:D8}") + new string('中', length - 8);
    }

    [Fact]
    public void Of_more_allocations_than_are_kept_the_same_stay_in_any_order_and_fit_into_a_row()
    {
        Event[] events = [.. Enumerable.Range(0, 500).SelectMany(i => (Event[])[Allocated(i), At(i + 10_000, new ResourceReleased(Allocation(i)))])];
        var expected = StoredProject.Of(events);
        Assert.Equal(ProjectState.MostAllocations, expected.Project.Allocations.Count());
        Assert.All(expected.Project.Allocations, one => Assert.Equal(4000, one.Value.Terms?.MilliHoursPerWeek));
        Assert.InRange(expected.Rows["project"].Length, 1, 1_000_000);
        for (var seed = 0; seed < 10; seed++) ConvergenceTests.AssertEqual(expected, StoredProject.Of(events.Shuffled(seed), seed));

        static Event Allocated(int i) => At(i, new ResourceAllocated(Allocation(i), new string('中', 256), 4, new DateOnly(2026, 1, 1), null, new string('中', 256)));

        static string Allocation(int i) => $"{i}" + new string('中', 250);
    }

    [Fact]
    public void Of_more_labels_than_are_counted_the_same_stay_in_any_order_and_no_task_is_lost()
    {
        Event[] events = [.. Enumerable.Range(0, 300).SelectMany(i => (Event[])
        [
            ProjectEvents.At(Start.AddSeconds(i), $"a{i}", new TaskCreated($"T{i}", new TaskFields { Status = new Status($"status {i}", StatusCategory.Todo), Team = $"team {i % 100}" })),
            ProjectEvents.At(Start.AddSeconds(i + 1000), $"b{i}", new TaskStatusChanged($"T{i}", new Status($"status {i + 150}", StatusCategory.InProgress))),
        ])];
        var expected = StoredProject.Of(events);
        var statuses = expected.Summary.Statuses;
        Assert.False(statuses.Others.IsZero);
        Assert.Equal(300, statuses.Others.Tasks + statuses.Counted.Sum(status => status.Value.Tasks));
        Assert.Equal(300, expected.Teams.Values.Sum(team => team.Tasks));
        Assert.InRange(expected.Teams.Count, 60, 65);
        for (var seed = 0; seed < 10; seed++) ConvergenceTests.AssertEqual(expected, StoredProject.Of(events.Shuffled(seed), seed));
    }

    [Fact]
    public void Labels_are_a_set_in_ordinal_order_cut_where_they_no_longer_fit()
    {
        var state = new TaskState();
        Apply(state, At(0, new TaskUpdated("T", new TaskFields { Labels = new(true, ["b", "a", "b", .. Enumerable.Range(0, 200).Select(i => $"{i:D3}{new string('x', 200)}")]) })));
        Assert.Equal(6, state.Labels!.Count);
        Assert.Equal(state.Labels.Order(StringComparer.Ordinal), state.Labels);
    }

    private int _next;

    private static void Apply(TaskState state, Event one) => state.Apply(one, name => name, out _);

    private static Event Changed(long seconds, string word, StatusCategory category) => At(seconds, new TaskStatusChanged("T", new Status(word, category)));

    private static Event At(long seconds, EventData data) => ProjectEvents.At(Start.AddSeconds(seconds), $"e-{seconds}", data);
}
