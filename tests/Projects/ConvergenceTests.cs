using FsCheck.Xunit;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

public class ConvergenceTests
{
    /// <summary>That of the contract: with such ids the bytes of a task's statements are what bounds them.</summary>
    private const int LongestId = 256;

    [Property(MaxTest = 400)]
    public void Any_order_repetition_and_cut_of_the_same_events_gives_the_same_bytes(int seed)
    {
        var events = ProjectEvents.Of(seed, LongestId);
        var once = StoredProject.Of(events);
        for (var other = 1; other <= 3; other++) AssertEqual(once, StoredProject.Of(events.Shuffled(seed + other), seed + other));
    }

    [Property(MaxTest = 400)]
    public void A_fold_that_is_kept_between_batches_gives_the_bytes_of_one_that_is_not(int seed)
    {
        var events = ProjectEvents.Of(seed, LongestId);
        var dice = new Random(seed);
        AssertEqual(StoredProject.Of(events), StoredProject.Of(events.Shuffled(seed), seed, _ => dice.Next(3) == 0));
    }

    [Fact]
    public void What_is_retained_by_its_size_does_not_depend_on_the_batches()
    {
        // The last ones fill the bytes; behind them a long one is dropped, and a short one behind that would still fit.
        Event[] events =
        [
            Said(0, Uuid(1), new TaskStatusChanged("T", new Status("To Do", StatusCategory.Todo))),
            Said(1, Uuid(2), new TaskBlocked("T", null)),
            Said(2, new string('x', 250), new TaskStatusChanged("T", new Status("To Do", StatusCategory.Todo))),
            .. Enumerable.Range(3, 22).Select(i => Said(i, $"{i:D3}{new string('x', 224)}", new TaskStatusChanged("T", new Status("To Do", StatusCategory.Todo)))),
            Said(25, Uuid(3), new TaskUnblocked("T")),
        ];
        var cut = StoredProject.Of(events.AsSpan(0, 25));
        cut.Fold(events.AsSpan(25));

        AssertEqual(StoredProject.Of(events), cut);

        static Event Said(int minute, string id, EventData data) => ProjectEvents.At(Some.Time.AddMinutes(minute), id, data);

        static string Uuid(int number) => new Guid(number, 0, 0, new byte[8]).ToString();
    }

    [Property(MaxTest = 100)]
    public void Folding_everything_a_second_time_changes_nothing(int seed)
    {
        var events = ProjectEvents.Of(seed, LongestId);
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
