using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace ShitOps.Local.Worker;

/// <summary>
/// <c>local.settings.json</c> as Core Tools reads it: <c>Values</c> are settings, <c>Host</c> says how the app listens.
/// Its values reach the app's configuration, not the environment of the process: several apps may share one process.
/// </summary>
public static class LocalSettingsFile
{
    /// <summary>Adds the file's settings, if there is one in the folder.</summary>
    /// <exception cref="FunctionAppException">It is no such file; the message names the place.</exception>
    public static void AddTo(IConfigurationBuilder configuration, string root)
    {
        var path = Path.Combine(root, "local.settings.json");
        if (!File.Exists(path))
        {
            return;
        }

        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var file = JsonDocument.Parse(
                File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            Add(file.RootElement, "Values", "");
            Add(file.RootElement, "ConnectionStrings", "ConnectionStrings:");
            Add(file.RootElement, "Host", "LocalSettings:Host:");
        }
        catch (JsonException fault)
        {
            throw new FunctionAppException($"{path}: {fault.Message}", fault);
        }

        configuration.AddInMemoryCollection(values);

        void Add(JsonElement file, string section, string prefix)
        {
            if (!file.TryGetProperty(section, out var entries) || entries.ValueKind != JsonValueKind.Object)
            {
                return;
            }

            foreach (var entry in entries.EnumerateObject())
            {
                if (entry.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                {
                    throw new FunctionAppException($"{path}: {section}.{entry.Name} must be a string, a number or a boolean. Sections are written A__B.");
                }

                values[prefix + entry.Name.Replace("__", ":", StringComparison.Ordinal)] = entry.Value.ToString();
            }
        }
    }
}
