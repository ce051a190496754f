using System.Collections.Concurrent;

namespace ShitOps.People;

/// <summary>
/// The names of people, for readers that put them into their answers. Only those asked for are read, one by one, and anew after
/// <see cref="Fresh"/>: so long an erased name may still show.
/// </summary>
public sealed class PersonNames(PersonDirectory people, TimeProvider time)
{
    /// <summary>How long a name that was read serves.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private const int MostHeld = 100_000;
    private const int ConcurrentReads = 32;

    private readonly ConcurrentDictionary<string, (long At, string? Name)> _held = new(StringComparer.Ordinal);

    /// <summary>The names by person id of those people who have not been erased.</summary>
    /// <param name="ids">Person ids, any of them several times; null is nobody.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyDictionary<string, string>> OfAsync(IEnumerable<string?> ids, CancellationToken cancellationToken)
    {
        if (_held.Count > MostHeld) _held.Clear();
        var names = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            ids.OfType<string>().Distinct(StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentReads, CancellationToken = cancellationToken },
            async (id, stopping) =>
            {
                if (await NameAsync(id, stopping) is { } name) names[id] = name;
            });
        return names;
    }

    /// <summary>The person ids of those of the names that somebody has who was not erased.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyCollection<string>> IdsAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        [.. (await OfAsync(names.Select(people.IdAskedFor), cancellationToken)).Keys];

    private async ValueTask<string?> NameAsync(string id, CancellationToken cancellationToken)
    {
        if (_held.TryGetValue(id, out var held) && time.GetElapsedTime(held.At) < Fresh) return held.Name;
        var at = time.GetTimestamp();
        var name = await people.NameAsync(id, cancellationToken);
        _held[id] = (at, name);
        return name;
    }
}
