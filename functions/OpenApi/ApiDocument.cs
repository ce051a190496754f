using System.Text.Json.Nodes;

namespace ShitOps.OpenApi;

/// <summary>The routes as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0); those of rows are made from what the code checks and writes.</summary>
internal static class ApiDocument
{
    /// <summary>The document.</summary>
    public static JsonObject Of() => new()
    {
        ["openapi"] = "3.1.0",
        ["info"] = new JsonObject
        {
            ["title"] = "ShitOps", ["version"] = "1", ["description"] = "The present state and the past of projects as flat rows, and as metrics by Prometheus' HTTP API; answers to questions in words; and where events come in.",
        },
        ["paths"] = new JsonObject(RowPaths.All().Concat(PrometheusPaths.All()).Concat(AskPaths.All()).Concat(EventPaths.All()).Concat(PipelinePaths.All()).Select(path => KeyValuePair.Create(path.Path, (JsonNode?)path.Operations))),
        ["components"] = new JsonObject
        {
            ["securitySchemes"] = new JsonObject { ["functionKey"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-functions-key" } },
            ["schemas"] = new JsonObject { ["Problem"] = Schema.Object(("title", Schema.Of("string")), ("status", Schema.Of("integer")), ("detail", Schema.Of("string"))) },
        },
        ["security"] = new JsonArray(new JsonObject { ["functionKey"] = new JsonArray() }),
    };
}
