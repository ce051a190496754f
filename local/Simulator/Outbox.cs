using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>
/// Gives events their ids and sends them in order of time, as trackers do: nearly always at once, sometimes hours late,
/// sometimes twice.
/// </summary>
/// <param name="idPrefix">Tells this organisation's events from those of any other.</param>
/// <param name="dice">Decides what comes late or twice.</param>
internal sealed class Outbox(string idPrefix, Dice dice)
{
    private const double ShareLate = 0.01;
    private const double ShareRepeated = 0.004;

    private readonly PriorityQueue<Sending, (DateTimeOffset At, long Order)> _waiting = new();
    private long _order;
    private long _events;

    public void Say(string source, string project, DateTimeOffset time, EventData data)
    {
        // Ids sort in the order of what happened, so that they decide rightly between events of the same time.
        var said = new Event($"{idPrefix}-{++_events:D9}", source, EventTypes.Of(data), time, project, data);
        var at = dice.Chance(ShareLate) ? time + TimeSpan.FromMinutes(dice.Between(10.0, 480)) : time;
        Send(new Sending(at, said));
        if (dice.Chance(ShareRepeated)) Send(new Sending(at + TimeSpan.FromMinutes(dice.Between(0.1, 60)), said));
    }

    /// <summary>The next event that is sent before <paramref name="end"/>.</summary>
    public bool TryTake(DateTimeOffset end, out Sending sending)
    {
        if (!_waiting.TryPeek(out sending, out _) || sending.At >= end) return false;
        _waiting.Dequeue();
        return true;
    }

    private void Send(Sending sending) => _waiting.Enqueue(sending, (sending.At, _order++));
}
