using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ShitOps.People;

/// <summary>
/// What rows, series and the archive hold instead of a person's name: the first 16 bytes of HMAC-SHA256(tenant key, name in UTF-8) as
/// base64url, 22 characters. Without the key nobody can find the id of a name by trying names; without the one table that maps ids
/// back, nobody can find the name of an id.
/// </summary>
public static class PersonId
{
    /// <summary>The length of an id, in characters.</summary>
    public const int Length = 22;

    private const int KeptBytes = 16;

    /// <summary>Whether a text may be an id.</summary>
    public static bool IsOne(string text) => text.Length == Length && Base64Url.IsValid(text);

    /// <summary>The id of a name: always the same for the same key and name, character by character.</summary>
    /// <param name="tenantKey">The tenant's secret.</param>
    /// <param name="name">The name as the tracker writes it.</param>
    public static string Of(ReadOnlySpan<byte> tenantKey, string name)
    {
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(tenantKey, Encoding.UTF8.GetBytes(name), digest);
        return Base64Url.EncodeToString(digest[..KeptBytes]);
    }
}
