using System.Runtime.InteropServices;

namespace ShitOps.Projects;

/// <summary>
/// The words of statuses by number, each once: the tasks of a project use the same few, and hold them by their numbers. A number means the
/// same word for ever. Not safe for concurrent use.
/// </summary>
internal sealed class StatusWords
{
    /// <summary>So many words have a number; a task that needs another one gets words of its own.</summary>
    public const int Most = ushort.MaxValue;

    private const int Few = 8;

    private readonly List<string> _words = [];
    private Dictionary<string, ushort>? _numbers;

    /// <summary>The word of a number.</summary>
    public string this[ushort number] => _words[number];

    /// <summary>The number of a word, a new one if it has none yet.</summary>
    /// <returns>False: there is no room for it.</returns>
    public bool TryNumber(string word, out ushort number)
    {
        // Mostly they are the very same objects.
        var words = CollectionsMarshal.AsSpan(_words);
        for (number = 0; number < Math.Min(words.Length, Few); number++)
            if (ReferenceEquals(words[number], word)) return true;

        if (_numbers is null)
        {
            _numbers = new Dictionary<string, ushort>(StringComparer.Ordinal);
            foreach (var known in words) _numbers.Add(known, (ushort)_numbers.Count);
        }

        if (_numbers.TryGetValue(word, out number)) return true;
        if (_words.Count == Most) return false;
        number = (ushort)_words.Count;
        _numbers.Add(word, number);
        _words.Add(word);
        return true;
    }
}
