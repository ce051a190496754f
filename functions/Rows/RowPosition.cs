using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ShitOps.Rows;

/// <summary>
/// Where a listing goes on, as the opaque text of a continuation token: the names that were last read. It holds no filter, so that one
/// may be changed on the way.
/// </summary>
internal sealed class RowPosition
{
    private const int Version = 1;

    private readonly string _listing;

    private RowPosition(string listing, IReadOnlyList<string?>? after) => (_listing, After) = (listing, after);

    /// <summary>The names behind which to go on, of which the first is never null; null: from the beginning.</summary>
    public IReadOnlyList<string?>? After { get; }

    /// <summary>The position that a request asks for.</summary>
    /// <param name="query">The query.</param>
    /// <param name="route">The route.</param>
    /// <param name="slices">The number of slices, since the order of rows depends on it.</param>
    /// <param name="names">How many names tell a position.</param>
    /// <exception cref="RowProblemException">It has a token that is none of this listing.</exception>
    public static RowPosition Of(RowQuery query, RowRoute route, int slices, int names = 1)
    {
        var listing = $"{Version} {route.Path} {slices}";
        if (query.Value("continuation") is not { } token) return new RowPosition(listing, after: null);
        try
        {
            var parts = JsonSerializer.Deserialize<string?[]>(Base64Url.DecodeFromChars(token));
            if (parts is not null && parts.Length == names + 1 && parts[0] == listing && parts[1] is not null) return new RowPosition(listing, parts[1..]);
        }
        catch (Exception fault) when (fault is FormatException or JsonException or DecoderFallbackException)
        {
            // As any other text that is no token.
        }

        throw RowProblemException.Invalid($"continuation is no token of /api/{route.Path}, or the table was built anew meanwhile; begin again without it.");
    }

    /// <summary>Whether a name is behind the position, in a listing by one name.</summary>
    public bool IsBefore(string name) => After is null || string.CompareOrdinal(After[0], name) < 0;

    /// <summary>The token to go on behind these.</summary>
    public string Token(params string?[] names) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes<string?[]>([_listing, .. names]));
}
