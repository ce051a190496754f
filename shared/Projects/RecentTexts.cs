using System.Diagnostics.CodeAnalysis;

namespace ShitOps.Projects;

/// <summary>What was recently found under a few texts: statuses and people come again and again, mostly as the very same objects.</summary>
internal sealed class RecentTexts<T>
    where T : class
{
    private const int Slots = 32;

    private readonly (string? Text, T? Found)[] _slots = new (string?, T?)[Slots];
    private (string? Text, T? Found) _last;

    public bool TryGet(string text, [NotNullWhen(true)] out T? found)
    {
        if (!ReferenceEquals(text, _last.Text)) _last = _slots[SlotOf(text)] is var slot && string.Equals(slot.Text, text, StringComparison.Ordinal) ? (text, slot.Found) : default;
        found = _last.Found;
        return found is not null;
    }

    public void Set(string text, T found) => _slots[SlotOf(text)] = _last = (text, found);

    public void Clear()
    {
        Array.Clear(_slots);
        _last = default;
    }

    /// <summary>Of the length and the characters at both ends: enough to tell apart the few texts of a project.</summary>
    private static int SlotOf(string text) => text.Length == 0 ? 0 : (text.Length + (text[0] * 5) + (text[^1] * 3)) & (Slots - 1);
}
