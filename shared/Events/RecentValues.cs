using System.Runtime.InteropServices;

namespace ShitOps.Events;

/// <summary>
/// Keeps recently read milestones and lists of labels: a team's tasks have the same few, and one that is given again need not be kept twice by whoever
/// keeps it. Not safe for concurrent use.
/// </summary>
internal sealed class RecentValues
{
    private const int Slots = 64;

    private readonly Milestone?[] _milestones = new Milestone?[Slots];
    private readonly string[]?[] _lists = new string[]?[Slots];
    private readonly List<string> _labels = [];

    /// <summary>The milestone of that name, kind and days.</summary>
    public Milestone Milestone(string name, MilestoneKind kind, DateOnly? start, DateOnly? due)
    {
        ref var kept = ref _milestones[SlotOf(name)];
        if (kept is null || kept.Name != name || kept.Kind != kind || kept.Start != start || kept.Due != due) kept = new Milestone(name, kind, start, due);
        return kept;
    }

    /// <summary>Begins a list.</summary>
    public void BeginLabels() => _labels.Clear();

    /// <summary>Adds to the list that was begun.</summary>
    public void AddLabel(string label) => _labels.Add(label);

    /// <summary>The list that was begun, with all that was added.</summary>
    public IReadOnlyList<string> EndLabels()
    {
        var labels = CollectionsMarshal.AsSpan(_labels);
        if (labels.IsEmpty) return [];
        ref var kept = ref _lists[(SlotOf(labels[0]) + (SlotOf(labels[^1]) * 7) + labels.Length) % Slots];
        if (kept is null || !labels.SequenceEqual(kept)) kept = labels.ToArray();
        return kept;
    }

    /// <summary>Of the length and the last characters, in which names of one kind differ the most.</summary>
    private static int SlotOf(string name) => (name.Length + (name[^1] * 3) + (name[name.Length / 2] * 5)) % Slots;
}
