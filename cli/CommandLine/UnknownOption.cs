using System.CommandLine;
using System.CommandLine.Parsing;
using ShitOps.Wording;

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
        var most = name.Length / 3;
        var (nearest, distance) = Names(parsed.CommandResult.Command).Select(known => (known, EditDistance.Of(name, known, most))).MinBy(one => one.Item2);
        return $"Unrecognized option \"{name}\"{(nearest is not null && distance <= most ? $": is it {nearest}?" : "")}";
    }

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-' && !word.Any(char.IsWhiteSpace);

    private static IEnumerable<string> Names(Command command) => command.Options.Select(option => option.Name);
}
