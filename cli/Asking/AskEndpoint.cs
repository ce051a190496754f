using System.Net;
using System.Text.Json;
using ShitOps.Cli.Health;

namespace ShitOps.Cli.Asking;

/// <summary>The function app's <c>/api/ask</c>.</summary>
/// <param name="http">Used for each call.</param>
/// <param name="app">The app's address, or that of its health.</param>
/// <param name="key">The function key; null: none is sent.</param>
internal sealed class AskEndpoint(HttpClient http, Uri app, string? key)
{
    /// <summary>Asks once.</summary>
    /// <param name="parameter"><c>question</c> or <c>query</c>.</param>
    /// <param name="text">The question, or the query.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AskException">There is no answer; the message says why and what to do.</exception>
    public Task<JsonElement> AskAsync(string parameter, string text, CancellationToken cancellationToken) => PostAsync("ask", [KeyValuePair.Create(parameter, text)], cancellationToken);

    /// <summary>Says what a question means.</summary>
    /// <param name="question">The question.</param>
    /// <param name="query">The query that it means, as a line.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AskException">It is not noted; the message says why.</exception>
    public Task CorrectAsync(string question, string query, CancellationToken cancellationToken) =>
        PostAsync("ask/feedback", [KeyValuePair.Create("question", question), KeyValuePair.Create("query", query)], cancellationToken);

    private async Task<JsonElement> PostAsync(string route, KeyValuePair<string, string>[] form, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, AppAddress.Of(app, route)) { Content = new FormUrlEncodedContent(form) };
        if (key is not null) request.Headers.Add("x-functions-key", key);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Unauthorized || (response.StatusCode == HttpStatusCode.Forbidden && response.Content.Headers.ContentType?.MediaType != "application/problem+json"))
                throw new AskException($"{app} wants {(key is null ? "a function key" : "another function key")}: give it with --key");
            var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).RootElement;
            if (response.IsSuccessStatusCode) return body;
            throw new AskException(body.TryGetProperty("detail", out var detail) ? detail.GetString()! : $"{app} answers {(int)response.StatusCode} to /api/{route}");
        }
        catch (HttpRequestException fault)
        {
            throw new AskException($"{app} does not answer ({fault.GetBaseException().Message}): start it with \"dotnet run --project local\", or name another with --url");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AskException($"{app} does not answer within {http.Timeout.TotalSeconds:N0} s");
        }
        catch (JsonException)
        {
            throw new AskException($"{app} answers /api/{route} with something else than an answer: is it a ShitOps function app? Name another with --url");
        }
    }
}

/// <summary>There is no answer. The message is for the user and says what to do.</summary>
internal sealed class AskException(string message) : Exception(message);
