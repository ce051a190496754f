namespace ShitOps.Cli.Health;

/// <summary>Where the function app answers.</summary>
internal static class AppAddress
{
    /// <summary>The address of a route.</summary>
    /// <param name="app">The app's address, with or without <c>/api</c> or <c>/api/health</c>.</param>
    /// <param name="route">The route behind <c>/api/</c>, with its query.</param>
    public static Uri Of(Uri app, string route)
    {
        var address = app.GetLeftPart(UriPartial.Path).TrimEnd('/');
        if (address.EndsWith("/api/health", StringComparison.Ordinal)) address = address[..^"/health".Length];
        if (!address.EndsWith("/api", StringComparison.Ordinal)) address += "/api";
        return new Uri($"{address}/{route}");
    }
}
