using System.Text.Json.Nodes;

namespace ShitOps.OpenApi;

/// <summary>The paths of Prometheus' HTTP API that there are.</summary>
internal static class PrometheusPaths
{
    private static readonly (string Name, string Meaning, bool IsRequired) Query = ("query", "the PromQL expression", true);
    private static readonly (string Name, string Meaning, bool IsRequired) Timeout = ("timeout", "how long it may take: seconds, or a duration such as `30s`", false);
    private static readonly (string Name, string Meaning, bool IsRequired) Limit = ("limit", "the most that are listed; 0 or left out: all", false);
    private static readonly (string Name, string Meaning, bool IsRequired) Match = ("match[]", "only of the series that this selects; may stand there several times", false);

    private static readonly (string Name, string Meaning, bool IsRequired) Start = ("start", "the first instant: seconds since 1970, or RFC 3339; what ends before it is left out, as far as that is known without history", false);
    private static readonly (string Name, string Meaning, bool IsRequired) End = ("end", "the last instant, written likewise; what begins after it is left out, as far as that is known without history", false);

    // What may be long may be posted.
    private static readonly (string Path, string Meaning, bool MayBePosted, (string Name, string Meaning, bool IsRequired)[] Parameters)[] Routes =
    [
        ("query", "An expression at an instant.", true, [Query, ("time", "the instant: seconds since 1970, or RFC 3339; left out: now", false), Timeout]),
        ("query_range", "An expression at each step of a span.", true, [Query, ("start", "the first instant: seconds since 1970, or RFC 3339", true), ("end", "the last instant, written likewise", true), ("step", "seconds, or a duration such as `1h`", true), Timeout]),
        ("series", "The label sets that any of the selectors finds.", true, [Match with { IsRequired = true }, Start, End, Limit]),
        ("labels", "The names of labels.", true, [Match, Start, End, Limit]),
        ("label/{name}/values", "The values of a label.", false, [Match, Start, End, Limit]),
        ("metadata", "Type, unit and meaning of the metrics.", false, [("metric", "only this one", false), Limit]),
        ("status/buildinfo", "The version of Prometheus that this speaks as.", false, []),
        ("format_query", "An expression, laid out.", true, [Query]),
    ];

    /// <summary>Each, with its operations. They are there below <c>/api/api/v1</c> too, for a datasource whose address ends with <c>/api</c>.</summary>
    public static IEnumerable<(string Path, JsonObject Operations)> All() => Routes.Select(route =>
    {
        var operations = new JsonObject
        {
            ["get"] = (Of(route.Meaning) with
            {
                Parameters =
                [
                    .. route.Path.Contains("{name}", StringComparison.Ordinal) ? [Operation.Parameter("name", "the label", isRequired: true, "path")] : Array.Empty<JsonObject>(),
                    .. route.Parameters.Select(one => Operation.Parameter(one.Name, one.Meaning, one.IsRequired, schema: Value(one.Name))),
                ],
            }).Write(),
        };
        if (route.MayBePosted)
        {
            var form = new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray([.. route.Parameters.Where(one => one.IsRequired).Select(one => JsonValue.Create(one.Name))]),
                ["properties"] = new JsonObject(route.Parameters.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)Value(one.Name, one.Meaning)))),
            };
            operations["post"] = (Of(route.Meaning) with { Content = Operation.Body(form, isJson: false, isForm: true) }).Write();
        }

        return ($"/api/v1/{route.Path}", operations);
    });

    private static Operation Of(string meaning) => new(meaning)
    {
        Answers =
        [
            (200, Answer("What was asked for.", "data")), (400, Answer("The request is not right; error says why.", "error")),
            (422, Answer("It cannot be answered over these series, or would need more than is allowed.", "error")), (503, Answer("It took too long, or storage does not answer.", "error")),
        ],
    };

    private static JsonObject Answer(string meaning, string member) =>
        Operation.Answer(meaning, Schema.Object(("status", Schema.Word(member == "data" ? "success" : "error")), (member, member == "data" ? new JsonObject() : Schema.Of("string"))));

    private static JsonObject Value(string parameter, string? meaning = null) => parameter == "match[]" ? Schema.Array(Schema.Of("string"), meaning) : Schema.Of("string", meaning);
}
