using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

public class FactMemoryTests
{
    [Fact]
    public void Gives_every_task_a_place_of_its_own()
    {
        var memory = new FactMemory(room: 20);
        var places = Enumerable.Range(0, 1_000).Select(_ => memory.Take()).ToList();
        Assert.Equal(1_000, places.Distinct().Count());
        Assert.All(places.GroupBy(place => place.Piece), piece => Assert.All(piece.OrderBy(place => place.Start).Select((place, number) => (place, number)), one =>
        {
            Assert.Equal(one.number * 20, one.place.Start);
            Assert.InRange(one.place.Start + 20, 0, one.place.Piece.Length);
        }));
    }

    [Fact]
    public void What_is_given_back_is_taken_again()
    {
        var memory = new FactMemory(room: 20);
        memory.Take();
        var (piece, start) = memory.Take();
        memory.Give(piece, start);
        Assert.Equal((piece, start), memory.Take());
    }

    [Fact]
    public void A_task_that_is_let_go_of_keeps_its_facts_when_another_takes_its_place()
    {
        var fold = new ProjectFold(new ProjectState(), new ProjectSummary(), name => name);
        var (first, second) = (new TaskState(), new TaskState());
        fold.Load(new TaskKey("A"), first);
        fold.Apply(At(1, "A", "Doing"));
        fold.Settle();
        var bytes = first.ToBytes(new StateWriter());

        fold.Unload(new TaskKey("A"));
        fold.Load(new TaskKey("B"), second);
        fold.Apply(At(2, "B", "Done"));
        Assert.Equal(bytes, first.ToBytes(new StateWriter()));
        Assert.Equal("Done", Assert.Single(second.Progress.ToArray()).Word);
    }

    private static Event At(int hour, string task, string status) =>
        ProjectEvents.At(Some.Time.AddHours(hour), $"{hour}", new TaskStatusChanged(task, new Status(status, StatusCategory.InProgress)));
}
