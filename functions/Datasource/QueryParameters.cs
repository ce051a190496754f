using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ShitOps.Events;
using ShitOps.PromQL;

namespace ShitOps.Datasource;

/// <summary>The parameters of a request to Prometheus' API: of the address, and of a form that was posted, as Grafana does since expressions may be long.</summary>
internal sealed class QueryParameters
{
    /// <summary>How far times lie from 1970 at most, in milliseconds; some 31,700 years.</summary>
    public const long FarthestMs = 1_000_000_000_000_000;

    private readonly Dictionary<string, StringValues> _values = new(StringComparer.Ordinal);

    private QueryParameters(IQueryCollection query, IFormCollection? form)
    {
        // What is in both counts in the form, as in Prometheus.
        foreach (var (name, values) in form ?? FormCollection.Empty) _values[name] = values;
        foreach (var (name, values) in query) _values[name] = StringValues.Concat(_values.GetValueOrDefault(name), values);
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="QueryException">The form cannot be read.</exception>
    public static async Task<QueryParameters> OfAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return new QueryParameters(request.Query, request.HasFormContentType ? await request.ReadFormAsync(cancellationToken) : null);
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            throw new QueryException(QueryErrorKind.BadData, $"error parsing form values: {fault.Message}");
        }
    }

    /// <summary>All values of a parameter.</summary>
    public IReadOnlyList<string> All(string name) => [.. _values.GetValueOrDefault(name).OfType<string>()];

    /// <summary>The value of a parameter; null: it is left out or empty.</summary>
    public string? Value(string name) => _values.GetValueOrDefault(name) is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>The value of a parameter that has to be there.</summary>
    /// <exception cref="QueryException">It is not.</exception>
    public string Required(string name) => Value(name) ?? throw Invalid(name, "it is missing");

    /// <summary>A time in Unix milliseconds, if it is there: seconds since 1970, with a fraction or not, or RFC 3339.</summary>
    /// <exception cref="QueryException">It is neither; in the words that Prometheus has where a time may be left out.</exception>
    public long Time(string name, long otherwise) => Value(name) is { } text ? TimeOf(text) ?? throw Invalid(name, $"Invalid time value for '{name}': {NoTime(text)}") : otherwise;

    /// <summary>A time that has to be there, as <see cref="Time"/> reads it.</summary>
    /// <exception cref="QueryException">It is not there, or no time.</exception>
    public long RequiredTime(string name) => Required(name) is var text && TimeOf(text) is { } time ? time : throw Invalid(name, NoTime(text));

    /// <summary>A duration in milliseconds: seconds, with a fraction or not, or as PromQL writes them; null: it is left out.</summary>
    /// <exception cref="QueryException">It is neither.</exception>
    public long? Duration(string name)
    {
        if (Value(name) is not { } text) return null;
        if (NumberText.TryParse(text, out var seconds)) return Milliseconds(seconds) ?? throw NoDuration();
        return DurationText.TryParse(text, out var ms, out _) ? ms : throw NoDuration();

        QueryException NoDuration() => Invalid(name, $"cannot parse {QuotedText.Of(text)} to a valid duration");
    }

    /// <summary>A whole number from 0; null: it is left out, or 0, which stands for no limit.</summary>
    /// <exception cref="QueryException">It is none.</exception>
    public int? Limit(string name)
    {
        if (Value(name) is not { } text) return null;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)) throw Invalid(name, $"cannot parse {QuotedText.Of(text)} to a limit");
        return limit == 0 ? null : limit;
    }

    /// <summary>What is wrong with a parameter.</summary>
    public static QueryException Invalid(string name, string problem) => new(QueryErrorKind.BadData, $"invalid parameter {QuotedText.Of(name)}: {problem}");

    private static string NoTime(string text) => $"cannot parse {QuotedText.Of(text)} to a valid timestamp";

    private static long? TimeOf(string text)
    {
        if (NumberText.TryParse(text, out var seconds)) return Milliseconds(seconds);
        return Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out var time) ? time.ToUnixTimeMilliseconds() : null;
    }

    private static long? Milliseconds(double seconds)
    {
        var ms = Math.Round(seconds * 1000);
        return Math.Abs(ms) < FarthestMs ? (long)ms : null;
    }
}
