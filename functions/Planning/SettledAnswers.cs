using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using ShitOps.Aggregation;
using ShitOps.Projects;
using ShitOps.Rows;

namespace ShitOps.Planning;

/// <summary>
/// Answers of queries whose time is over (<see cref="QueryPlans.IsSettled"/>), in memory, each with how far the slices that it was read from had
/// been consumed before that: as long as they stand there, no event has come that could change it. Kept is what is asked again, until nobody has
/// asked for it for <see cref="Idle"/>.
/// </summary>
public sealed class SettledAnswers(LiveAggregates aggregates) : IDisposable
{
    /// <summary>How many bytes all answers together take at most.</summary>
    public const long MostBytes = 64L << 20;

    private const int MostQueries = 2_000;
    private const int SlicesAtOnce = 16;

    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = MostBytes, TrackStatistics = true });
    private readonly MemoryCache _asked = new(new MemoryCacheOptions { SizeLimit = MostQueries });

    /// <summary>How long an answer that nobody asks for stays.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many bytes the answers take that there are, about.</summary>
    public long Bytes => _answers.GetCurrentStatistics()!.CurrentEstimatedSize ?? 0;

    /// <summary>Notes that a query is asked; true: it was before, so that its answer may be wanted once more.</summary>
    public bool IsAskedAgain(Query query)
    {
        var key = HashOf(query.ToString());
        if (_asked.TryGetValue(key, out _)) return true;
        _asked.Set(key, true, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Idle });
        return false;
    }

    /// <summary>Whether there is an answer of a query, which may be out of date.</summary>
    public bool Has(Query query) => _answers.TryGetValue(HashOf(query.ToString()), out _);

    /// <summary>How far what a query reads has been consumed: another text, of one length, after any event of it.</summary>
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
        return HashOf(string.Join("\n\n", versions.Prepend(table.Name)));
    }

    /// <summary>The answer of a query that was read at a version or later, with no event since; null: there is none.</summary>
    public RowPage? At(Query query, string version)
    {
        var key = HashOf(query.ToString());
        if (!_answers.TryGetValue(key, out Answer? answer)) return null;
        if (answer!.Version == version) return answer.Page;

        // No version comes again.
        _answers.Remove(key);
        return null;
    }

    /// <summary>Keeps an answer.</summary>
    /// <param name="query">A settled query.</param>
    /// <param name="version">What <see cref="VersionAsync"/> gave before the answer was read.</param>
    /// <param name="page">The answer, of which nothing was read from memory that may be older.</param>
    public void Keep(Query query, string version, RowPage page) =>
        _answers.Set(HashOf(query.ToString()), new Answer(version, page), new MemoryCacheEntryOptions { Size = SizeOf(page), SlidingExpiration = Idle });

    /// <summary>Lets all of them go.</summary>
    public void Dispose()
    {
        _answers.Dispose();
        _asked.Dispose();
    }

    /// <summary>How many bytes an answer takes with its key and version, on the machines that this runs on: about 24 for what stands by itself, 8 for what points to it, 2 for a character.</summary>
    private static long SizeOf(RowPage page)
    {
        const long Entry = 1_000;
        return Entry + page.Rows.Sum(row => 24L + row.Sum(cell => 8L + (cell is null ? 0 : 24) + (cell is string text ? 2L * text.Length : 0)));
    }

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed record Answer(string Version, RowPage Page);
}
