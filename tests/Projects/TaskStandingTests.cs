using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

public class TaskStandingTests
{
    private static readonly Status ToDo = new("To Do", StatusCategory.Todo);
    private static readonly Status Doing = new("Doing", StatusCategory.InProgress);
    private static readonly Status Waiting = new("Waiting", StatusCategory.Blocked);
    private static readonly Status Done = new("Done", StatusCategory.Done);

    [Fact]
    public void Lead_time_runs_from_created_and_cycle_time_from_first_in_progress_to_done()
    {
        var standing = Task(Created(0, ToDo), Changed(2, Doing), Changed(3, ToDo), Changed(5, Doing), Changed(9, Done)).Standing();
        Assert.Equal(TimeSpan.FromHours(9), standing.LeadTime);
        Assert.Equal(TimeSpan.FromHours(7), standing.CycleTime);
        Assert.Null(standing.Age(Hour(20)));
    }

    [Fact]
    public void A_reopened_task_is_open_and_its_times_run_on()
    {
        var standing = Task(Created(0, ToDo), Changed(1, Done), Changed(4, Doing)).Standing();
        Assert.Equal(1, standing.Reopened);
        Assert.Null(standing.LeadTime);
        Assert.Equal(Hour(4), standing.CategorySince);
        Assert.Equal(TimeSpan.FromHours(20), standing.Age(Hour(20)));
    }

    [Fact]
    public void A_task_done_before_it_was_ever_in_progress_has_no_cycle_time()
    {
        Assert.Null(Task(Created(0, ToDo), Changed(1, Done)).Standing().CycleTime);
        Assert.Null(Task(Created(0, ToDo), Changed(1, Done), Changed(2, Doing), Changed(3, ToDo)).Standing().CycleTime);
    }

    [Fact]
    public void Time_blocked_counts_status_and_block_once_and_ends_with_the_task()
    {
        var standing = Task(Created(0, ToDo), At(1, new TaskBlocked("T", "x")), Changed(2, Waiting), At(3, new TaskUnblocked("T")), Changed(5, Doing), At(6, new TaskBlocked("T", "y")), Changed(8, Done)).Standing();
        Assert.Equal(TimeSpan.FromHours(4 + 2), standing.TimeBlocked(Hour(50)));
        Assert.False(standing.IsBlocked);
    }

    [Fact]
    public void A_task_that_waits_has_waited_up_to_now()
    {
        var task = Task(Created(0, ToDo), At(1, new TaskBlocked("T", "no sandbox")));
        Assert.Equal(TimeSpan.FromHours(3), task.Standing().TimeBlocked(Hour(4)));
        Assert.Equal("no sandbox", task.BlockedReason);
    }

    [Fact]
    public void A_deleted_task_comes_back_when_it_is_created_again_and_by_nothing_else()
    {
        Assert.False(Task(Created(0, ToDo), At(1, new TaskDeleted("T")), Changed(2, Doing)).Exists);
        Assert.True(Task(Created(0, ToDo), At(1, new TaskDeleted("T")), Created(2, ToDo)).Exists);
        Assert.True(StoredProject.Of(Created(0, ToDo), At(1, new TaskDeleted("T"))).History.IsZero);
    }

    [Fact]
    public void Effort_is_exact_to_the_thousandth_of_an_hour_and_null_clears_it()
    {
        var standing = Task(At(0, new TaskEstimated("T", 0.1, 1_000_000, 1.0005)), At(1, new TaskEstimated("T", default, new(true, null), default))).Standing();
        Assert.Equal(100, standing.EstimateMilliHours);
        Assert.Null(standing.RemainingMilliHours);
        Assert.Equal(1001, standing.SpentMilliHours);
    }

    [Fact]
    public void An_allocation_ends_with_its_release_unless_it_is_stated_anew()
    {
        var allocated = At(0, new ResourceAllocated("a", "Ann", 20, new DateOnly(2026, 1, 1), null, null));
        var released = At(5, new ResourceReleased("a"));
        Assert.Equal(Hour(5), Assert.Single(StoredProject.Of(released, allocated).Project.Allocations).Value.Released);
        var anew = Assert.Single(StoredProject.Of(released, allocated, At(6, allocated.Data!)).Project.Allocations).Value;
        Assert.Null(anew.Released);
        Assert.Equal("p:Ann", anew.Terms?.Resource);
    }

    private static TaskState Task(params ReadOnlySpan<Event> events) => StoredProject.Of(events).Tasks["T"];

    private static Event Created(int hour, Status status) => At(hour, new TaskCreated("T", new TaskFields { Status = status }));

    private static Event Changed(int hour, Status status) => At(hour, new TaskStatusChanged("T", status));

    private static Event At(int hour, EventData data) => ProjectEvents.At(Hour(hour), $"e-{hour}", data);

    private static DateTimeOffset Hour(int hour) => Some.Time.AddHours(hour);
}
