using System.Runtime.CompilerServices;
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

    /// <summary>Loading and letting go for years must not take ever more memory.</summary>
    [Fact]
    public void What_all_gave_back_is_left_to_the_garbage_collector()
    {
        var memory = new FactMemory(room: 20);
        var last = TakeAndGive(memory);
        GC.Collect();
        Assert.False(last.IsAlive);
        memory.Take();
    }

    /// <summary>Apart, so that no local variable keeps a piece alive.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference TakeAndGive(FactMemory memory)
    {
        var places = Enumerable.Range(0, 1_000).Select(_ => memory.Take()).ToList();
        foreach (var (piece, start) in places) memory.Give(piece, start);
        return new WeakReference(places[^1].Piece);
    }

    /// <summary>More facts than a place has room for, late ones among them, with ids that are no UUIDs.</summary>
    [Fact]
    public void A_task_that_has_outgrown_its_place_says_the_same_after_it_was_let_go_of()
    {
        var random = new Random(3);
        var fold = new ProjectFold(new ProjectState(), new ProjectSummary(), name => name);
        var alone = new TaskState();
        var held = new TaskState();
        fold.Load(new TaskKey("A"), held);
        foreach (var hour in Enumerable.Range(0, 40).OrderBy(_ => random.Next()))
        {
            var one = At(hour, "A", $"Status {hour % 5}");
            fold.Apply(one);
            alone.Apply(one, name => name, out _);
        }

        fold.Settle();
        fold.Unload(new TaskKey("A"));
        Assert.Equal(alone.ToBytes(new StateWriter()), held.ToBytes(new StateWriter()));
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
