using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

/// <summary>What the documented schemas accept and what the decoder accepts are the same, for valid and faulty documents alike.</summary>
public class SchemaDifferentialTests
{
    private const int DocumentsPerType = 1500;

    private static readonly string LongName = Quoted(new string('x', 256));
    private static readonly string TooLongName = Quoted(new string('x', 257));
    private static readonly string LongText = Quoted(new string('ü', 4096));
    private static readonly string TooLongText = Quoted(new string('ü', 4097));

    /// <summary>For each kind of value: what it takes, and what it takes for a fault. Any other kind's values are tried as well.</summary>
    private static readonly Dictionary<string, (string[] Valid, string[] Faulty)> Values = new(StringComparer.Ordinal)
    {
        ["name"] = (["\"CHK-1\"", "\"Jürgen Weiß\"", "\"\\u0041 \\\"b\\\"\"", "\"😀\"", "\"a\\nb\\u0000\"", LongName], ["\"\"", TooLongName]),
        ["text"] = (["\"Pay\"", "\"\"", LongText, "null"], [TooLongText]),
        ["category"] = (["\"todo\"", "\"in-progress\"", "\"blocked\"", "\"done\"", "\"cancelled\"", "\"d\\u006fne\""], ["\"Done\"", "\"doing\"", "\"\"", "\" done\""]),
        ["date"] =
        (
            ["\"2026-01-31\"", "\"2024-02-29\"", "\"0001-01-01\"", "\"9999-12-31\"", "\"2026\\u002d01-31\""],
            ["\"2026-02-29\"", "\"2026-1-31\"", "\"2026-13-01\"", "\"2026-00-10\"", "\"0000-01-01\"", "\"2026-01-31T00:00:00Z\"", "\"31.01.2026\"", "\" 2026-01-31\"", "\"\""]
        ),
        ["hours"] = (["0", "-0", "8", "37.5", "1e3", "1000000", "0.0001", "1E-400"], ["-1", "-0.001", "1000000.5", "1e300", "1e400", "-1e400"]),
        ["milestone"] =
        (
            ["{\"name\":\"Sprint 5\"}", "{\"name\":\"5\",\"kind\":\"sprint\",\"start\":\"2026-01-05\",\"due\":null}", "{\"kind\":\"version\",\"name\":\"2.0\",\"x\":{}}"],
            ["{}", "{\"name\":null}", "{\"name\":\"\"}", "{\"name\":\"5\",\"kind\":\"epic\"}", "{\"name\":\"5\",\"kind\":null}", "{\"name\":\"5\",\"due\":\"soon\"}"]
        ),
        ["labels"] =
        (
            ["[]", "[\"a\"]", "[\"a\",\"a\",\"b\"]", $"[{string.Join(',', Enumerable.Repeat("\"l\"", 256))}]"],
            ["[\"\"]", "[null]", "[1]", "[[\"a\"]]", "{}", $"[{string.Join(',', Enumerable.Repeat("\"l\"", 257))}]", $"[{TooLongName}]"]
        ),
        ["else"] = (["true", "[1,{\"a\":[]}]", "{\"task\":\"no\"}"], []),
    };

    /// <summary>Every field of every type. A type gets those of the others too: it has to ignore them.</summary>
    private static readonly (string Name, string Kind)[] Fields =
    [
        ("task", "name"), ("status", "name"), ("category", "category"), ("name", "text"), ("team", "name"), ("owner", "name"), ("start", "date"),
        ("due", "date"), ("title", "text"), ("kind", "name"), ("priority", "name"), ("assignee", "name"), ("parent", "name"), ("estimateHours", "hours"),
        ("remainingHours", "hours"), ("spentHours", "hours"), ("milestone", "milestone"), ("labels", "labels"), ("reason", "text"), ("allocation", "name"),
        ("resource", "name"), ("hoursPerWeek", "hours"), ("from", "date"), ("to", "date"), ("role", "name"), ("actor", "name"), ("unheardOf", "else"), ("Task", "name"),
    ];

    public static TheoryData<string> Types => [.. EventTypes.All];

    [Theory, MemberData(nameof(Types))]
    public void Schema_and_decoder_accept_the_same_data(string type)
    {
        var schema = EventContract.Documented.Types[type].DataSchema;
        var random = new Random(type.Length + type[5]);
        var decoder = new EventDecoder();
        var accepted = 0;
        for (var i = 0; i < DocumentsPerType; i++)
        {
            var data = Data(random, schema.Properties.Keys);
            var isValid = schema.Validate(data).Count == 0 && !EndsBeforeItBegins(type, data);
            var result = decoder.DecodeStructured(Encoding.UTF8.GetBytes(Envelope(random, type, data)));
            Assert.True(result.IsDecoded == isValid, $"schema: {isValid}, decoder: {result.Error?.ToString() ?? "accepts"}, data: {data}");
            if (isValid) accepted++;
        }

        Assert.InRange(accepted, DocumentsPerType / 10, DocumentsPerType * 9 / 10);
    }

    [Fact]
    public void Schema_and_decoder_accept_the_same_envelopes()
    {
        string Text(int length) => Quoted(new string('y', length));
        string[] strange = ["null", "5", "{}", "[\"a\"]", "true", "\"\"", "\"\\u0000\"", "\"a\\tb\"", "\"\\u007f\"", "\"a\\u0085\"", "\"\\u009f\""];
        (string Name, string[] Valid, string[] Faulty)[] attributes =
        [
            ("specversion", ["\"1.0\""], ["\"0.3\"", "\"1\"", "1.0", .. strange]),
            ("id", ["\"1\"", "\"ü😀 \\\\\"", "\"\\u00a0\"", Text(256)], [Text(257), .. strange]),
            ("source", ["\"/tracker\"", "\"https:\\/\\/jira.example.com\"", Text(1024)], [Text(1025), .. strange]),
            ("type", ["\"task.deleted\"", "\"t\\u0061sk.deleted\"", "\"task.renamed\"", Text(256)], [Text(257), .. strange]),
            ("subject", ["\"checkout\"", Text(256)], [Text(257), .. strange]),
            ("time", ["\"2026-03-02T09:15:00Z\"", "\"2026-03-02t09:15:60.123456789z\"", "\"2024-02-29 09:15:00-00:30\"", "\"2026-03-02T09:15:00\\u002b01:00\""],
                ["\"2026-03-02\"", "\"2026-03-02T09:15:00\"", "\"2026-03-02T24:00:00Z\"", "\"2026-03-02T09:15:00.Z\"", "\"2026-13-02T09:15:00Z\"", "\"2026-03-02T09:15:00+0100\"", .. strange]),
            ("datacontenttype", ["null", "\"application/json\"", "\"text/json; charset=utf-8\"", "\"application/vnd.x+JSON\""], [Text(257), "7", "\"\"", "\"a\\tb\""]),
            ("traceparent", ["\"00-1\""], ["5", "null", "{\"id\":[]}"]),
            ("Id", ["\"1\""], ["5"]),
        ];
        var random = new Random(5);
        var decoder = new EventDecoder();
        var accepted = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var members = attributes
                .Where(attribute => random.NextDouble() > (attribute.Valid.Contains("null") ? 0.5 : 0.03))
                .Select(attribute => $"\"{attribute.Name}\":{Pick(random, random.NextDouble() < 0.93 ? attribute.Valid : attribute.Faulty)}")
                .Append("\"data\":{\"task\":\"CHK-1\"}")
                .ToArray();
            random.Shuffle(members);
            var json = $"{{{string.Join(',', members)}}}";
            var isValid = EventContract.Documented.Envelope.Validate(json).Count == 0;
            var result = decoder.DecodeStructured(Encoding.UTF8.GetBytes(json));
            Assert.True(result.IsDecoded == isValid, $"schema: {isValid}, decoder: {result.Error?.ToString() ?? "accepts"}, event: {json}");
            if (isValid) accepted++;
        }

        Assert.InRange(accepted, 2_000, 8_000);
    }

    private static string Data(Random random, IEnumerable<string> properties)
    {
        var members = Fields
            .Where(field => random.NextDouble() < (properties.Contains(field.Name) ? 0.85 : 0.1))
            .Select(field => $"\"{(random.Next(50) == 0 ? Escaped(field.Name) : field.Name)}\":{Value(random, field.Kind)}")
            .ToArray();
        random.Shuffle(members);
        return random.Next(100) == 0 ? Pick(random, ["null", "[]", "\"task\"", "5"]) : $"{{{string.Join(", ", members)}}}";
    }

    private static string Value(Random random, string kind) => random.Next(100) switch
    {
        < 92 => Pick(random, Values[kind].Valid),
        < 95 when Values[kind].Faulty.Length > 0 => Pick(random, Values[kind].Faulty),
        < 98 => "null",
        _ => Pick(random, Values.Values.ElementAt(random.Next(Values.Count)).Valid),
    };

    private static string Envelope(Random random, string type, string data)
    {
        string[] members =
        [
            "\"specversion\":\"1.0\"", "\"id\":\"1\"", "\"source\":\"/test\"", $"\"type\":\"{type}\"", "\"subject\":\"p\"", "\"time\":\"2026-01-31T12:00:00Z\"",
            $"\"data\":{data}",
        ];
        random.Shuffle(members);
        return $"{{{string.Join(',', members)}}}";
    }

    /// <summary>The one rule about data that no schema can say.</summary>
    private static bool EndsBeforeItBegins(string type, string data) =>
        type == EventTypes.ResourceAllocated && JsonNode.Parse(data) is JsonObject allocation && Day(allocation["to"]) < Day(allocation["from"]);

    private static DateOnly? Day(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
        && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;

    private static string Pick(Random random, string[] values) => values[random.Next(values.Length)];

    private static string Quoted(string text) => $"\"{text}\"";

    private static string Escaped(string name) => $"\\u{(int)name[0]:x4}{name[1..]}";
}
