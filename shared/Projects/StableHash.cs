namespace ShitOps.Projects;

/// <summary>
/// A hash that is the same on every machine, in every version, for ever: what is stored depends on it. FNV-1a with 64 bits over the
/// text's UTF-8 (offset 0xcbf29ce484222325, prime 0x100000001b3), then the finalizer of MurmurHash3 (fmix64), because the low bits of
/// FNV-1a, which a modulus takes, depend on the low bits of the bytes alone.
/// </summary>
public static class StableHash
{
    /// <summary>The hash of a text.</summary>
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = 0xcbf29ce484222325;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)]) hash = (hash ^ b) * 0x100000001b3;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
