using FsCheck.Xunit;
using ShitOps.Projects;

namespace ShitOps.Tests.History;

/// <summary>The bytes of a block.</summary>
public class HistoryBlockTests
{
    private static readonly DateOnly Day = new(2026, 1, 31);

    [Property(MaxTest = 50)]
    public void What_is_written_is_read(int seed)
    {
        var projects = Some(seed);
        var bytes = HistoryBlock.Write(Day, projects, new StateWriter());
        var block = HistoryBlock.Read(bytes);

        Assert.Equal(Day, block.Day);
        Assert.Equal(projects.Where(one => !one.Value.IsZero).Select(one => one.Key).Order(StringComparer.Ordinal), block.Projects);
        foreach (var (project, changes) in projects) Assert.True(Difference(changes, block.Of(project)).IsZero);
        Assert.True(block.Of("nobody's").IsZero);

        // Whatever order they come in, the bytes are the same.
        Assert.Equal(bytes, HistoryBlock.Write(Day, projects.Reverse().ToDictionary(), new StateWriter()));
    }

    [Property(MaxTest = 50)]
    public void Damaged_bytes_are_refused(int seed)
    {
        var bytes = HistoryBlock.Write(Day, Some(seed), new StateWriter());
        bytes[new Random(seed).Next(bytes.Length)] ^= 0x10;
        Assert.Throws<CorruptStateException>(() => HistoryBlock.Read(bytes));
    }

    [Fact]
    public void Changes_of_another_day_are_refused()
    {
        var changes = new HistoryChanges();
        changes.AddMeasure((Day.DayNumber + 1) * 24, Measure.Created, 1);
        Assert.Throws<ArgumentException>(() => HistoryBlock.Write(Day, new Dictionary<string, HistoryChanges> { ["P"] = changes }, new StateWriter()));
    }

    [Property(MaxTest = 50)]
    public void By_the_day_all_that_happened_on_it_happens_in_its_last_hour(int seed)
    {
        foreach (var changes in Some(seed).Values)
        {
            var daily = changes.AtEndOfDay();
            Assert.Equal(
                changes.Measures.GroupBy(one => one.Measure).Select(one => (one.Key, Sum: one.Sum(change => change.Amount))).Where(one => one.Sum != 0).Order(),
                daily.Measures.Select(one => (one.Measure, one.Amount)).Order());
            Assert.All(daily.Measures, one => Assert.Equal((Day.DayNumber * 24) + 23, one.Hour));
            Assert.All(daily.Statuses, one => Assert.Equal((Day.DayNumber * 24) + 23, one.Hour));
            Assert.Equal(changes.Statuses.Sum(one => one.Amount), daily.Statuses.Sum(one => one.Amount));
        }
    }

    private static Dictionary<string, HistoryChanges> Some(int seed)
    {
        var random = new Random(seed);
        string[] statuses = ["", "To Do", "in Prüfung", "🚀"];
        return Enumerable.Range(0, random.Next(6)).ToDictionary(number => $"P-{number * 7 % 10}{(number == 3 ? "ü" : "")}", _ =>
        {
            var changes = new HistoryChanges();
            for (var count = random.Next(40); count > 0; count--) changes.AddMeasure((Day.DayNumber * 24) + random.Next(24), (Measure)random.Next(Measures.All), random.NextInt64(-5, 6) * (random.Next(9) == 0 ? 1L << 40 : 1));
            for (var count = random.Next(10); count > 0; count--) changes.AddStatus((Day.DayNumber * 24) + random.Next(24), statuses[random.Next(statuses.Length)], random.Next(-2, 3));
            return changes;
        });
    }

    private static HistoryChanges Difference(HistoryChanges one, HistoryChanges other)
    {
        var difference = new HistoryChanges();
        difference.Add(one);
        difference.Add(other, -1);
        return difference;
    }
}
