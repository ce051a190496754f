using System.Runtime.InteropServices;

namespace ShitOps.Events;

/// <summary>
/// Keeps recently read milestones and lists of labels: a team's tasks have the same few, and whoever keeps many tasks keeps each of them once. Not safe
/// for concurrent use.
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

    /// <summary>An empty list to collect labels in; always the same one.</summary>
    public List<string> NoLabels()
    {
        _labels.Clear();
        return _labels;
    }

    /// <summary>The list of these labels, which are no empty texts; nobody changes it.</summary>
    public IReadOnlyList<string> Labels(List<string> collected)
    {
        var labels = CollectionsMarshal.AsSpan(collected);
        if (labels.IsEmpty) return [];
        ref var kept = ref _lists[(SlotOf(labels[0]) + (SlotOf(labels[^1]) * 7) + labels.Length) % Slots];
        if (kept is null || !labels.SequenceEqual(kept)) kept = labels.ToArray();
        return kept;
    }

    /// <summary>Of the length, the character in the middle and the last one, in which names of one kind mostly differ.</summary>
    private static int SlotOf(string name) => (name.Length + (name[^1] * 3) + (name[name.Length / 2] * 5)) % Slots;
}
