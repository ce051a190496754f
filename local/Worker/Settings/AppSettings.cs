using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace ShitOps.Local.Worker;

/// <summary>The app's settings: environment, <c>local.settings.json</c> and arguments under one name.</summary>
internal sealed partial class AppSettings(IConfiguration configuration)
{
    /// <summary>The value of a setting, or null when it is not set or empty. <c>__</c> separates sections, as in the environment.</summary>
    public string? this[string name]
    {
        get
        {
            var key = name.Replace("__", ":", StringComparison.Ordinal);
            var value = configuration[key] is { Length: > 0 } direct ? direct : configuration[$"ConnectionStrings:{key}"];
            return string.IsNullOrEmpty(value) ? null : value;
        }
    }

    /// <summary>Puts settings in the place of their <c>%Name%</c>.</summary>
    /// <exception cref="FunctionAppException">One of them is not set; <paramref name="where"/> says who asks for it.</exception>
    public string Resolve(string text, string where) =>
        Reference().Replace(text, reference =>
            this[reference.Groups["name"].Value]
            ?? throw new FunctionAppException($"{where}: the setting '{reference.Groups["name"].Value}' is not set."));

    /// <summary>
    /// As <see cref="Resolve"/>; the result is then taken for the name of a setting, and for the value itself when there is none.
    /// The Kafka extension reads all its strings so.
    /// </summary>
    public string ResolveTwice(string text, string where)
    {
        var resolved = Resolve(text, where);
        return string.IsNullOrWhiteSpace(resolved) ? resolved : this[resolved] ?? resolved;
    }

    public bool IsOn(string name) => this[name] is { } value && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether <c>AzureWebJobs.Name.Disabled</c> is on, in any of the spellings that an environment allows.</summary>
    public bool IsDisabled(string function) =>
        IsOn($"AzureWebJobs.{function}.Disabled") || IsOn($"AzureWebJobs.{function}__Disabled") || IsOn($"AzureWebJobs__{function}__Disabled");

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
