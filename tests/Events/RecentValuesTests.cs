using System.Text;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

/// <summary>What recurs is one object, and is never taken for something else.</summary>
public class RecentValuesTests
{
    private static readonly string[] Names = ["Sprint 1", "Sprint 2", "Sprint 11", "1.0", "1.1", "ß", "\U0001F680", "Sprint 1 "];

    [Fact]
    public void Milestones_and_labels_are_those_that_were_stated_whatever_came_before()
    {
        var (recent, random) = (new RecentValues(), new Random(1));
        for (var i = 0; i < 20_000; i++)
        {
            var stated = new Milestone(Any(), (MilestoneKind)random.Next(3), Day(), Day());
            Assert.Equal(stated, recent.Milestone(stated.Name, stated.Kind, stated.Start, stated.Due));

            var labels = recent.NoLabels();
            Assert.Empty(labels);
            string[] expected = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Any())];
            labels.AddRange(expected);
            Assert.Equal(expected, recent.Labels(labels));
        }

        string Any() => Names[random.Next(Names.Length)];

        DateOnly? Day() => random.Next(3) is > 0 and var day ? new DateOnly(2026, 1, day) : null;
    }

    [Fact]
    public void Events_that_state_the_same_share_what_they_state()
    {
        var decoder = new EventDecoder();
        var (first, second) = (Updated(decoder), Updated(decoder));

        Assert.Equal(first, second);
        Assert.Same(first.Milestone.Value, second.Milestone.Value);
        Assert.Same(first.Labels.Value, second.Labels.Value);

        static TaskFields Updated(EventDecoder decoder) => ((TaskUpdated)decoder.DecodeStructured(Encoding.UTF8.GetBytes(
            """{"specversion":"1.0","id":"1","source":"/s","type":"task.updated","subject":"P","time":"2026-01-31T12:00:00Z","data":{"task":"T-1","milestone":{"name":"Sprint 7","kind":"sprint"},"labels":["a","b"]}}""")).Event!.Data!).Fields;
    }
}
