using System.Globalization;

namespace ShitOps.Bench;

/// <summary>The one option that a benchmark takes: how many of something, as <c>--events 40000</c>.</summary>
internal static class CountOption
{
    /// <summary>Reads it; if the arguments are anything else, says on standard error how the benchmark is called, which then ends with 2.</summary>
    /// <param name="command">The name of the benchmark.</param>
    /// <param name="option">The option with its dashes.</param>
    /// <param name="otherwise">The count if there are no arguments.</param>
    /// <param name="args">The benchmark's arguments.</param>
    /// <param name="count">The count, from 1.</param>
    public static bool TryRead(string command, string option, int otherwise, string[] args, out int count)
    {
        count = otherwise;
        if (args is []) return true;
        if (args is [var name, var number] && name == option && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0) return true;
        Console.Error.WriteLine($"Usage: {command} [{option} N], where N is a whole number from 1 to {int.MaxValue}");
        return false;
    }
}
