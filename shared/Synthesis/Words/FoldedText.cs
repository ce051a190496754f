using System.Text;

namespace ShitOps.Synthesis.Words;

/// <summary>
/// Texts without what people leave out when they type: letter case, and the marks of Latin letters. It does not lean on Unicode's
/// normalisation, which is not there without culture data.
/// </summary>
internal static class FoldedText
{
    /// <summary>The plain letters of U+00C0 to U+017F; a full stop where there is none.</summary>
    private const string Latin =
        "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
        + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
        + "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    /// <summary>The plain letters of U+1E00 to U+1EFF, among them those of Vietnamese.</summary>
    private const string LatinAdditional =
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
        + "wwwwwwwwwwxxxxyyzzzzzzhtwyas....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

    /// <summary>The text in small letters without marks; ligatures are two letters.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            switch (c)
            {
                case 'ß': folded.Append("ss"); break;
                case 'æ' or 'Æ': folded.Append("ae"); break;
                case 'œ' or 'Œ': folded.Append("oe"); break;
                case 'þ' or 'Þ': folded.Append("th"); break;
                case >= '\u0300' and <= '\u036f': break;
                default: folded.Append(Of(c)); break;
            }
        }

        return folded.ToString();
    }

    private static char Of(char c)
    {
        var plain = c switch
        {
            >= '\u00c0' and <= '\u017f' => Latin[c - 0xc0],
            >= '\u1e00' and <= '\u1eff' => LatinAdditional[c - 0x1e00],
            _ => '.',
        };
        return plain == '.' ? char.ToLowerInvariant(c) : plain;
    }
}
