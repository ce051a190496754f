using Microsoft.Extensions.Configuration;
using ShitOps.Local.Worker;

namespace ShitOps.Cli.CommandLine;

/// <summary>The settings that the function app and the launcher have as well: <c>local.settings.json</c>, and the environment above it.</summary>
internal static class AppSettings
{
    /// <summary>Reads them.</summary>
    /// <param name="folder">Where the file is, if there is one.</param>
    /// <param name="environment">What goes before the file.</param>
    /// <exception cref="FunctionAppException">The file cannot be used; the message names it.</exception>
    public static IConfiguration Read(string folder, IConfiguration environment)
    {
        var settings = new ConfigurationBuilder();
        LocalSettingsFile.AddTo(settings, folder);
        return settings.AddConfiguration(environment).Build();
    }
}
