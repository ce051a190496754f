using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace ShitOps.Local.Broker;

/// <summary>The number that an option of a command line is given; in the place of the parser's own reading, which names .NET's types to the user.</summary>
public static class NumberArgument
{
    /// <summary>Reads it; if there is none that holds, the default, with an error.</summary>
    /// <param name="result">What stands behind the option.</param>
    /// <param name="holds">Whether a number is allowed.</param>
    /// <param name="message">What is said otherwise.</param>
    public static T Of<T>(ArgumentResult result, Func<T, bool> holds, string message)
        where T : struct, INumber<T>
    {
        if (T.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && holds(number)) return number;
        result.AddError(message);
        return default;
    }
}
