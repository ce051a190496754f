namespace ShitOps.Projects;

/// <summary>
/// Tasks counted by a label: a status, a person, a team, a milestone. So many labels are counted one by one, those that
/// <see cref="StableSample{T}"/> picks of all labels that any event ever stated; the tasks of all others are counted together.
/// </summary>
public sealed class Breakdown
{
    private readonly StableSample<Counters> _counted;
    private readonly int _size;
    private readonly RecentTexts<Counters> _recent = new();

    internal Breakdown(int most, int size) =>
        (_counted, _size, Most, Unlabelled, Others) = (new StableSample<Counters>(most), size, most, new Counters(size), new Counters(size));

    /// <summary>How many labels are counted one by one.</summary>
    public int Most { get; }

    /// <summary>The tasks without such a label, where they are counted: no name is empty, so the empty label is theirs.</summary>
    public Counters Unlabelled { get; private set; }

    /// <summary>The tasks of all labels beyond <see cref="Most"/>.</summary>
    public Counters Others { get; private set; }

    /// <summary>The labels, in ordinal order, and the tasks of each; labels that no task has any more are left out.</summary>
    public IEnumerable<KeyValuePair<string, Counters>> Counted =>
        _counted.Keys.Select(label => KeyValuePair.Create(label, _counted[label])).Where(entry => !entry.Value.IsZero);

    /// <summary>The tasks of a name, or, if it is not counted by itself, none.</summary>
    public Counters Of(string name) => _counted.TryGet(Label.Of(name), out var counters) ? counters : new Counters(_size);

    /// <summary>
    /// Takes notice of a label that an event states, even if the statement is superseded: which labels are counted must depend on what
    /// was ever stated, not on what was the latest word when it arrived.
    /// </summary>
    /// <returns>Whether the breakdown changed.</returns>
    internal bool Admit(string name)
    {
        if (_recent.TryGet(name, out _)) return false;
        var label = Label.Of(name);
        var isNew = !_counted.TryGet(label, out var sum);
        if (isNew && _counted.Admit(label, sum = new Counters(_size), out var pushedOut))
        {
            // The sums that are remembered of what was pushed out are no longer its own.
            if (pushedOut is not null) _recent.Clear();
            if (pushedOut is not null) Others.Add(pushedOut);
        }
        else if (isNew)
        {
            (isNew, sum) = (false, Others);
        }

        _recent.Set(name, sum!);
        return isNew;
    }

    /// <summary>Whether the name was admitted just now, or is counted by itself.</summary>
    internal bool HasAdmitted(string name) => _recent.TryGet(name, out _) || IsCounted(name);

    /// <summary>Whether the tasks of a name are counted one by one.</summary>
    internal bool IsCounted(string name) => _counted.TryGet(Label.Of(name), out _);

    /// <summary>Where the tasks of a name that was admitted are counted; of the empty one, those without a label.</summary>
    internal Counters SumOf(string name)
    {
        if (name.Length == 0) return Unlabelled;
        if (_recent.TryGet(name, out var sum)) return sum;
        if (!_counted.TryGet(Label.Of(name), out sum)) return Others;
        _recent.Set(name, sum);
        return sum;
    }

    internal void Write(StateWriter writer)
    {
        Unlabelled.Write(writer);
        Others.Write(writer);
        writer.Number(_counted.Count);
        foreach (var label in _counted.Keys)
        {
            writer.Text(label);
            _counted[label].Write(writer);
        }
    }

    internal static Breakdown Read(ref StateReader reader, int most, int size)
    {
        var breakdown = new Breakdown(most, size) { Unlabelled = Counters.Read(ref reader, size), Others = Counters.Read(ref reader, size) };
        for (var count = reader.Count(most); count > 0; count--)
        {
            var label = reader.RequiredText();
            if (breakdown._counted.TryGet(label, out _)) throw new CorruptStateException("a label stands there twice");
            breakdown._counted.Admit(label, Counters.Read(ref reader, size), out _);
        }

        return breakdown;
    }
}
