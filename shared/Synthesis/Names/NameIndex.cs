using ShitOps.Planning;
using ShitOps.Synthesis.Words;
using ShitOps.Wording;

namespace ShitOps.Synthesis.Names;

/// <summary>A catalogue in a form in which the names of a question are found quickly.</summary>
public sealed class NameIndex
{
    private const int LongestIndexed = 64;

    /// <summary>What types are called by, and questions say of tasks too.</summary>
    private static readonly HashSet<string> Verbs = new(["fix", "fixes", "review", "reviews", "test", "tests", "build", "builds", "rise", "rises"], StringComparer.Ordinal);

    private readonly Dictionary<string, List<CatalogueEntry>> _exact = new(StringComparer.Ordinal);

    /// <summary>Each name with any one letter left out, or none: two texts that share one are at most two changes apart (after SymSpell's deletes).</summary>
    private readonly Dictionary<string, List<string>> _shortened = new(StringComparer.Ordinal);

    /// <param name="catalogue">The names.</param>
    public NameIndex(NameCatalogue catalogue)
    {
        foreach (var entry in catalogue.Entries)
        {
            Add(entry.Key, entry);
            foreach (var name in entry.Names) Add(name, entry);
            if (entry.Field == QueryField.Type) Add(Plural(entry.Key), entry);
        }

        AddPartsOfPeoplesNames(catalogue);
        AddLastWordsOfTypes(catalogue);
        foreach (var name in _exact.Keys.Where(name => name.Length is >= 4 and <= LongestIndexed))
        {
            AddShortened(name, name);
            for (var i = 0; i < name.Length; i++) AddShortened(name.Remove(i, 1), name);
        }
    }

    /// <summary>The greatest number of words, blanks and hyphens between them left out, that a name may be written in.</summary>
    public const int MostWords = 8;

    /// <summary>A name without what is no letter or digit, folded.</summary>
    public static string Concatenated(string name)
    {
        var folded = FoldedText.Of(name);
        return string.Concat(folded.Where(char.IsLetterOrDigit));
    }

    /// <summary>What is called exactly so.</summary>
    public IReadOnlyList<CatalogueEntry> Exact(string concatenation) => _exact.GetValueOrDefault(concatenation) ?? [];

    /// <summary>What is called nearly so: one change away, from 8 letters on two; the nearest only.</summary>
    public IReadOnlyList<CatalogueEntry> Near(string concatenation, out int distance)
    {
        distance = 0;
        if (concatenation.Length is < 4 or > LongestIndexed) return [];
        var limit = concatenation.Length >= 8 ? 2 : 1;
        var names = new HashSet<string>(StringComparer.Ordinal);
        Collect(concatenation);
        for (var i = 0; i < concatenation.Length; i++) Collect(concatenation.Remove(i, 1));
        var near = names.Select(name => (Name: name, Distance: EditDistance.Of(concatenation, name, limit))).Where(pair => pair.Distance <= limit).ToList();
        if (near.Count == 0) return [];
        var least = distance = near.Min(pair => pair.Distance);
        return [.. near.Where(pair => pair.Distance == least).OrderBy(pair => pair.Name, StringComparer.Ordinal).SelectMany(pair => _exact[pair.Name]).Distinct()];

        void Collect(string shortened)
        {
            if (_shortened.TryGetValue(shortened, out var found)) names.UnionWith(found);
        }
    }

    /// <summary>"Stories" are of the type "User Story", if nothing else is called so and it is no word of questions, as the "fix" of a "Bug Fix" is.</summary>
    private void AddLastWordsOfTypes(NameCatalogue catalogue)
    {
        var last = catalogue.Entries.Where(entry => entry.Field == QueryField.Type && entry.Key.Contains(' ', StringComparison.Ordinal))
            .GroupBy(entry => entry.Key.Split(' ')[^1], StringComparer.OrdinalIgnoreCase)
            .Where(types => types.Count() == 1 && types.Key.Length > 2)
            .SelectMany(types => new[] { types.Key, Plural(types.Key) }.Select(name => (Name: name, Type: types.Single())))
            .Where(pair => !_exact.ContainsKey(Concatenated(pair.Name)) && !ReservedWords.Contains(FoldedText.Of(pair.Name)) && !Verbs.Contains(FoldedText.Of(pair.Name)))
            .ToList();
        foreach (var (name, type) in last) Add(name, type);
    }

    private void AddPartsOfPeoplesNames(NameCatalogue catalogue)
    {
        var parts = catalogue.Entries.Where(entry => entry.Field == QueryField.Person)
            .SelectMany(entry => entry.Key.Split([' ', '.', '_'], StringSplitOptions.RemoveEmptyEntries) is { Length: > 1 } words
                ? new[] { words[0], words[^1] }.Select(word => (Part: Concatenated(word), entry))
                : [])
            .Where(pair => pair.Part.Length >= 2)
            .GroupBy(pair => pair.Part, StringComparer.Ordinal);
        foreach (var part in parts)
        {
            foreach (var (_, entry) in part) Add(part.Key, entry);
        }
    }

    private void Add(string name, CatalogueEntry entry)
    {
        var concatenation = Concatenated(name);
        if (concatenation.Length == 0) return;
        if (!_exact.TryGetValue(concatenation, out var entries)) _exact[concatenation] = entries = [];
        if (!entries.Contains(entry)) entries.Add(entry);
    }

    private void AddShortened(string shortened, string name)
    {
        if (!_shortened.TryGetValue(shortened, out var names)) _shortened[shortened] = names = [];
        names.Add(name);
    }

    private static string Plural(string type) =>
        type.Length > 2 && type[^1] is 'y' or 'Y' && type[^2] is not ('a' or 'e' or 'o' or 'u') ? type[..^1] + "ies"
        : type.Length > 0 && type[^1] is 's' or 'x' or 'h' ? type + "es"
        : type + "s";
}
