using Microsoft.AspNetCore.Http;

namespace ShitOps.Rows;

/// <summary>Why there are no rows: the body of an error answer by RFC 9457.</summary>
/// <param name="Title">The kind of problem in a few words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What was found, and what was expected.</param>
public sealed record RowProblem(string Title, int Status, string Detail);

/// <summary>A request for rows that cannot be answered with rows.</summary>
public sealed class RowProblemException(RowProblem problem) : Exception(problem.Detail)
{
    /// <summary>What the answer says.</summary>
    public RowProblem Problem => problem;

    /// <summary>The request asks for what does not make sense.</summary>
    public static RowProblemException Invalid(string detail) => new(new RowProblem("Invalid request", StatusCodes.Status400BadRequest, detail));

    /// <summary>Whoever asks may not.</summary>
    public static RowProblemException Forbidden(string detail) => new(new RowProblem("Forbidden", StatusCodes.Status403Forbidden, detail));

    /// <summary>There is no such project; no rows at all would hide a misspelt name.</summary>
    public static RowProblemException UnknownProject(string project) =>
        new(new RowProblem("Unknown project", StatusCodes.Status404NotFound, $"No event about the project \"{project}\" is aggregated; letter case counts. /api/rows/projects lists those that are known, and /api/health says how many events wait."));
}
