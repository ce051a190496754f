using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ShitOps.Security;

namespace ShitOps.Rows;

/// <summary>What a request for rows asks for, checked against the parameters of its route. An empty value counts as left out.</summary>
public sealed class RowQuery
{
    private const int DigestBytes = 9;

    // The host's, for keys.
    private static readonly string[] Passed = ["code", "clientId"];

    private readonly Dictionary<string, string[]> _values = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<RowParameter> _filters;

    /// <summary>Reads the query of a request by somebody who sees a scope.</summary>
    /// <exception cref="RowProblemException">It has something that the route does not know, or a limit that is none.</exception>
    public RowQuery(IQueryCollection query, RowRoute route, Scope scope)
    {
        Scope = scope;
        _filters = route.Filters;
        var known = route.Parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        foreach (var (name, values) in query)
        {
            if (Passed.Contains(name)) continue;
            if (!known.TryGetValue(name, out var parameter))
                throw RowProblemException.Invalid($"The parameter \"{name}\" is not known here. Known are: {string.Join(", ", route.Parameters.Select(one => one.Name))}.");
            string[] stated = [.. values.OfType<string>().Where(value => value.Length > 0).Distinct(StringComparer.Ordinal)];
            if (stated.Length > 1 && !parameter.MayRepeat) throw RowProblemException.Invalid($"{name} stands there {stated.Length} times; expected once.");
            if (stated.Length > 0) _values[name] = stated;
        }

        if (Value("limit") is not { } limit) Limit = route.DefaultLimit;
        else
            Limit = int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= route.MostLimit
                ? number
                : throw Unexpected("limit", $"a number from 1 to {route.MostLimit}");
    }

    /// <summary>A short text that is the same for the same filters and scope, whatever the order in which they stand there, and for other ones another.</summary>
    public string FilterDigest
    {
        get
        {
            var stated = _filters.Where(filter => _values.ContainsKey(filter.Name)).Select(filter => (string[])[filter.Name, .. Values(filter.Name).Order(StringComparer.Ordinal)]);
            return Base64Url.EncodeToString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(stated.Prepend([Scope.Key]))).AsSpan(0, DigestBytes));
        }
    }

    /// <summary>What whoever asks may see.</summary>
    public Scope Scope { get; }

    /// <summary>The most rows of the answer.</summary>
    public int Limit { get; }

    /// <summary>How many of a listing are read at most to fill the answer and to know whether there is more; null: a filter may let few of them through.</summary>
    /// <param name="place">The parameter that says where to read, instead of what to let through.</param>
    public int? MostNeeded(string place) => Scope.IsAll && _filters.All(filter => filter.Name == place || Values(filter.Name).Count == 0) ? Limit + 1 : null;

    /// <summary>The value of a parameter that stands there at most once; null: it is left out.</summary>
    public string? Value(string name) => _values.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>The values of a parameter; none: it is left out.</summary>
    public IReadOnlyList<string> Values(string name) => _values.GetValueOrDefault(name, []);

    /// <summary>Whether a value is one of those that the parameter asks for, or the parameter is left out.</summary>
    public bool Lets(string name, string? value) => !_values.TryGetValue(name, out var values) || (value is not null && values.Contains(value, StringComparer.Ordinal));

    /// <summary>The value of a parameter that is <c>true</c> or <c>false</c>; null: it is left out.</summary>
    /// <exception cref="RowProblemException">It is neither.</exception>
    public bool? Flag(string name) => Value(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw Unexpected(name, "true or false"),
    };

    /// <summary>The values of a parameter that are all of a given set; none: it is left out.</summary>
    /// <exception cref="RowProblemException">One of them is not.</exception>
    public IReadOnlyList<string> Words(string name, IReadOnlyCollection<string> words) =>
        Values(name).All(words.Contains) ? Values(name) : throw Unexpected(name, string.Join(", ", words));

    /// <summary>What is wrong with a value that is not as expected.</summary>
    public RowProblemException Unexpected(string name, string expected) => RowProblemException.Invalid($"{name} is \"{string.Join("\", \"", Values(name))}\"; expected {expected}.");
}
