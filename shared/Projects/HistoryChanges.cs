using System.Runtime.InteropServices;

namespace ShitOps.Projects;

/// <summary>
/// What changed in a project, by the hour (UTC): of each measure and of the number of tasks in each status, how much more or less there was
/// at the hour's end than at its beginning. Changes are a commutative group under <see cref="Add(HistoryChanges, int)"/>; so a late event,
/// which changes one task, touches its own hours only. Levels are prefix sums (<see cref="HistoryLevels"/>).
/// </summary>
public sealed class HistoryChanges
{
    private const byte Version = 1;
    private const int HoursADay = 24;

    private readonly Dictionary<long, long> _measures = [];
    private readonly Dictionary<(int Hour, string Status), long> _statuses = [];

    /// <summary>Whether nothing changed; a day's row is then not needed.</summary>
    public bool IsZero => _measures.Count == 0 && _statuses.Count == 0;

    /// <summary>What changed of the measures, in no particular order; hours are counted from the beginning of the year 1.</summary>
    public IEnumerable<(int Hour, Measure Measure, long Amount)> Measures => _measures.Select(one => ((int)(one.Key >> 8), (Measure)(one.Key & 0xff), one.Value));

    /// <summary>What changed of the tasks in a status (a label of its word; empty: no status known), in no particular order.</summary>
    public IEnumerable<(int Hour, string Status, long Amount)> Statuses => _statuses.Select(one => (one.Key.Hour, one.Key.Status, one.Value));

    /// <summary>Adds other changes, or with sign −1 subtracts them.</summary>
    public void Add(HistoryChanges other, int sign = 1)
    {
        foreach (var (key, amount) in other._measures) AddTo(_measures, key, sign * amount);
        foreach (var (key, amount) in other._statuses) AddTo(_statuses, key, sign * amount);
    }

    /// <summary>The changes by day: one row each.</summary>
    public SortedDictionary<DateOnly, HistoryChanges> ByDay()
    {
        var days = new SortedDictionary<DateOnly, HistoryChanges>();
        foreach (var (key, amount) in _measures) Day((int)(key >> 8))._measures.Add(key, amount);
        foreach (var (key, amount) in _statuses) Day(key.Hour)._statuses.Add(key, amount);
        return days;

        HistoryChanges Day(int hour)
        {
            var day = DateOnly.FromDayNumber(hour / HoursADay);
            return days.TryGetValue(day, out var changes) ? changes : days[day] = new HistoryChanges();
        }
    }

    /// <summary>
    /// One day's changes as bytes; equal changes give equal bytes. The measures take at most 30 KiB, each status of the day up to 200 bytes;
    /// how many statuses there are is not bounded here, since a change could not be taken back from a sum of several.
    /// </summary>
    /// <exception cref="ArgumentException">There are changes of another day.</exception>
    public byte[] ToBytes(DateOnly day, StateWriter writer)
    {
        var start = day.DayNumber * HoursADay;
        writer.Begin(StateKind.HistoryDay, Version);
        writer.Number(day.DayNumber);
        writer.Number(_measures.Count);
        var last = 0L;
        foreach (var key in _measures.Keys.Order())
        {
            var place = ((HourOf((int)(key >> 8)) << 8) | (key & 0xff)) + 1;
            writer.Number(place - last);
            writer.Signed(_measures[key]);
            last = place;
        }

        writer.Number(_statuses.Count);
        foreach (var key in _statuses.Keys.OrderBy(key => key.Hour).ThenBy(key => key.Status, StringComparer.Ordinal))
        {
            writer.Byte((byte)HourOf(key.Hour));
            writer.Text(key.Status);
            writer.Signed(_statuses[key]);
        }

        return writer.End();

        long HourOf(int hour) => hour - start is >= 0 and < HoursADay ? hour - start : throw new ArgumentException($"there are changes of another day than {day:O}", nameof(day));
    }

    /// <summary>The changes of one day that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="CorruptStateException">The bytes are none.</exception>
    public static HistoryChanges FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes, StateKind.HistoryDay, Version);
        var changes = new HistoryChanges();
        var start = reader.Count(DateOnly.MaxValue.DayNumber) * HoursADay;
        var place = -1;
        for (var count = reader.Count(HoursADay << 8); count > 0; count--)
        {
            var step = reader.Count(HoursADay << 8);
            place += step;
            if (step == 0 || place >= HoursADay << 8) throw new CorruptStateException("the changes are not in order");
            changes._measures.Add(((long)(start + (place >> 8)) << 8) | (uint)(place & 0xff), reader.Signed());
        }

        for (var count = reader.Count(bytes.Length); count > 0; count--)
        {
            var hour = reader.Byte();
            var status = reader.RequiredText();
            if (hour >= HoursADay || !changes._statuses.TryAdd((start + hour, status), reader.Signed())) throw new CorruptStateException("the changes are not in order");
        }

        reader.End();
        return changes;
    }

    internal void Add(long ticks, Measure measure, long amount) => AddTo(_measures, (ticks / TimeSpan.TicksPerHour << 8) | (long)measure, amount);

    internal void Add(long ticks, string status, long amount) => AddTo(_statuses, ((int)(ticks / TimeSpan.TicksPerHour), Label.Of(status)), amount);

    private static void AddTo<TKey>(Dictionary<TKey, long> changes, TKey key, long amount)
        where TKey : notnull
    {
        if (amount == 0) return;
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(changes, key, out _);
        sum += amount;
        if (sum == 0) changes.Remove(key);
    }
}
