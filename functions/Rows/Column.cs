namespace ShitOps.Rows;

/// <summary>What a cell holds, if it is not null.</summary>
public enum CellKind
{
    /// <summary>A <see cref="string"/>.</summary>
    Text,

    /// <summary>A <see cref="long"/>.</summary>
    Integer,

    /// <summary>A <see cref="double"/>.</summary>
    Number,

    /// <summary>A <see cref="bool"/>.</summary>
    Flag,

    /// <summary>A <see cref="DateTimeOffset"/>, written as RFC 3339 in UTC.</summary>
    Time,

    /// <summary>A <see cref="DateOnly"/>, written as <c>yyyy-MM-dd</c>.</summary>
    Date,
}

/// <summary>A column of rows. Its name is part of the interface: dashboards refer to it.</summary>
/// <param name="Name">In camelCase, with the unit at the end where there is one.</param>
/// <param name="Kind">What its cells hold.</param>
/// <param name="Meaning">What it says, for the documentation.</param>
public record Column(string Name, CellKind Kind, string Meaning);

/// <summary>A column, and how its cell comes from what the row is about.</summary>
public sealed record Column<T>(string Name, CellKind Kind, string Meaning, Func<T, object?> CellOf) : Column(Name, Kind, Meaning);

/// <summary>Rows for one answer: each has a cell for every column.</summary>
/// <param name="Columns">The columns, in order.</param>
/// <param name="Rows">The rows, in order.</param>
/// <param name="Continuation">Where the next page goes on; null: there are no more rows.</param>
public sealed record RowPage(IReadOnlyList<Column> Columns, IReadOnlyList<object?[]> Rows, string? Continuation)
{
    /// <summary>A page of rows about these.</summary>
    public static RowPage Of<T>(IReadOnlyList<Column<T>> columns, IEnumerable<T> rows, string? continuation) =>
        new(columns, [.. rows.Select(row => columns.Select(column => column.CellOf(row)).ToArray())], continuation);
}
