using ShitOps.People;

namespace ShitOps.Rows;

/// <summary>A filter for people, by name or by person id. The name of somebody who was erased finds nothing, since no name is stored beside the id any more.</summary>
internal sealed class PersonFilter
{
    private readonly HashSet<string>? _ids;

    private PersonFilter(HashSet<string>? ids) => _ids = ids;

    /// <summary>The filter of a parameter.</summary>
    /// <param name="values">Names or ids; none: everybody passes, and nobody too.</param>
    /// <param name="people">Finds the ids of names.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<PersonFilter> OfAsync(IReadOnlyList<string> values, PersonNames people, CancellationToken cancellationToken) =>
        new(values.Count == 0 ? null : [.. values, .. await people.IdsAsync(values, cancellationToken)]);

    /// <summary>The ids that pass; null: all.</summary>
    public IReadOnlyCollection<string>? Ids => _ids;

    /// <summary>Whether a person passes; null: nobody.</summary>
    public bool Lets(string? id) => _ids is null || (id is not null && _ids.Contains(id));
}
