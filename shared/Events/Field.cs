namespace ShitOps.Events;

/// <summary>
/// A field that an event may leave out. Left out (the default value) it says nothing; stated as null it clears what was known before.
/// </summary>
/// <param name="IsStated">Whether the event has the field at all.</param>
/// <param name="Value">The stated value; the default where nothing is stated.</param>
public readonly record struct Field<T>(bool IsStated, T Value)
{
    public static implicit operator Field<T>(T value) => new(true, value);
}
