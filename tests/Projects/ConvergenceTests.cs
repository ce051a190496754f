using FsCheck.Xunit;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

public class ConvergenceTests
{
    [Property(MaxTest = 400)]
    public void Any_order_repetition_and_cut_of_the_same_events_gives_the_same_bytes(int seed)
    {
        var events = ProjectEvents.Of(seed);
        var once = StoredProject.Of(events);
        for (var other = 1; other <= 3; other++) AssertEqual(once, StoredProject.Of(events.Shuffled(seed + other), seed + other));
    }

    [Property(MaxTest = 100)]
    public void Folding_everything_a_second_time_changes_nothing(int seed)
    {
        var events = ProjectEvents.Of(seed);
        var stored = StoredProject.Of(events);
        stored.Fold(events);
        AssertEqual(StoredProject.Of(events), stored);
    }

    [Fact]
    public void Two_statements_with_one_time_and_id_end_alike_in_both_orders()
    {
        var one = ProjectEvents.At(Some.Time, "same", new TaskStatusChanged("T-1", new Status("Doing", StatusCategory.InProgress)));
        var other = ProjectEvents.At(Some.Time, "same", new TaskStatusChanged("T-1", new Status("Done", StatusCategory.Done)));
        AssertEqual(StoredProject.Of(one, other), StoredProject.Of(other, one));
    }

    internal static void AssertEqual(StoredProject expected, StoredProject actual)
    {
        Assert.Equal(expected.Rows.Keys, actual.Rows.Keys);
        foreach (var (name, bytes) in expected.Rows) Assert.True(bytes.AsSpan().SequenceEqual(actual.Rows[name]), $"row {name} differs");
    }
}
