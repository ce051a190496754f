using System.CommandLine.Parsing;
using System.Globalization;

namespace ShitOps.Cli.CommandLine;

/// <summary>The number that an option is given; in the place of the parser's own reading, which names .NET's types to the user.</summary>
internal static class WholeNumber
{
    /// <summary>Reads it, or says what is expected.</summary>
    /// <param name="result">What stands behind the option.</param>
    /// <param name="least">The least that is allowed.</param>
    /// <param name="greatest">The greatest.</param>
    public static int Of(ArgumentResult result, int least = int.MinValue, int greatest = int.MaxValue)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= greatest) return number;
        var from = least == int.MinValue ? "" : $" from {least}";
        var to = greatest == int.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $" to {greatest:N0}");
        result.AddError($"{((OptionResult)result.Parent!).Option.Name}: expected a whole number{from}{to}, found \"{text}\"");
        return 0;
    }
}
