using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ShitOps.Tests.Infrastructure;

/// <summary>What a deployment would make, as <c>bicep snapshot</c> predicts it: everything that is not known before is an expression in brackets.</summary>
public sealed class Plan(JsonObject snapshot)
{
    /// <summary>The resources, in the order of the templates.</summary>
    public IReadOnlyList<PlannedResource> Resources { get; } = [.. snapshot["predictedResources"]!.AsArray().Select(one => new PlannedResource(one!.AsObject()))];

    /// <summary>What the deployment tells when it has ended.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Outputs { get; } = snapshot["outputs"]!.AsObject().ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);

    /// <summary>The resources of a type.</summary>
    public IEnumerable<PlannedResource> OfType(string type) => Resources.Where(one => one.Type.Equals(type, StringComparison.OrdinalIgnoreCase));

    /// <summary>The resource of an id; null: there is none.</summary>
    public PlannedResource? Find(string? id) => Resources.FirstOrDefault(one => one.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The settings of an app.</summary>
    public IReadOnlyDictionary<string, string> SettingsOf(PlannedResource app) => OfType("Microsoft.Web/sites/config").Single(one => one.Id == $"{app.Id}/config/appsettings")
        .Body["properties"]!.AsObject().ToDictionary(one => one.Key, one => one.Value!.GetValue<string>(), StringComparer.Ordinal);

    /// <summary>The app that is deployed as a service, live or archive.</summary>
    public PlannedResource App(string service) => OfType("Microsoft.Web/sites").Single(one => one["tags", "azd-service-name"] == service);

    /// <summary>The plan for people: each resource with what is stated of it, where the names of the deployment are left out.</summary>
    public override string ToString()
    {
        const int width = 160;
        var text = new StringBuilder();
        foreach (var resource in Resources)
        {
            text.Append(CultureInfo.InvariantCulture, $"{resource.Id}\n");
            foreach (var (name, value) in resource.Body)
                if (value is not null && name is not ("id" or "type" or "name" or "apiVersion" or "location" or "tags")) Append(name == "properties" ? "" : name, value);
            text.Append('\n');
        }

        foreach (var (name, value) in Outputs.OrderBy(output => output.Key, StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"output {name}: {value}\n");
        var group = Resources.First(one => one.Type == "Microsoft.Resources/resourceGroups").Id;
        text.Replace($"{group}/providers/", "").Replace(App("live").Name["func-live-".Length..], "*");
        foreach (var (id, name) in Policies.RoleNames) text.Replace($"/subscriptions/{group.Split('/')[2]}/providers/Microsoft.Authorization/roleDefinitions/{id}", name);
        return text.ToString();

        // In one line what is short enough for one.
        void Append(string path, JsonNode value)
        {
            if (path.Length > 0 && Line(value) is { Length: <= width } line)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {path}: {line}\n");
                return;
            }

            switch (value)
            {
                case JsonObject members:
                    foreach (var (name, member) in members) if (member is not null) Append(path.Length == 0 ? name : $"{path}.{name}", member);
                    break;
                case JsonArray list:
                    for (var i = 0; i < list.Count; i++) Append($"{path}[{i}]", list[i]!);
                    break;
                default:
                    text.Append(CultureInfo.InvariantCulture, $"  {path}: {value}\n");
                    break;
            }
        }

        static string Line(JsonNode? value) => value switch
        {
            JsonObject members => $"{{ {string.Join(", ", members.Select(one => $"{one.Key}: {Line(one.Value)}"))} }}",
            JsonArray list => $"[{string.Join(", ", list.Select(Line))}]",
            _ => $"{value}",
        };
    }
}

/// <summary>One resource of a <see cref="Plan"/>.</summary>
public sealed record PlannedResource(JsonObject Body)
{
    public string Id { get; } = Body["id"]!.GetValue<string>();

    public string Type { get; } = Body["type"]!.GetValue<string>();

    public string Name { get; } = Body["name"]!.GetValue<string>();

    /// <summary>A value of it by its path, as text; null: it is not there.</summary>
    public string? this[params string[] path] => At(path)?.ToString();

    /// <summary>A part of it by its path; null: it is not there.</summary>
    public JsonNode? At(params string[] path)
    {
        JsonNode? node = Body;
        foreach (var name in path) node = (node as JsonObject)?[name];
        return node;
    }

    /// <summary>The elements of a list in it; none, if it is not there.</summary>
    public IEnumerable<JsonNode> List(params string[] path) => At(path) is JsonArray list ? list.OfType<JsonNode>() : [];

    public override string ToString() => $"{Type} {Name}";
}
