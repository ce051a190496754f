using System.Globalization;
using System.Text.Json.Nodes;

namespace ShitOps.OpenApi;

/// <summary>What a method of a path takes and answers.</summary>
/// <param name="Summary">What it does.</param>
internal sealed record Operation(string Summary)
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Json = "application/json";

    /// <summary>The parameters of the address and of the path, from <see cref="Parameter"/>.</summary>
    public IReadOnlyList<JsonObject> Parameters { get; init; } = [];

    /// <summary>The body, from <see cref="Body"/>; null: none.</summary>
    public JsonObject? Content { get; init; }

    /// <summary>The answers by their status.</summary>
    public required IReadOnlyList<(int Status, JsonObject Answer)> Answers { get; init; }

    /// <summary>Whether anybody may ask, without a key.</summary>
    public bool IsOpen { get; init; }

    /// <summary>As the document has it.</summary>
    public JsonObject Write()
    {
        var operation = new JsonObject { ["summary"] = Summary, ["parameters"] = new JsonArray([.. Parameters.Select(parameter => (JsonNode)parameter)]) };
        if (Content is not null) operation["requestBody"] = Content;
        if (IsOpen) operation["security"] = new JsonArray();
        operation["responses"] = new JsonObject(Answers.Select(answer => KeyValuePair.Create(answer.Status.ToString(CultureInfo.InvariantCulture), (JsonNode?)answer.Answer)));
        return operation;
    }

    /// <summary>A parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="meaning">What it says.</param>
    /// <param name="isRequired">Whether it has to be there.</param>
    /// <param name="place"><c>query</c>, or <c>path</c>.</param>
    /// <param name="schema">Its values; left out: text.</param>
    public static JsonObject Parameter(string name, string meaning, bool isRequired = false, string place = "query", JsonObject? schema = null) =>
        new() { ["name"] = name, ["in"] = place, ["description"] = meaning, ["required"] = isRequired, ["schema"] = schema ?? Schema.Of("string") };

    /// <summary>A body, as JSON, a form, or both.</summary>
    public static JsonObject Body(JsonObject schema, bool isJson = true, bool isForm = false)
    {
        var content = new JsonObject();
        if (isJson) content[Json] = new JsonObject { ["schema"] = schema };
        if (isForm) content[Form] = new JsonObject { ["schema"] = schema.DeepClone() };
        return new JsonObject { ["required"] = true, ["content"] = content };
    }

    /// <summary>An answer.</summary>
    /// <param name="meaning">What it is.</param>
    /// <param name="schema">Its JSON; null: it has no body.</param>
    public static JsonObject Answer(string meaning, JsonObject? schema = null)
    {
        var answer = new JsonObject { ["description"] = meaning };
        if (schema is not null) answer["content"] = new JsonObject { [Json] = new JsonObject { ["schema"] = schema } };
        return answer;
    }

    /// <summary>An answer that says what is wrong, as RFC 9457 has it.</summary>
    public static JsonObject Problem(string meaning) => new()
    {
        ["description"] = meaning,
        ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } } },
    };
}
