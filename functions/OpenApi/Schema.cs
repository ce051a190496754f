using System.Text.Json.Nodes;

namespace ShitOps.OpenApi;

/// <summary>Schemas of values (https://json-schema.org/draft/2020-12).</summary>
internal static class Schema
{
    /// <summary>A value of a type.</summary>
    public static JsonObject Of(string type, string? description = null) => Described(new JsonObject { ["type"] = type }, description);

    /// <summary>A value of a type, or null.</summary>
    public static JsonObject Nullable(string type, string? description = null) => Described(new JsonObject { ["type"] = new JsonArray(type, "null") }, description);

    /// <summary>One of some words.</summary>
    public static JsonObject Word(params ReadOnlySpan<string> words) => new() { ["type"] = "string", ["enum"] = new JsonArray([.. words.ToArray().Select(word => JsonValue.Create(word))]) };

    /// <summary>A list.</summary>
    public static JsonObject Array(JsonNode items, string? description = null) => Described(new JsonObject { ["type"] = "array", ["items"] = items }, description);

    /// <summary>An object that has all of these members.</summary>
    public static JsonObject Object(params IReadOnlyList<(string Name, JsonObject Value)> members) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray([.. members.Select(member => JsonValue.Create(member.Name))]),
        ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value))),
    };

    private static JsonObject Described(JsonObject schema, string? description)
    {
        if (description is not null) schema["description"] = description;
        return schema;
    }
}
