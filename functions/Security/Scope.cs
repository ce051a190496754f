using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ShitOps.Projects;

namespace ShitOps.Security;

/// <summary>
/// What a caller may see: all, or the projects of some teams and the sums of those teams. What belongs to no team, the series of the pipeline
/// among it, only those see who see all. Every read takes a scope, and no cached answer and no ETag is shared by two.
/// </summary>
public sealed class Scope
{
    private readonly HashSet<string>? _teams;
    private readonly HashSet<string>? _labels;

    private Scope(HashSet<string>? teams)
    {
        _teams = teams;
        _labels = teams?.Select(ProjectSummary.TeamLabel).ToHashSet(StringComparer.Ordinal);
        Key = teams is null ? "all" : Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(teams.Order(StringComparer.Ordinal))));
    }

    /// <summary>Whatever there is.</summary>
    public static Scope All { get; } = new(null);

    /// <summary>What tells it from every other scope.</summary>
    public string Key { get; }

    /// <summary>Whether it is all.</summary>
    public bool IsAll => _teams is null;

    /// <summary>The projects and sums of these teams; none: nothing.</summary>
    public static Scope OfTeams(params IEnumerable<string> teams) => new(teams.ToHashSet(StringComparer.Ordinal));

    /// <summary>The scope of a request: the one that was put into its features by what knows who asks; all, as long as nothing does.</summary>
    public static Scope Of(HttpRequest request) => request.HttpContext.Features.Get<Scope>() ?? All;

    /// <summary>Whether the sums of a team may be seen, by its label (<see cref="ProjectSummary.TeamLabel"/>).</summary>
    public bool SeesSums(string label) => _labels is null || _labels.Contains(label);

    /// <summary>Whether what is of a team may be seen; null: it is of none.</summary>
    public bool Sees(string? team) => _teams is null || (team is not null && _teams.Contains(team));
}
