using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>Gathers the events of one task and puts them in order of time; nothing happens to a task before it was created.</summary>
internal sealed class TaskEvents(string source, string project, string task, DateTimeOffset created)
{
    private readonly List<(DateTimeOffset Time, EventData Data)> _stated = [];

    /// <summary>States <paramref name="data"/> at <paramref name="time"/>, at the earliest when the task was created. What is stated first at one time comes first.</summary>
    /// <param name="time">When it happened.</param>
    /// <param name="data">What happened.</param>
    /// <param name="actor">Who did it; null: the record does not say.</param>
    public void State(DateTimeOffset time, EventData data, string? actor = null) =>
        _stated.Add((time < created ? created : time, actor is null ? data : data with { Actor = actor }));

    /// <summary>The events by time.</summary>
    public IReadOnlyList<Event> InOrder()
    {
        List<Event> events = new(_stated.Count);
        var ordinal = 0;
        DateTimeOffset? last = null;
        foreach (var (time, data) in _stated.OrderBy(one => one.Time))
        {
            ordinal = time == last ? ordinal + 1 : 0;
            last = time;
            events.Add(EventIdentity.Identify(source, project, task, ordinal, time, data));
        }

        return events;
    }
}
