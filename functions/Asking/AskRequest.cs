using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ShitOps.Rows;
using ShitOps.Security;

namespace ShitOps.Asking;

/// <summary>What somebody asks: parameters of the address, of a form, or of a JSON object.</summary>
internal sealed class AskRequest
{
    private const int MostBytes = 64 << 10;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private AskRequest()
    {
    }

    /// <summary>Reads a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="known">The parameters that there are.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RowProblemException">It cannot be read, has a parameter that there is not, or whoever asks does not see all.</exception>
    public static async Task<AskRequest> OfAsync(HttpRequest request, IReadOnlyList<string> known, CancellationToken cancellationToken)
    {
        // Names and answers are those of all teams.
        if (!Scope.Of(request).IsAll) throw RowProblemException.Forbidden("Questions are answered over all teams, so only those who see all may ask. /api/rows and /api/v1 answer for some teams.");
        var asked = new AskRequest();
        foreach (var (name, values) in request.Query)
            if (values is [{ Length: > 0 } value, ..]) asked._values[name] = value;
        if (request.HasFormContentType)
        {
            foreach (var (name, values) in await FormAsync(request, cancellationToken))
                if (values is [{ Length: > 0 } value, ..]) asked._values[name] = value;
        }
        else if (HttpMethods.IsPost(request.Method))
        {
            asked.Take(await BodyAsync(request, cancellationToken), known);
        }

        foreach (var name in asked._values.Keys)
            if (!known.Contains(name) && name is not ("code" or "clientId")) throw RowProblemException.Invalid($"The parameter \"{name}\" is not known here. Known are: {string.Join(", ", known)}.");
        return asked;
    }

    /// <summary>The value of a parameter; null: it is left out or empty.</summary>
    public string? Value(string name) => _values.GetValueOrDefault(name);

    private static async Task<IFormCollection> FormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MostBytes) throw RowProblemException.Invalid($"The form has more than {MostBytes} bytes; expected a question or a query.");

        // Of one that does not say its length the server counts the bytes.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MostBytes;
        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            throw RowProblemException.Invalid($"The form cannot be read: {fault.Message}");
        }
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new byte[MostBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MostBytes ? body[..length] : throw RowProblemException.Invalid($"The body has more than {MostBytes} bytes; expected a question or a query.");
    }

    private void Take(byte[] body, IReadOnlyList<string> known)
    {
        if (body.Length == 0) return;
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw Unexpected("something else");
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Null) continue;
                if (member.Value.ValueKind != JsonValueKind.String) throw Unexpected($"\"{member.Name}\" that is no text");
                if (member.Value.GetString() is { Length: > 0 } value) _values[member.Name] = value;
            }
        }
        catch (JsonException fault)
        {
            throw Unexpected(FormattableString.Invariant($"no JSON in line {fault.LineNumber + 1}"));
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which no text has.
            throw Unexpected("a text that is none");
        }

        RowProblemException Unexpected(string found) => RowProblemException.Invalid($"The body has {found}; expected a JSON object whose members are texts: {string.Join(", ", known)}.");
    }
}
