namespace ShitOps.Rows;

/// <summary>A filter for people, by name or by person id. The name of somebody who was erased finds nothing: nobody knows any more whose it was.</summary>
internal sealed class PersonFilter
{
    private readonly HashSet<string>? _ids;

    /// <param name="values">Names or ids; none: everybody passes, and nobody too.</param>
    /// <param name="names">The names by person id.</param>
    public PersonFilter(IReadOnlyList<string> values, IReadOnlyDictionary<string, string> names)
    {
        if (values.Count == 0) return;
        _ids = new HashSet<string>(values, StringComparer.Ordinal);
        _ids.UnionWith(names.Where(person => values.Contains(person.Value, StringComparer.Ordinal)).Select(person => person.Key));
    }

    /// <summary>The ids that pass; null: all.</summary>
    public IReadOnlyCollection<string>? Ids => _ids;

    /// <summary>Whether a person passes; null: nobody.</summary>
    public bool Lets(string? id) => _ids is null || (id is not null && _ids.Contains(id));
}
