using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>What a tracker does not say is left out of an event; stated as null it would clear what was known before.</summary>
internal static class KnownField
{
    /// <summary>States <paramref name="value"/> unless it is null.</summary>
    public static Field<T?> Of<T>(T? value) => value is null ? default : new(true, value);
}
