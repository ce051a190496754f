using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using ShitOps.Pipeline;

namespace ShitOps.Cli.Health;

/// <summary>The function app's <c>GET /api/health</c>.</summary>
/// <param name="http">Used for each call.</param>
/// <param name="app">The app's address, or that of its health.</param>
/// <param name="key">The function key; null: none is sent.</param>
internal sealed class HealthEndpoint(HttpClient http, Uri app, string? key)
{
    /// <summary>Asks once.</summary>
    /// <exception cref="HealthUnavailableException">There is no answer, or none that is a report; the message says what to do.</exception>
    public async Task<HealthReport> AskAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, AppAddress.Of(app, "health"));
        if (key is not null) request.Headers.Add("x-functions-key", key);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                throw new HealthUnavailableException($"{app} wants {(key is null ? "a function key" : "another function key")}: give it with --key");

            // A degraded app may answer 503 with its report; what tells a problem is none.
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode && (response.Content.Headers.ContentType?.MediaType is not { } type || !type.Contains("json", StringComparison.Ordinal) || type == "application/problem+json"))
                throw new HealthUnavailableException($"{app} answers {(int)response.StatusCode} to GET /api/health: is it a ShitOps function app? Name another with --url");
            return Parse(body);
        }
        catch (HttpRequestException exception)
        {
            throw Silent(exception.GetBaseException().Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Silent($"no answer within {http.Timeout.TotalSeconds:N0} s");
        }
        catch (JsonException)
        {
            throw new HealthUnavailableException($"{app} answers GET /api/health with something else than a report: is it a ShitOps function app? Name another with --url");
        }
    }

    /// <summary>Reads a report; lists that another version of the app leaves out are empty.</summary>
    /// <exception cref="JsonException">It is no report.</exception>
    public static HealthReport Parse(string json)
    {
        if (JsonSerializer.Deserialize<HealthReport>(json, JsonSerializerOptions.Web) is not { Status: not null, Events: { } events } report) throw new JsonException("no report");
        return report with
        {
            Faults = report.Faults ?? [],
            Partitions = report.Partitions ?? [],
            Events = events with { ByType = events.ByType ?? ImmutableDictionary<string, long>.Empty },
        };
    }

    private HealthUnavailableException Silent(string reason) =>
        new($"{app} does not answer ({reason}): start it with \"dotnet run --project local\", or name another with --url");
}

/// <summary>The app's health cannot be known. The message is for the user and says what to do.</summary>
internal sealed class HealthUnavailableException(string message) : Exception(message);
