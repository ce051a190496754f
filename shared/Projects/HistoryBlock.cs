namespace ShitOps.Projects;

/// <summary>
/// What changed on one day in many projects: columns, sorted by project, with the projects' names as their index. A block is never changed;
/// when something late comes for its day, another takes its place.
/// </summary>
public sealed class HistoryBlock
{
    private const byte Version = 1;
    private const int HoursADay = 24;

    private readonly string[] _projects;
    private readonly string[] _statuses;

    // The entries of project i are those from _starts[i] to _starts[i + 1], measures first: a place is (measure or status) * 24 + hour.
    private readonly int[] _measureStarts;
    private readonly ushort[] _measurePlaces;
    private readonly long[] _measureAmounts;
    private readonly int[] _statusStarts;
    private readonly int[] _statusPlaces;
    private readonly long[] _statusAmounts;

    private HistoryBlock(DateOnly day, string[] projects, string[] statuses, (int[] Starts, int[] Places, long[] Amounts) measures, (int[] Starts, int[] Places, long[] Amounts) ofStatuses)
    {
        (Day, _projects, _statuses) = (day, projects, statuses);
        (_measureStarts, _measurePlaces, _measureAmounts) = (measures.Starts, Array.ConvertAll(measures.Places, place => (ushort)place), measures.Amounts);
        (_statusStarts, _statusPlaces, _statusAmounts) = ofStatuses;
    }

    /// <summary>The day (UTC).</summary>
    public DateOnly Day { get; }

    /// <summary>The projects in which anything changed, in ordinal order.</summary>
    public IReadOnlyList<string> Projects => _projects;

    /// <summary>About how much memory it takes, in bytes.</summary>
    public long Bytes => (_projects.Length * 64L) + (_measureAmounts.Length * 10L) + (_statusAmounts.Length * 12L) + (_statuses.Length * 64L);

    /// <summary>What changed in a project; nothing, if it is not in the block.</summary>
    public HistoryChanges Of(string project)
    {
        var changes = new HistoryChanges();
        AddTo(changes, project, _ => true, hasStatuses: true);
        return changes;
    }

    /// <summary>Adds what changed in a project to other changes.</summary>
    /// <param name="changes">Take it.</param>
    /// <param name="project">The project; nothing happens if it is not in the block.</param>
    /// <param name="isWanted">Which measures are added.</param>
    /// <param name="hasStatuses">Whether the tasks by status are added.</param>
    public void AddTo(HistoryChanges changes, string project, Func<Measure, bool> isWanted, bool hasStatuses)
    {
        var number = Array.BinarySearch(_projects, project, StringComparer.Ordinal);
        if (number < 0) return;
        var start = Day.DayNumber * HoursADay;
        for (var i = _measureStarts[number]; i < _measureStarts[number + 1]; i++)
        {
            var (measure, hour) = Math.DivRem(_measurePlaces[i], (ushort)HoursADay);
            if (isWanted((Measure)measure)) changes.AddMeasure(start + hour, (Measure)measure, _measureAmounts[i]);
        }

        if (!hasStatuses) return;
        for (var i = _statusStarts[number]; i < _statusStarts[number + 1]; i++)
        {
            var (status, hour) = Math.DivRem(_statusPlaces[i], HoursADay);
            changes.AddStatus(start + hour, _statuses[status], _statusAmounts[i]);
        }
    }

    /// <summary>A block as bytes; equal changes give equal bytes.</summary>
    /// <param name="day">The day.</param>
    /// <param name="projects">What changed on it, by project; projects without changes are left out.</param>
    /// <param name="writer">Writes it.</param>
    /// <exception cref="ArgumentException">There are changes of another day.</exception>
    public static byte[] Write(DateOnly day, IReadOnlyDictionary<string, HistoryChanges> projects, StateWriter writer)
    {
        var some = projects.Where(project => !project.Value.IsZero).OrderBy(project => project.Key, StringComparer.Ordinal).ToList();
        var statuses = some.SelectMany(project => project.Value.Statuses.Select(one => one.Status)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        writer.Begin(StateKind.HistoryBlock, Version);
        writer.Number(day.DayNumber);
        writer.Number(some.Count);
        foreach (var project in some) writer.Text(project.Key);
        writer.Number(statuses.Length);
        foreach (var status in statuses) writer.Text(status);
        Column(changes => changes.Measures.Select(one => ((int)one.Measure, one.Hour, one.Amount)));
        Column(changes => changes.Statuses.Select(one => (Array.BinarySearch(statuses, one.Status, StringComparer.Ordinal), one.Hour, one.Amount)));
        return writer.End();

        void Column(Func<HistoryChanges, IEnumerable<(int Kind, int Hour, long Amount)>> entriesOf)
        {
            foreach (var project in some)
            {
                var entries = entriesOf(project.Value).Select(one => (Place: (one.Kind * HoursADay) + HourOf(one.Hour), one.Amount)).OrderBy(one => one.Place).ToList();
                writer.Number(entries.Count);
                var last = -1;
                foreach (var (place, amount) in entries)
                {
                    writer.Number(place - last);
                    writer.Signed(amount);
                    last = place;
                }
            }
        }

        int HourOf(int hour) => hour - (day.DayNumber * HoursADay) is >= 0 and < HoursADay and var ofDay ? ofDay : throw new ArgumentException($"there are changes of another day than {day:O}", nameof(projects));
    }

    /// <summary>The block that <see cref="Write"/> wrote.</summary>
    /// <exception cref="CorruptStateException">The bytes are none.</exception>
    public static HistoryBlock Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes, StateKind.HistoryBlock, Version);
        var day = DateOnly.FromDayNumber(reader.Count(DateOnly.MaxValue.DayNumber));
        var projects = Texts(ref reader, bytes.Length);
        var statuses = Texts(ref reader, bytes.Length);
        var measures = Column(ref reader, projects.Length, ShitOps.Projects.Measures.All, bytes.Length);
        var ofStatuses = Column(ref reader, projects.Length, statuses.Length, bytes.Length);
        reader.End();
        return new HistoryBlock(day, projects, statuses, measures, ofStatuses);
    }

    private static string[] Texts(ref StateReader reader, int most)
    {
        var texts = new string[reader.Count(most)];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.RequiredText();
            if (i > 0 && string.CompareOrdinal(texts[i - 1], texts[i]) >= 0) throw new CorruptStateException("the names are not in order");
        }

        return texts;
    }

    private static (int[] Starts, int[] Places, long[] Amounts) Column(ref StateReader reader, int projects, int kinds, int most)
    {
        var starts = new int[projects + 1];
        List<int> places = [];
        List<long> amounts = [];
        for (var project = 0; project < projects; project++)
        {
            var place = -1;
            for (var count = reader.Count(most); count > 0; count--)
            {
                var step = reader.Count(kinds * HoursADay);
                place += step;
                if (step == 0 || place >= kinds * HoursADay) throw new CorruptStateException("the changes are not in order");
                places.Add(place);
                amounts.Add(reader.Signed());
            }

            starts[project + 1] = places.Count;
        }

        return (starts, [.. places], [.. amounts]);
    }
}
