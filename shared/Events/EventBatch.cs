namespace ShitOps.Events;

/// <summary>
/// Memory for the events of one batch, which those of the next batch are decoded into again: of events by the million nothing is left for
/// the garbage collector. Not safe for concurrent use.
/// </summary>
public sealed class EventBatch
{
    private readonly List<Event> _events = [];
    private int _used;

    /// <summary>Begins another batch. Whoever still holds an event of the last one will see it become another.</summary>
    public void Clear()
    {
        // After an unusually large batch.
        if (_events.Count > 2 * _used) _events.RemoveRange(2 * _used, _events.Count - (2 * _used));
        _used = 0;
    }

    /// <summary>Memory for one more event.</summary>
    internal Event Next()
    {
        if (_used == _events.Count) _events.Add(new Event());
        return _events[_used++];
    }
}
