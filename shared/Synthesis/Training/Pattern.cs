using System.Text;
using ShitOps.Projects;

namespace ShitOps.Synthesis.Training;

/// <summary>
/// Draws phrases from patterns: <c>{a|b}</c> is one of them, <c>[a|b]</c> is one of them or nothing, and <c>$name</c> is a phrase of that name. Some ways of
/// saying things can be held out, to see how well what was never taught is understood.
/// </summary>
/// <param name="random">What draws.</param>
/// <param name="named">The phrases that have names.</param>
internal sealed class Pattern(Random random, IReadOnlyDictionary<string, string> named)
{
    /// <summary>Whether a phrase was drawn whose frame is held out.</summary>
    public bool UsedHeldOutFrame { get; private set; }

    /// <summary>Whether a phrase was drawn with a word that is held out.</summary>
    public bool UsedHeldOutWord { get; private set; }

    /// <summary>Forgets what was used.</summary>
    public void Begin() => (UsedHeldOutFrame, UsedHeldOutWord) = (false, false);

    /// <summary>One of some frames, drawn.</summary>
    public string OneOf(params ReadOnlySpan<string> frames)
    {
        var frame = frames[random.Next(frames.Length)];
        if (frames.Length >= 4 && StableHash.Of("frame " + frame) % 8 == 0) UsedHeldOutFrame = true;
        return Draw(frame);
    }

    /// <summary>A pattern, drawn.</summary>
    public string Draw(string pattern)
    {
        var drawn = new StringBuilder();
        var at = 0;
        Append(drawn, pattern, ref at, isTaken: true);
        return drawn.ToString();
    }

    private void Append(StringBuilder drawn, string pattern, ref int at, bool isTaken)
    {
        while (at < pattern.Length && pattern[at] is not ('|' or '}' or ']'))
        {
            switch (pattern[at])
            {
                case '{':
                    AppendChoice(drawn, pattern, ref at, isTaken);
                    break;
                case '[':
                    AppendChoice(drawn, pattern, ref at, isTaken && random.Next(2) == 0);
                    break;
                case '$':
                    var end = at + 1;
                    while (end < pattern.Length && char.IsAsciiLetter(pattern[end])) end++;
                    if (isTaken) drawn.Append(Draw(named[pattern[(at + 1)..end]]));
                    at = end;
                    break;
                default:
                    if (isTaken) drawn.Append(pattern[at]);
                    at++;
                    break;
            }
        }
    }

    private void AppendChoice(StringBuilder drawn, string pattern, ref int at, bool isTaken)
    {
        var starts = new List<int>();
        var depth = 0;
        var close = at;
        for (; ; close++)
        {
            if (pattern[close] is '{' or '[') depth++;
            if (depth == 1 && (close == at || pattern[close] == '|')) starts.Add(close + 1);
            if (pattern[close] is '}' or ']') depth--;
            if (depth == 0) break;
        }

        if (isTaken)
        {
            var choice = random.Next(starts.Count);
            var stop = choice + 1 < starts.Count ? starts[choice + 1] - 1 : close;
            var chosen = pattern[starts[choice]..stop];
            if (starts.Count >= 3 && chosen.Length > 2 && StableHash.Of("word " + chosen) % 9 == 0) UsedHeldOutWord = true;
            drawn.Append(Draw(chosen));
        }

        at = close + 1;
    }
}
