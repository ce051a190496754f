using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ShitOps.Rows;

/// <summary>
/// Where a listing goes on, as the opaque text of a continuation token: the names that were last read, and a digest of the filters. Filters
/// also decide in which order a listing is, so behind a place in one the rest of another would lack rows without a sign.
/// </summary>
internal sealed class RowPosition
{
    private const int Version = 2;
    private const int Heads = 2;

    private readonly string _listing;
    private readonly string _filters;

    private RowPosition(string listing, string filters, IReadOnlyList<string?>? after) => (_listing, _filters, After) = (listing, filters, after);

    /// <summary>The names behind which to go on, of which the first is never null; null: from the beginning.</summary>
    public IReadOnlyList<string?>? After { get; }

    /// <summary>The position that a request asks for.</summary>
    /// <param name="query">The query.</param>
    /// <param name="route">The route.</param>
    /// <param name="slices">The number of slices, since the order of rows depends on it.</param>
    /// <param name="names">How many names tell a position.</param>
    /// <exception cref="RowProblemException">It has a token that is none of this listing, or was given with other filters.</exception>
    public static RowPosition Of(RowQuery query, RowRoute route, int slices, int names = 1)
    {
        var (listing, filters) = ($"{Version} {route.Path} {slices}", query.FilterDigest);
        if (query.Value("continuation") is not { } token) return new RowPosition(listing, filters, after: null);
        if (Parts(token) is not { } parts || parts.Length != Heads + names || parts[0] != listing || parts[Heads] is null)
            throw RowProblemException.Invalid($"continuation is no token of /api/{route.Path}, or the table was built anew meanwhile; begin again without it.");
        return parts[1] == filters
            ? new RowPosition(listing, filters, parts[Heads..])
            : throw RowProblemException.Invalid("the continuation token belongs to another query: ask with the filters that it was given for, or begin again without it.");
    }

    /// <summary>Whether a name is behind the position, in a listing by one name.</summary>
    public bool IsBefore(string name) => After is null || string.CompareOrdinal(After[0], name) < 0;

    /// <summary>The token to go on behind these.</summary>
    public string Token(params string?[] names) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes<string?[]>([_listing, _filters, .. names]));

    private static string?[]? Parts(string token)
    {
        try
        {
            return JsonSerializer.Deserialize<string?[]>(Base64Url.DecodeFromChars(token));
        }
        catch (Exception fault) when (fault is FormatException or JsonException or DecoderFallbackException)
        {
            return null;
        }
    }
}
