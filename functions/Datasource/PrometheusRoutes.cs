using System.Text.Json.Nodes;

namespace ShitOps.Datasource;

/// <summary>The routes of Prometheus' HTTP API that there are, for the OpenAPI document.</summary>
internal static class PrometheusRoutes
{
    private static readonly (string Name, string Meaning, bool IsRequired) Query = ("query", "the PromQL expression", true);
    private static readonly (string Name, string Meaning, bool IsRequired) Timeout = ("timeout", "how long it may take: seconds, or a duration such as `30s`", false);
    private static readonly (string Name, string Meaning, bool IsRequired) Limit = ("limit", "the most that are listed; 0 or left out: all", false);
    private static readonly (string Name, string Meaning, bool IsRequired) Match = ("match[]", "only of the series that this selects; may stand there several times", false);

    private static readonly (string Path, string Meaning, (string Name, string Meaning, bool IsRequired)[] Parameters)[] All =
    [
        ("query", "An expression at an instant.", [Query, ("time", "the instant: seconds since 1970, or RFC 3339; left out: now", false), Timeout]),
        ("query_range", "An expression at each step of a span.", [Query, ("start", "the first instant: seconds since 1970, or RFC 3339", true), ("end", "the last instant, written likewise", true), ("step", "seconds, or a duration such as `1h`", true), Timeout]),
        ("series", "The label sets that any of the selectors finds.", [Match with { IsRequired = true }, Limit]),
        ("labels", "The names of labels.", [Match, Limit]),
        ("label/{name}/values", "The values of a label.", [Match, Limit]),
        ("metadata", "Type, unit and meaning of the metrics.", [("metric", "only this one", false), Limit]),
        ("status/buildinfo", "The version of Prometheus that this speaks as.", []),
        ("format_query", "An expression, laid out.", [Query]),
    ];

    /// <summary>Each path, with its operations.</summary>
    public static IEnumerable<(string Path, JsonObject Operations)> Paths() => All.Select(route => ($"/api/v1/{route.Path}", Operations(route.Path, route.Meaning, route.Parameters)));

    private static JsonObject Operations(string path, string meaning, (string Name, string Meaning, bool IsRequired)[] parameters)
    {
        var ofPath = path.Contains("{name}", StringComparison.Ordinal) ? Parameter("name", "the label", isRequired: true, "path") : null;
        var operations = new JsonObject
        {
            ["get"] = Operation(meaning, [.. ofPath is null ? Array.Empty<JsonNode>() : [ofPath], .. parameters.Select(one => Parameter(one.Name, one.Meaning, one.IsRequired, "query"))], body: null),
        };

        // What may be long may be posted.
        if (path is "query" or "query_range" or "series" or "labels" or "format_query")
        {
            operations["post"] = Operation(meaning, [], new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["application/x-www-form-urlencoded"] = new JsonObject
                    {
                        ["schema"] = new JsonObject
                        {
                            ["type"] = "object",
                            ["required"] = new JsonArray([.. parameters.Where(one => one.IsRequired).Select(one => JsonValue.Create(one.Name))]),
                            ["properties"] = new JsonObject(parameters.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)Schema(one.Name, one.Meaning)))),
                        },
                    },
                },
            });
        }

        return operations;
    }

    private static JsonObject Operation(string meaning, JsonNode[] parameters, JsonObject? body)
    {
        var operation = new JsonObject { ["summary"] = meaning, ["parameters"] = new JsonArray(parameters) };
        if (body is not null) operation["requestBody"] = body;
        operation["responses"] = new JsonObject
        {
            ["200"] = Answer("success", "data"),
            ["400"] = Answer("The request is not right; error says why.", "error"),
            ["422"] = Answer("It cannot be answered over these series, or would need more than is allowed.", "error"),
            ["503"] = Answer("It took too long, or storage does not answer.", "error"),
        };
        return operation;
    }

    private static JsonObject Answer(string description, string member) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject
            {
                ["schema"] = new JsonObject
                {
                    ["type"] = "object",
                    ["required"] = new JsonArray("status", member),
                    ["properties"] = new JsonObject { ["status"] = new JsonObject { ["type"] = "string" }, [member] = member == "error" ? new JsonObject { ["type"] = "string" } : new JsonObject() },
                },
            },
        },
    };

    private static JsonObject Parameter(string name, string meaning, bool isRequired, string place) => new()
    {
        ["name"] = name, ["in"] = place, ["description"] = meaning, ["required"] = isRequired, ["schema"] = name == "match[]" ? Schema(name, meaning) : new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Schema(string name, string meaning) => name == "match[]"
        ? new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" }, ["description"] = meaning }
        : new JsonObject { ["type"] = "string", ["description"] = meaning };
}
