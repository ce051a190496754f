namespace ShitOps.Cli.Input;

/// <summary>Where an input comes from, written as editors follow it: <c>file:line</c>.</summary>
/// <param name="Source">The file; for what comes from no file, what it is about.</param>
/// <param name="Within">The line, and the column where it is known; null: all of it.</param>
internal readonly record struct Place(string Source, string? Within = null)
{
    public override string ToString() => Within is null ? Source : $"{Source}:{Within}";
}
