using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

public class OutcomeTests
{
    private static readonly TaskKey Task = new("T");

    private static readonly Event Doing = At(2, "b", new TaskStatusChanged("T", new Status("Doing", StatusCategory.InProgress)));

    [Fact]
    public void A_new_statement_is_applied() => Assert.Equal([FoldOutcome.Applied], Folded(Doing));

    [Fact]
    public void The_same_event_again_is_repeated() => Assert.Equal([FoldOutcome.Applied, FoldOutcome.Repeated], Folded(Doing, Doing));

    [Fact]
    public void An_earlier_status_that_comes_late_corrects_the_past() =>
        Assert.Equal([FoldOutcome.Applied, FoldOutcome.Late], Folded(Doing, At(1, "a", new TaskStatusChanged("T", new Status("To Do", StatusCategory.Todo)))));

    [Fact]
    public void An_earlier_word_on_a_field_is_superseded() => Assert.Equal(
        [FoldOutcome.Applied, FoldOutcome.Applied, FoldOutcome.Superseded],
        Folded(At(0, "0", new TaskCreated("T", new TaskFields())), At(2, "b", new TaskAssigned("T", "ann")), At(1, "a", new TaskAssigned("T", "bob"))));

    [Fact]
    public void Another_statement_with_the_same_time_and_id_is_contradictory() =>
        Assert.Equal([FoldOutcome.Applied, FoldOutcome.Contradictory], Folded(Doing, At(2, "b", new TaskStatusChanged("T", new Status("Done", StatusCategory.Done)))));

    [Fact]
    public void An_unknown_type_is_ignored() => Assert.Equal([FoldOutcome.Ignored], Folded(new Event("a", "s", "task.praised", Some.Time, "P", null)));

    [Fact]
    public void An_event_waits_until_its_task_is_loaded()
    {
        var fold = new ProjectFold(new ProjectState(), new ProjectSummary(), name => name);
        Assert.Equal(FoldOutcome.TaskNotLoaded, fold.Apply(Doing));
        Assert.Empty(fold.Settle().Tasks);
        fold.Load(Task, new TaskState());
        Assert.Equal(FoldOutcome.Applied, fold.Apply(Doing));
        Assert.Throws<InvalidOperationException>(() => fold.Unload(Task));
        Assert.Equal([Task], fold.Settle().Tasks.Select(task => task.Key));
        fold.Unload(Task);
        Assert.False(fold.IsLoaded(Task));
    }

    [Fact]
    public void A_repeated_event_changes_nothing_that_would_have_to_be_stored()
    {
        var stored = StoredProject.Of(Doing);
        var fold = new ProjectFold(stored.Project, stored.Summary, name => name);
        fold.Load(Task, stored.Tasks["T"]);
        fold.Apply(Doing);
        var changes = fold.Settle();
        Assert.Empty(changes.Tasks);
        Assert.Empty(changes.Teams);
        Assert.False(changes.IsProjectChanged || changes.IsSummaryChanged);
        Assert.True(changes.History.IsZero);
    }

    [Fact]
    public void A_statement_that_was_dropped_and_comes_again_came_too_late_and_changes_nothing()
    {
        Event[] events = [.. Enumerable.Range(0, 200).Select(i => At(i, $"{i:D3}", new TaskStatusChanged("T", new Status(i % 2 == 0 ? "Doing" : "To Do", i % 2 == 0 ? StatusCategory.InProgress : StatusCategory.Todo))))];
        var stored = StoredProject.Of(events);
        var fold = new ProjectFold(stored.Project, stored.Summary, name => name);
        fold.Load(Task, stored.Tasks["T"]);

        Assert.Equal(FoldOutcome.Superseded, fold.Apply(events[50]));
        Assert.Equal(FoldOutcome.Repeated, fold.Apply(events[199]));
        Assert.Empty(fold.Settle().Tasks);
    }

    [Fact]
    public void A_late_event_touches_the_history_of_its_own_hours_only()
    {
        var stored = StoredProject.Of(At(0, "0", new TaskCreated("T", new TaskFields())), At(600, "b", new TaskStatusChanged("T", new Status("Done", StatusCategory.Done))));
        var fold = new ProjectFold(stored.Project, stored.Summary, name => name);
        fold.Load(Task, stored.Tasks["T"]);
        fold.Apply(At(300, "c", new TaskBlocked("T", null)));
        fold.Apply(At(301, "d", new TaskUnblocked("T")));
        fold.Apply(At(480, "e", new TaskBlocked("T", null)));
        var hours = fold.Settle().History.Measures.Select(one => one.Hour - (Some.Time.Ticks / TimeSpan.TicksPerHour)).Order();
        Assert.Equal([8L, 10], hours);
    }

    private static List<FoldOutcome> Folded(params ReadOnlySpan<Event> events) => new StoredProject().Fold(events);

    private static Event At(int minutes, string id, EventData data) => ProjectEvents.At(Some.Time.AddMinutes(minutes), id, data);
}
