namespace ShitOps.Projects;

/// <summary>
/// The latest changes of a project's history, held back so that many batches write a day's row once (<see cref="TakeDay"/>). A day's changes
/// are those of its row and the pending ones together; moving them from here to there leaves the sum as it is. While
/// <see cref="Flushes"/> is the same, no row has changed.
/// </summary>
public sealed class PendingHistory
{
    private const byte Version = 1;

    private readonly SortedDictionary<DateOnly, HistoryChanges> _days = [];

    /// <summary>Nothing pending, nothing flushed yet.</summary>
    public PendingHistory()
    {
    }

    private PendingHistory(long flushes, DateOnly? lastFlushedDay) => (Flushes, LastFlushedDay) = (flushes, lastFlushedDay);

    /// <summary>How often changes have been moved into day rows.</summary>
    public long Flushes { get; private set; }

    /// <summary>The latest day that has a row; null: none has.</summary>
    public DateOnly? LastFlushedDay { get; private set; }

    /// <summary>Whether nothing is pending.</summary>
    public bool IsEmpty => _days.Count == 0;

    /// <summary>The days with pending changes, the earliest first.</summary>
    public IEnumerable<DateOnly> Days => _days.Keys;

    /// <summary>All that is pending, by day, the earliest first.</summary>
    public IReadOnlyDictionary<DateOnly, HistoryChanges> ByDay => _days;

    /// <summary>Adds what a batch changed.</summary>
    public void Add(HistoryChanges changes)
    {
        foreach (var (day, change) in changes.ByDay())
        {
            if (!_days.TryGetValue(day, out var known)) _days.Add(day, change);
            else known.Add(change);
            if (_days[day].IsZero) _days.Remove(day);
        }
    }

    /// <summary>Takes out all of a day's changes; the caller adds them to the day's row, and notes <see cref="Flushes"/> with it.</summary>
    /// <exception cref="KeyNotFoundException">Nothing is pending for that day.</exception>
    public HistoryChanges TakeDay(DateOnly day)
    {
        var changes = _days[day];
        _days.Remove(day);
        Flushes++;
        if (LastFlushedDay is null || day > LastFlushedDay) LastFlushedDay = day;
        return changes;
    }

    /// <summary>What is pending as bytes; equal changes give equal bytes.</summary>
    public byte[] ToBytes(StateWriter writer)
    {
        var days = _days.Select(day => day.Value.ToBytes(day.Key, writer)).ToList();
        writer.Begin(StateKind.Pending, Version);
        writer.Number(days.Count);
        foreach (var day in days) writer.Block(day);
        return writer.End();
    }

    /// <summary>What <see cref="ToBytes"/> wrote; no bytes: nothing is pending.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="flushes"><see cref="Flushes"/> as it was.</param>
    /// <param name="lastFlushedDay"><see cref="LastFlushedDay"/> as it was.</param>
    /// <exception cref="CorruptStateException">The bytes are none.</exception>
    public static PendingHistory FromBytes(ReadOnlySpan<byte> bytes, long flushes, DateOnly? lastFlushedDay)
    {
        var pending = new PendingHistory(flushes, lastFlushedDay);
        if (bytes.IsEmpty) return pending;
        var reader = new StateReader(bytes, StateKind.Pending, Version);
        for (var count = reader.Count(bytes.Length); count > 0; count--) pending.Add(HistoryChanges.FromBytes(reader.Block()));
        reader.End();
        return pending;
    }
}
