using Microsoft.Extensions.Caching.Memory;
using ShitOps.Aggregation;
using ShitOps.Projects;
using ShitOps.Rows;

namespace ShitOps.Planning;

/// <summary>
/// Answers of queries whose time is over (<see cref="QueryPlans.IsSettled"/>), in memory, each with how far the slices that it was read from had
/// been consumed before that: as long as they stand there, no event has come that could change it. Kept is what is asked again.
/// </summary>
public sealed class SettledAnswers(LiveAggregates aggregates) : IDisposable
{
    /// <summary>How many cells all answers together have at most.</summary>
    public const int MostCells = 2_000_000;

    private const int MostQueries = 2_000;
    private const int SlicesAtOnce = 16;

    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = MostCells });
    private readonly MemoryCache _asked = new(new MemoryCacheOptions { SizeLimit = MostQueries });

    /// <summary>Notes that a query is asked; true: it was before, so that its answer may be wanted once more.</summary>
    public bool IsAskedAgain(Query query)
    {
        var text = query.ToString();
        if (_asked.TryGetValue(text, out _)) return true;
        _asked.Set(text, true, new MemoryCacheEntryOptions { Size = 1 });
        return false;
    }

    /// <summary>Whether there is an answer of a query, which may be out of date.</summary>
    public bool Has(Query query) => _answers.TryGetValue(query.ToString(), out _);

    /// <summary>How far what a query reads has been consumed: another text after any event of it.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<string> VersionAsync(Query query, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        SliceId[] slices = query.Filters.FirstOrDefault(filter => filter is { Field: QueryField.Project, Excludes: false }) is { } listed
            ? [.. listed.Values.Select(table.SliceOf).Distinct().OrderBy(slice => slice.Value)]
            : [.. table.Slices];
        var versions = new string[slices.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, slices.Length), new ParallelOptions { MaxDegreeOfParallelism = SlicesAtOnce, CancellationToken = cancellationToken },
            async (at, stopping) => versions[at] = await table.VersionAsync(slices[at], stopping));
        return string.Join("\n\n", versions.Prepend(table.Name));
    }

    /// <summary>The answer of a query that was read at a version or later, with no event since; null: there is none.</summary>
    public RowPage? At(Query query, string version) => _answers.TryGetValue(query.ToString(), out Answer? answer) && answer!.Version == version ? answer.Page : null;

    /// <summary>Keeps an answer.</summary>
    /// <param name="query">A settled query.</param>
    /// <param name="version">What <see cref="VersionAsync"/> gave before the answer was read.</param>
    /// <param name="page">The answer.</param>
    public void Keep(Query query, string version, RowPage page) =>
        _answers.Set(query.ToString(), new Answer(version, page), new MemoryCacheEntryOptions { Size = 1 + ((long)page.Rows.Count * page.Columns.Count) });

    public void Dispose()
    {
        _answers.Dispose();
        _asked.Dispose();
    }

    private sealed record Answer(string Version, RowPage Page);
}
