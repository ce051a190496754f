using System.CommandLine;
using System.CommandLine.Parsing;

namespace ShitOps.Cli.CommandLine;

/// <summary>Options that a command does not have. The parser takes them for its arguments: a file, a question, a person.</summary>
internal static class UnknownOption
{
    /// <summary>What is to be said of the first one; null: there is none.</summary>
    public static string? In(ParseResult parsed)
    {
        // What stands behind "--" is meant as it is.
        var literal = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        var arguments = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value);
        if (arguments.Concat(parsed.UnmatchedTokens).SkipLast(literal).FirstOrDefault(IsOption) is not { } word) return null;

        var name = word.Split('=', ':')[0];
        var nearest = Names(parsed.CommandResult.Command).MinBy(known => Distance(name, known));
        return $"Unrecognized option \"{name}\"{(nearest is not null && Distance(name, nearest) <= name.Length / 3 ? $": is it {nearest}?" : "")}";
    }

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-' && !word.Any(char.IsWhiteSpace);

    private static IEnumerable<string> Names(Command command) => command.Options.Select(option => option.Name);

    /// <summary>How many characters have to be put in, left out or replaced to make one word of the other.</summary>
    private static int Distance(string word, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 0; i < word.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < other.Length; j++)
            {
                var replaced = diagonal + (word[i] == other[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[^1];
    }
}
