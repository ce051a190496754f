using System.Globalization;

namespace ShitOps.Rows;

/// <summary>What a route of rows is asked, and what it answers: checked against requests, and written down in docs/rows.md.</summary>
/// <param name="Path">Behind <c>/api/</c>.</param>
/// <param name="Meaning">What its rows are.</param>
/// <param name="Filters">Its own parameters.</param>
/// <param name="Columns">The columns of its rows.</param>
public sealed record RowRoute(string Path, string Meaning, IReadOnlyList<RowParameter> Filters, IReadOnlyList<Column> Columns)
{
    private static readonly RowParameter Continuation = new("continuation", "goes on behind an earlier answer: the value of its header `x-continuation-token`");
    private static readonly RowParameter Format = new("format", "`json` or `csv`, whatever `Accept` says");

    /// <summary>Whether it may have more rows than one answer holds.</summary>
    public bool IsPaged { get; init; } = true;

    /// <summary>The most rows of an answer that a request may ask for.</summary>
    public int MostLimit { get; init; } = 10_000;

    /// <summary>The most rows of an answer, if the request does not say.</summary>
    public int DefaultLimit { get; init; } = 1000;

    /// <summary>Whether a project that is not known is answered with 404, rather than with no rows of it.</summary>
    public bool RequiresKnownProject { get; init; }

    /// <summary>All parameters that it knows.</summary>
    public IReadOnlyList<RowParameter> Parameters => [.. Filters, .. IsPaged ? [Limit, Continuation] : Array.Empty<RowParameter>(), Format];

    private RowParameter Limit => new("limit", string.Create(CultureInfo.InvariantCulture, $"the most rows of an answer, 1 to {MostLimit:N0}; left out: {DefaultLimit:N0}"));
}

/// <summary>A parameter in the query of an address.</summary>
/// <param name="Name">Its name; letter case counts.</param>
/// <param name="Meaning">What it does, for the documentation.</param>
/// <param name="MayRepeat">Whether it may stand there several times, and then any of its values will do.</param>
/// <param name="IsRequired">Whether it must stand there.</param>
public sealed record RowParameter(string Name, string Meaning, bool MayRepeat = false, bool IsRequired = false);
