using System.Globalization;
using System.Text;

namespace ShitOps.PromQL;

/// <summary>A character class over code points, written for a matcher that sees UTF-16.</summary>
internal sealed class CodePointClass
{
    private const int Last = 0x10ffff;
    private const int FirstPair = 0x10000;

    private static readonly HashSet<string> GeneralCategories =
    [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cs",
    ];

    public bool IsNegated { get; init; }

    /// <summary>Both ends included.</summary>
    public List<(int From, int To)> Ranges { get; init; } = [];

    /// <summary>General categories as .NET writes them, one after the other.</summary>
    public string Categories { get; set; } = "";

    public static bool IsCategory(string name) => GeneralCategories.Contains(name);

    /// <summary>The ranges of \d, \s and \w; null of another letter.</summary>
    public static IReadOnlyList<(int From, int To)>? Perl(char letter) => letter switch
    {
        'd' => [('0', '9')],
        's' => [('\t', '\n'), ('\f', '\r'), (' ', ' ')],
        'w' => [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        _ => null,
    };

    /// <summary>The ranges of <c>[:name:]</c>; null of another name.</summary>
    public static IReadOnlyList<(int From, int To)>? Posix(string name) => name switch
    {
        "alnum" => [('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => [('A', 'Z'), ('a', 'z')],
        "ascii" => [(0, 0x7f)],
        "blank" => [('\t', '\t'), (' ', ' ')],
        "cntrl" => [(0, 0x1f), (0x7f, 0x7f)],
        "digit" => [('0', '9')],
        "graph" => [('!', '~')],
        "lower" => [('a', 'z')],
        "print" => [(' ', '~')],
        "punct" => [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => [('\t', '\r'), (' ', ' ')],
        "upper" => [('A', 'Z')],
        "word" => [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => [('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => null,
    };

    /// <summary>All code points that are in none of the ranges.</summary>
    public static List<(int From, int To)> Complement(IEnumerable<(int From, int To)> ranges)
    {
        List<(int From, int To)> rest = [];
        var next = 0;
        foreach (var (from, to) in ranges.OrderBy(range => range.From))
        {
            if (from > next) rest.Add((next, from - 1));
            next = Math.Max(next, to + 1);
        }

        if (next <= Last) rest.Add((next, Last));
        return rest;
    }

    /// <summary>One UTF-16 unit as an escape.</summary>
    public static string Unit(int unit) => string.Create(CultureInfo.InvariantCulture, $"\\u{unit:X4}");

    /// <summary>The class of single UTF-16 units.</summary>
    /// <param name="excluded">Ranges of units that a negated class leaves out as well.</param>
    public string Units(string excluded)
    {
        var body = new StringBuilder();
        foreach (var (from, to) in Ranges)
        {
            if (from >= FirstPair) continue;
            body.Append(Unit(from));
            if (to > from) body.Append('-').Append(Unit(Math.Min(to, 0xffff)));
        }

        body.Append(Categories);
        if (IsNegated) body.Append(excluded);
        if (body.Length == 0) return IsNegated ? @"[\s\S]" : @"[^\s\S]";
        return $"[{(IsNegated ? "^" : "")}{body}]";
    }

    /// <summary>Patterns of the surrogate pairs that belong to the class.</summary>
    /// <param name="anyPair">The pattern of all pairs.</param>
    public List<string> Pairs(string anyPair)
    {
        List<(int From, int To)> ranges = [.. Ranges.Where(range => range.To >= FirstPair).Select(range => (Math.Max(range.From, FirstPair), range.To))];
        if (IsNegated) ranges = [.. Complement(ranges.Prepend((0, FirstPair - 1)))];
        List<string> pairs = [];
        foreach (var (from, to) in ranges)
        {
            if ((from, to) == (FirstPair, Last)) pairs.Add(anyPair);
            else AddPairs(pairs, from - FirstPair, to - FirstPair);
        }

        return pairs;
    }

    private static void AddPairs(List<string> pairs, int from, int to)
    {
        var (firstHigh, lastHigh) = (from >> 10, to >> 10);
        var (firstLow, lastLow) = (from & 0x3ff, to & 0x3ff);
        if (firstHigh == lastHigh)
        {
            pairs.Add(Pair(firstHigh, firstHigh, firstLow, lastLow));
            return;
        }

        pairs.Add(Pair(firstHigh, firstHigh, firstLow, 0x3ff));
        if (lastHigh - firstHigh > 1) pairs.Add(Pair(firstHigh + 1, lastHigh - 1, 0, 0x3ff));
        pairs.Add(Pair(lastHigh, lastHigh, 0, lastLow));
    }

    private static string Pair(int firstHigh, int lastHigh, int firstLow, int lastLow) =>
        $"[{Unit(0xd800 + firstHigh)}-{Unit(0xd800 + lastHigh)}][{Unit(0xdc00 + firstLow)}-{Unit(0xdc00 + lastLow)}]";
}
