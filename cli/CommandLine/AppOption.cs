using System.CommandLine;

namespace ShitOps.Cli.CommandLine;

/// <summary>The options that say which function app is asked.</summary>
internal static class AppOption
{
    /// <summary><c>--url</c>.</summary>
    public static Option<Uri> Url() => new("--url")
    {
        Description = "Address of the function app, with or without /api/health.",
        HelpName = "URL",
        DefaultValueFactory = _ => new Uri("http://localhost:7071"),
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https") return parsed;
            result.AddError($"--url: expected an address such as http://localhost:7071, found \"{result.Tokens[0].Value}\"");
            return null!;
        },
    };

    /// <summary><c>--key</c>.</summary>
    public static Option<string?> Key() => new("--key") { Description = "Function key, where the app wants one.", HelpName = "KEY" };
}
