using System.Globalization;

namespace ShitOps.Projects;

/// <summary>
/// The slice of a project: <see cref="StableHash"/> of the project modulo the number of slices. It depends on nothing else, so any
/// instance finds a project's rows, whatever Kafka partition its events came from.
/// </summary>
/// <param name="Value">From 0 to the number of slices, exclusive.</param>
public readonly record struct SliceId(int Value)
{
    /// <summary>The most slices a projection may have: four hexadecimal digits.</summary>
    public const int Most = 65_536;

    /// <summary>The slice of a project in a projection of so many slices.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not 1 to <see cref="Most"/> slices.</exception>
    public static SliceId Of(string project, int slices)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slices, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slices, Most);
        return new SliceId((int)(StableHash.Of(project) % (ulong)slices));
    }

    /// <summary>The slice that <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SliceId Parse(string text) => new(ushort.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    /// <summary>Four hexadecimal digits, which sort as the numbers do.</summary>
    public override string ToString() => Value.ToString("x4", CultureInfo.InvariantCulture);
}
