using ShitOps.Archive.Delta;

namespace ShitOps.Audit;

/// <summary>Keeps the newest of many events that come in any order, each once. One may add while others ask.</summary>
/// <param name="most">How many are kept; 1 or more.</param>
/// <param name="after">Only what comes behind this place; null: from the newest on.</param>
internal sealed class NewestEvents(int most, AuditPlace? after)
{
    private readonly SortedSet<AuditedEvent> _kept = new(Comparer<AuditedEvent>.Create((one, other) => AuditPlace.NewestFirst.Compare(one.Place, other.Place)));
    private long _oldestTicks = long.MinValue;

    /// <summary>How many are kept.</summary>
    public int Count => _kept.Count;

    /// <summary>Those that are kept, the newest first.</summary>
    public IReadOnlyList<AuditedEvent> InOrder => [.. _kept];

    /// <summary>Whether an event that happened within these times could still be kept; null: the times are not known.</summary>
    public bool Wants(Bounds<DateTimeOffset>? times) =>
        times is not { } known || (known.Greatest.UtcTicks >= Volatile.Read(ref _oldestTicks) && !(known.Least > after?.Time));

    /// <summary>Keeps it if it is new enough.</summary>
    public void Add(AuditedEvent one)
    {
        if (after is { } passed && AuditPlace.NewestFirst.Compare(one.Place, passed) <= 0) return;
        if (_kept.TryGetValue(one, out var other))
        {
            if (!one.IsBefore(other)) return;
            _kept.Remove(other);
        }

        _kept.Add(one);
        if (_kept.Count > most) _kept.Remove(_kept.Max!);
        if (_kept.Count == most) Volatile.Write(ref _oldestTicks, _kept.Max!.Place.Time.UtcTicks);
    }
}
