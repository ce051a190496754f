using System.Text.Json.Nodes;

namespace ShitOps.OpenApi;

/// <summary>The paths of questions; docs/asking.md.</summary>
internal static class AskPaths
{
    private static readonly (string Name, string Meaning, JsonObject Value)[] Asked =
        [("question", "what is asked, in words", Schema.Of("string")), ("query", "what is asked, as a query in one line; stands in the place of question", Schema.Of("string"))];

    /// <summary>Each, with its operations.</summary>
    public static IEnumerable<(string Path, JsonObject Operations)> All() =>
    [
        ("/api/ask", GetOrPost(
            "The answer to a question, or to a query: what was understood, rows and frames, and the plan.",
            [.. Asked, ("format", "what is answered: all, or only rows or data frames of Grafana", Schema.Word("all", "rows", "frames"))],
            Schema.Object(
                ("query", Schema.Nullable("string", "what is answered; null: there is no answer")), ("confidence", Schema.Of("number", "how probable it is that this was meant, 0 to 1")),
                ("sure", Schema.Of("boolean", "whether that is enough to answer")), ("refusal", Schema.Nullable("string", "why there is no answer, and what can be asked instead")),
                ("nothing", Schema.Of("string", "where the rows hold nothing, within which bounds, and why there is no forecast; left out where they hold something")),
                ("readings", Schema.Array(Schema.Object(("query", Schema.Of("string")), ("probability", Schema.Of("number"))), "what it may mean, the most probable first"))))),
        ("/api/explain", GetOrPost(
            "The ways to an answer, what each is expected to cost, and which stores and slices it touches.",
            [.. Asked, ("run", "whether it is answered too, to see what that costs", Schema.Word("true", "false")), ("format", "all, or only the nodes or edges of a graph as Grafana draws it", Schema.Word("all", "nodes", "edges"))],
            Schema.Object(
                ("query", Schema.Of("string")), ("kind", Schema.Of("string")), ("shape", Schema.Of("string", "what queries have in common whose costs are learnt together")),
                ("plans", Schema.Array(Schema.Object(("plan", Schema.Of("string")), ("expectedMs", Schema.Of("number")), ("requests", Schema.Of("number")), ("rows", Schema.Of("number")), ("bytes", Schema.Of("number")), ("slices", Schema.Of("integer"))))),
                ("nodes", Schema.Array(Schema.Of("object"))), ("edges", Schema.Array(Schema.Of("object")))))),
        ("/api/ask/feedback", new JsonObject
        {
            ["post"] = new Operation("Says which query a question means; the next refinement learns from it.")
            {
                Content = Operation.Body(Schema.Object(("question", Schema.Of("string")), ("query", Schema.Of("string"))), isForm: true),
                Answers =
                [
                    (202, Operation.Answer("It is kept: what of the question, without its names.", Schema.Object(("kept", Schema.Of("string")), ("query", Schema.Of("string"))))), .. Refusals,
                    (422, Operation.Problem("The query has what the question does not say, so nothing can be learnt.")), (429, Operation.Problem("Too many were sent; try again later.")),
                ],
            }.Write(),
        }),
    ];

    private static (int, JsonObject)[] Refusals =>
    [
        (400, Operation.Problem("The request is not right; detail says why.")), (403, Operation.Problem("Only those who see all teams may ask.")),
        (503, Operation.Problem("It takes too long, or storage does not answer.")),
    ];

    private static JsonObject GetOrPost(string summary, (string Name, string Meaning, JsonObject Value)[] parameters, JsonObject answer)
    {
        var properties = new JsonObject(parameters.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)one.Value.DeepClone())));
        return new JsonObject
        {
            ["get"] = new Operation(summary) { Parameters = [.. parameters.Select(one => Operation.Parameter(one.Name, one.Meaning, schema: one.Value.DeepClone().AsObject()))], Answers = Answers(answer) }.Write(),
            ["post"] = new Operation(summary) { Content = Operation.Body(new JsonObject { ["type"] = "object", ["properties"] = properties }, isForm: true), Answers = Answers(answer.DeepClone().AsObject()) }.Write(),
        };

        static (int, JsonObject)[] Answers(JsonObject answer) => [(200, Operation.Answer("The answer.", answer)), .. Refusals];
    }
}
