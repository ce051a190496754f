using System.Net;
using System.Text.Json;

namespace ShitOps.Cli.Health;

/// <summary>The function app's <c>GET /api/rows/projects</c>, as far as status shows it.</summary>
/// <param name="http">Used for each call.</param>
/// <param name="app">The app's address, or that of its health.</param>
/// <param name="key">The function key; null: none is sent.</param>
internal sealed class ProjectsEndpoint(HttpClient http, Uri app, string? key)
{
    /// <summary>Asks for one page: to read all of a large organisation every two seconds would be too much.</summary>
    public async Task<ProjectsSeen> AskAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, AppAddress.Of(app, "rows/projects?limit=1000"));
        if (key is not null) request.Headers.Add("x-functions-key", key);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                return ProjectsSeen.Nothing($"they want {(key is null ? "a function key" : "another function key")}: give it with --key");
            if (!response.IsSuccessStatusCode) return ProjectsSeen.Nothing($"GET /api/rows/projects answers {(int)response.StatusCode}");
            var rows = JsonSerializer.Deserialize<List<ProjectSeen>>(await response.Content.ReadAsStringAsync(cancellationToken), JsonSerializerOptions.Web);
            return new ProjectsSeen(rows ?? [], !response.Headers.Contains("x-continuation-token"), null);
        }
        catch (HttpRequestException exception)
        {
            return ProjectsSeen.Nothing(exception.GetBaseException().Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProjectsSeen.Nothing($"no answer within {http.Timeout.TotalSeconds:N0} s");
        }
        catch (JsonException)
        {
            return ProjectsSeen.Nothing("GET /api/rows/projects answers something else");
        }
    }
}

/// <summary>What the app said of its projects.</summary>
/// <param name="Projects">The projects of the first page.</param>
/// <param name="AreAll">Whether there are no others.</param>
/// <param name="Fault">Why there are none to show; null: nothing is wrong.</param>
internal sealed record ProjectsSeen(IReadOnlyList<ProjectSeen> Projects, bool AreAll, string? Fault)
{
    /// <summary>They cannot be shown.</summary>
    public static ProjectsSeen Nothing(string fault) => new([], AreAll: false, fault);
}

/// <summary>A row of a project, as far as it is shown.</summary>
internal sealed record ProjectSeen(string Project, DateOnly? Due, long TasksOpen, long TasksBlocked, long Wip, long TasksDone);
