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

    /// <summary>So many labels are looked through one by one; only those beyond are in <see cref="_numbers"/>.</summary>
    private const int FewLabels = 12;

    private readonly SumTable _measures = new();
    private readonly SumTable _statuses = new();
    private readonly List<string> _labels = [];
    private Dictionary<string, int>? _numbers;

    /// <summary>Whether nothing changed; a day's row is then not needed.</summary>
    public bool IsZero => _measures.IsZero && _statuses.IsZero;

    /// <summary>What changed of the measures, in no particular order; hours are counted from the beginning of the year 1.</summary>
    public IEnumerable<(int Hour, Measure Measure, long Amount)> Measures => _measures.Sums.Select(one => ((int)(one.Key >> 8), (Measure)(one.Key & 0xff), one.Sum));

    /// <summary>What changed of the tasks in a status (a label of its word; empty: no status known), in no particular order.</summary>
    public IEnumerable<(int Hour, string Status, long Amount)> Statuses => _statuses.Sums.Select(one => ((int)(one.Key >> 32), _labels[(int)one.Key], one.Sum));

    /// <summary>Back to no changes.</summary>
    internal void Clear()
    {
        _measures.Clear();
        _statuses.Clear();
        _labels.Clear();
        _numbers?.Clear();
    }

    /// <summary>Adds other changes, or with sign −1 subtracts them.</summary>
    public void Add(HistoryChanges other, int sign = 1)
    {
        foreach (var (key, amount) in other._measures.Sums) _measures.Add(key, sign * amount);
        foreach (var (hour, status, amount) in other.Statuses) AddStatus(hour, status, sign * amount);
    }

    /// <summary>The same changes as if all of each day had happened in its last hour.</summary>
    public HistoryChanges AtEndOfDay()
    {
        var daily = new HistoryChanges();
        foreach (var (hour, measure, amount) in Measures) daily.AddMeasure(LastOf(hour), measure, amount);
        foreach (var (hour, status, amount) in Statuses) daily.AddStatus(LastOf(hour), status, amount);
        return daily;

        static int LastOf(int hour) => (hour / HoursADay * HoursADay) + HoursADay - 1;
    }

    /// <summary>The changes by day: one row each.</summary>
    public SortedDictionary<DateOnly, HistoryChanges> ByDay()
    {
        var days = new SortedDictionary<DateOnly, HistoryChanges>();
        foreach (var (key, amount) in _measures.Sums) Day((int)(key >> 8))._measures.Add(key, amount);
        foreach (var (hour, status, amount) in Statuses) Day(hour).AddStatus(hour, status, amount);
        return days;

        HistoryChanges Day(int hour)
        {
            var day = DateOnly.FromDayNumber(hour / HoursADay);
            return days.TryGetValue(day, out var changes) ? changes : days[day] = new HistoryChanges();
        }
    }

    /// <summary>The same changes in parts, each with so many changes of statuses at most.</summary>
    public IEnumerable<HistoryChanges> Parts(int mostStatuses)
    {
        var part = new HistoryChanges();
        foreach (var (key, amount) in _measures.Sums) part._measures.Add(key, amount);
        var count = 0;
        foreach (var (hour, status, amount) in Statuses)
        {
            if (count++ == mostStatuses)
            {
                yield return part;
                (part, count) = (new HistoryChanges(), 1);
            }

            part.AddStatus(hour, status, amount);
        }

        yield return part;
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
        var measures = _measures.Sums.OrderBy(one => one.Key).ToArray();
        writer.Number(measures.Length);
        var last = 0L;
        foreach (var (key, amount) in measures)
        {
            var place = ((HourOf((int)(key >> 8)) << 8) | (key & 0xff)) + 1;
            writer.Number(place - last);
            writer.Signed(amount);
            last = place;
        }

        var statuses = Statuses.OrderBy(one => one.Hour).ThenBy(one => one.Status, StringComparer.Ordinal).ToArray();
        writer.Number(statuses.Length);
        foreach (var (hour, status, amount) in statuses)
        {
            writer.Byte((byte)HourOf(hour));
            writer.Text(status);
            writer.Signed(amount);
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

        (int Hour, string? Status) before = default;
        for (var count = reader.Count(bytes.Length); count > 0; count--)
        {
            var hour = reader.Byte();
            var status = reader.RequiredText();
            var isNext = before.Status is null || hour > before.Hour || (hour == before.Hour && string.CompareOrdinal(status, before.Status) > 0);
            if (!isNext || hour >= HoursADay) throw new CorruptStateException("the changes are not in order");
            before = (hour, status);
            changes.AddStatus(start + hour, status, reader.Signed());
        }

        reader.End();
        return changes;
    }

    internal void Add(long ticks, Measure measure, long amount) => _measures.Add((ticks / TimeSpan.TicksPerHour << 8) | (long)measure, amount);

    internal void Add(long ticks, string status, long amount) => AddStatus((int)(ticks / TimeSpan.TicksPerHour), Label.Of(status), amount);

    /// <summary>Adds to a measure; hours are counted from the beginning of the year 1.</summary>
    internal void AddMeasure(int hour, Measure measure, long amount) => _measures.Add(((long)hour << 8) | (uint)measure, amount);

    /// <summary>Adds to the tasks in a status, by its label.</summary>
    internal void AddStatus(int hour, string label, long amount) => _statuses.Add(((long)hour << 32) | (uint)NumberOf(label), amount);

    /// <summary>The label's place in <see cref="_labels"/>: they are few, and mostly the very same objects.</summary>
    private int NumberOf(string label)
    {
        var few = Math.Min(_labels.Count, FewLabels);
        for (var i = 0; i < few; i++)
            if (ReferenceEquals(_labels[i], label)) return i;
        for (var i = 0; i < few; i++)
            if (string.Equals(_labels[i], label, StringComparison.Ordinal)) return i;

        if (few < FewLabels)
        {
            _labels.Add(label);
            return few;
        }

        _numbers ??= new Dictionary<string, int>(StringComparer.Ordinal);
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, label, out var isKnown);
        if (!isKnown)
        {
            number = _labels.Count;
            _labels.Add(label);
        }

        return number;
    }
}
