using System.Text;
using FsCheck.Xunit;
using ShitOps.Events;
using ShitOps.Projects;
using ShitOps.Tests.Events;

namespace ShitOps.Tests.Projects;

public class HostileNamesTests
{
    public static TheoryData<string> Names =>
    [
        .. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl).Select(control => $"{control}"),
        new string('\0', 256), string.Concat(Enumerable.Repeat("😀", 128)), new string('中', 256), "\u2028", "\ufeff", "\uffff", "\u202e", "'; DROP TABLE tasks; --", "a/b\\c#d?e", " ", "…",
        "(others, beyond the number that is counted by name)",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_name_comes_back_as_it_was_and_is_counted(string name)
    {
        var fields = new TaskFields
        {
            Title = name, Kind = name, Priority = name, Assignee = name, Team = name, Parent = name, Status = new Status(name, StatusCategory.Todo),
            Milestone = new Milestone(name, MilestoneKind.Sprint, null, null), Labels = new(true, [name]),
        };
        Event[] events =
        [
            ProjectEvents.At(Some.Time, name, new TaskCreated(name, fields)),
            ProjectEvents.At(Some.Time, name, new ProjectUpdated(new ProjectFields { Name = name, Team = name, Owner = name, Status = new Status(name, StatusCategory.Todo) })),
            ProjectEvents.At(Some.Time, name, new ResourceAllocated(name, name, 1, new DateOnly(2026, 1, 1), null, name)),
        ];
        var stored = StoredProject.Of(events.Shuffled(1), 1);

        var task = stored.Tasks[name];
        Assert.Equal([name, name, name, StoredProject.PersonId(name), name, name, name, name], [task.Title, task.Kind, task.Priority, task.Assignee, task.Team, task.Parent, task.Milestone?.Name, Assert.Single(task.Labels!)]);
        Assert.Equal(name, task.Standing().Status);
        Assert.Equal([name, name, StoredProject.PersonId(name), name], [stored.Project.Name, stored.Project.Team, stored.Project.Owner, stored.Project.Status?.Name]);
        Assert.Equal(name, Assert.Single(stored.Project.Allocations).Key);
        Assert.Equal(1, stored.Summary.Statuses.Of(name).Tasks);
        Assert.Equal(1, Assert.Single(stored.Teams).Value.Tasks);
    }

    [Property(MaxTest = 10)]
    public void Any_events_of_the_contract_are_folded_in_any_order_alike(int seed)
    {
        var arbitrary = new ArbitraryEvents(seed);
        Event[] events = [.. Enumerable.Range(0, 300).Select(_ => arbitrary.Next())];
        ConvergenceTests.AssertEqual(StoredProject.Of(events), StoredProject.Of(events.Shuffled(seed), seed));
    }

    [Fact]
    public void Long_names_that_begin_alike_are_counted_apart_under_short_labels()
    {
        var names = Enumerable.Range(0, 20).Select(i => new string('中', 100) + i).ToArray();
        var stored = StoredProject.Of([.. names.Select((name, i) => ProjectEvents.At(Some.Time, $"{i}", new TaskStatusChanged($"T{i}", new Status(name, StatusCategory.Todo))))]);
        Assert.All(names, name => Assert.Equal(1, stored.Summary.Statuses.Of(name).Tasks));
        Assert.All(stored.Summary.Statuses.Counted, label => Assert.InRange(Encoding.UTF8.GetByteCount(label.Key), 1, 44));
    }

    [Fact]
    public void No_persons_name_enters_any_row()
    {
        const string Name = "Amara Okafor";
        Event[] events =
        [
            ProjectEvents.At(Some.Time, "1", new ProjectCreated(new ProjectFields { Owner = Name })),
            ProjectEvents.At(Some.Time, "2", new TaskCreated("T", new TaskFields { Assignee = Name })),
            ProjectEvents.At(Some.Time, "3", new TaskAssigned("T", Name)),
            ProjectEvents.At(Some.Time, "4", new ResourceAllocated("a", Name, 1, new DateOnly(2026, 1, 1), null, null)),
        ];
        var fold = new ProjectFold(new ProjectState(), new ProjectSummary(), _ => "person-1");
        fold.Load(new TaskKey("T"), new TaskState());
        foreach (var one in events) fold.Apply(one);
        var writer = new StateWriter();
        byte[][] rows = [.. fold.Settle().Tasks.Select(task => task.Value.ToBytes(writer)), fold.Project.ToBytes(writer), fold.Summary.ToBytes(writer)];
        Assert.All(rows, row => Assert.True(row.AsSpan().IndexOf("Amara"u8) < 0));
        Assert.All(rows, row => Assert.True(row.AsSpan().IndexOf("person-1"u8) >= 0));
    }
}
