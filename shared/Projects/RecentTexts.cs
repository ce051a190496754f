using System.Diagnostics.CodeAnalysis;

namespace ShitOps.Projects;

/// <summary>What was recently found under a few texts: statuses and people come again and again, mostly as the very same objects.</summary>
internal sealed class RecentTexts<T>
    where T : class
{
    private const int Slots = 32;

    private readonly (string? Text, T? Found)[] _slots = new (string?, T?)[Slots];

    public bool TryGet(string text, [NotNullWhen(true)] out T? found)
    {
        ref readonly var slot = ref _slots[SlotOf(text)];
        found = slot.Found;
        return string.Equals(slot.Text, text, StringComparison.Ordinal) && found is not null;
    }

    public void Set(string text, T found) => _slots[SlotOf(text)] = (text, found);

    public void Clear() => Array.Clear(_slots);

    /// <summary>Of the length and the characters at both ends: enough to tell apart the few texts of a project.</summary>
    private static int SlotOf(string text) => text.Length == 0 ? 0 : (text.Length + (text[0] * 5) + (text[^1] * 3)) & (Slots - 1);
}
