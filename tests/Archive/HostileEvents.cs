using System.Text;
using System.Text.Json;
using ShitOps.Events;
using ShitOps.Tests.Events;

namespace ShitOps.Tests.Archive;

/// <summary>A record as it lies on Kafka, and the JSON that the archive has to give back for it.</summary>
internal sealed record ArchivedRecord(byte[] Value, EventHeader[] Headers, string Expected);

/// <summary>
/// An endless sequence of records, the usual and the odd ones, that depends on nothing but the seed: valid events whose text is then
/// written in every way that the contract allows. Not all that come out are valid.
/// </summary>
internal sealed class HostileEvents(int seed)
{
    /// <summary>Begins every name of a person, so that a name that leaked can be found.</summary>
    public const string PersonMark = "Ada Q";

    private static readonly string[] People = ["assignee", "owner", "resource", "actor"];
    private static readonly string[] Numbers = ["16.0", "1.6e1", "1E1", "0.1000", "0", "7", "1e-7", "123456.789012345678", "-0", "0.30000000000000004", "1e400", "12345678901234567890"];

    private static readonly string[] Times =
        ["2026-03-02T09:15:00.1234567Z", "2026-03-02T10:15:00+01:00", "2026-03-02t09:15:00z", "2026-03-02 09:15:00.000Z", "2026-03-02T09:15:00.123456789012Z",
            "2016-12-31T23:59:60Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.9999999Z", "2026-03-02T09:15:00.5Z", "2026-03-02T09:15:00-00:00"];

    private readonly Random _random = new(seed);
    private readonly ArbitraryEvents _events = new(seed);

    public ArchivedRecord Next()
    {
        var envelope = Split(EventEncoder.Encode(_events.Next()));
        var data = Split(Encoding.UTF8.GetBytes(envelope.Single(member => Plain(member.Name) == "data").Value));
        envelope.RemoveAll(member => Plain(member.Name) == "data");

        for (var i = 0; i < data.Count; i++)
        {
            var name = Plain(data[i].Name);
            if (data[i].Value != "null" && People.Contains(name)) data[i] = (data[i].Name, Person());
            if (name.EndsWith("Hours", StringComparison.Ordinal) || name == "hoursPerWeek") data[i] = Chance(2) ? (data[i].Name, Pick(Numbers)) : data[i];
        }

        if (Chance(3)) Set(envelope, "time", Quoted(Pick(Times)));
        var isUnknown = Chance(5);
        if (isUnknown) Set(envelope, "type", Quoted(Pick(["task.sung", "project.painted", "x", "resource.moved", "TASK.CREATED"])));
        while (Chance(2)) data.Add((Quoted(Pick(["extra", "note", "", "Task", "assignee ", "title", "team", "estimateHours", "start", "due", "from", "name", "remainingHours"])), Json(3)));
        while (Chance(3)) data.Add((Quoted(Pick(People)), Chance(2) ? Person() : Json(2)));
        while (Chance(3)) envelope.Add((Quoted(Pick(["traceparent", "comexampleextension", "assignee2", "datacontenttype", "dataschema"])), Chance(2) ? "null" : Quoted("application/json")));
        while (Chance(4) && data.Count > 0) data.Insert(_random.Next(data.Count + 1), Pick(data));
        while (Chance(6)) envelope.Insert(_random.Next(envelope.Count + 1), Pick(envelope));
        if (Chance(2)) Shuffle(data);
        if (Chance(2)) Shuffle(envelope);
        data = [.. data.Select(Disguised)];

        var text = Joined(data);
        if (isUnknown && Chance(3)) text = Pick([Json(3), "null", "[]", "{}", "\"text\"", Joined([("\"assignee\"", Person())])]);
        return _random.Next(4) switch
        {
            0 => Binary(envelope, text),
            1 => Base64(envelope, text),
            _ => Structured(envelope, text),
        };
    }

    private ArchivedRecord Structured(List<(string Name, string Value)> envelope, string data)
    {
        envelope = [.. envelope.Select(Disguised)];
        var copies = Chance(12) ? 2 : 1;
        for (var i = 0; i < copies; i++) envelope.Insert(Chance(2) ? envelope.Count : _random.Next(envelope.Count + 1), ("\"data\"", i == 0 && copies == 2 && Chance(2) ? Joined([("\"assignee\"", Person()), ("\"task\"", "\"T\"")]) : data));
        var json = Joined(envelope);
        return new(Encoding.UTF8.GetBytes(json), Chance(2) ? [] : [new("Content-Type", Encoding.UTF8.GetBytes("application/cloudevents+json; charset=utf-8"))], json);
    }

    private ArchivedRecord Base64(List<(string Name, string Value)> envelope, string data)
    {
        var base64 = ("\"data_base64\"", $"\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(data))}\"");
        return new(
            Encoding.UTF8.GetBytes(Joined([.. envelope, base64, .. Chance(4) ? [("\"data\"", "null")] : Array.Empty<(string, string)>()])), [], Joined([.. envelope, ("\"data\"", data)]));
    }

    private ArchivedRecord Binary(List<(string Name, string Value)> envelope, string data)
    {
        List<EventHeader> headers = [new("content-type", "application/json"u8.ToArray())];
        var expected = new Dictionary<string, string>(StringComparer.Ordinal) { ["datacontenttype"] = "\"application/json\"", ["data"] = data };
        foreach (var (name, value) in envelope)
        {
            if (value == "null" || Plain(name) == "datacontenttype") continue;
            headers.Add(new((Chance(2) ? "ce_" : "CE_") + Plain(name), Encoding.UTF8.GetBytes(Plain(value))));
            expected[Plain(name)] = value;
        }

        // Other headers are not the event's.
        if (Chance(2)) headers.Add(new("traceparent", "00-1"u8.ToArray()));
        return new(Encoding.UTF8.GetBytes(data), [.. headers], Joined([.. expected.Select(member => (Quoted(member.Key), member.Value))]));
    }

    private static List<(string Name, string Value)> Split(byte[] json) =>
        [.. JsonDocument.Parse(json).RootElement.EnumerateObject().Select(member => (Quoted(member.Name), member.Value.GetRawText()))];

    private string Joined(List<(string Name, string Value)> members) =>
        $"{{{string.Join(Chance(2) ? "," : " ,\n", members.Select(member => $"{member.Name}:{member.Value}"))}}}";

    /// <summary>The same member, written with escapes.</summary>
    private (string Name, string Value) Disguised((string Name, string Value) member) => (Chance(8) ? Escaped(member.Name) : member.Name, member.Value.StartsWith('"') && Chance(8) ? Escaped(member.Value) : member.Value);

    private static string Escaped(string quoted) => $"\"{string.Concat(Plain(quoted).Select(unit => $"\\u{(int)unit:x4}"))}\"";

    private string Person() => Quoted($"{PersonMark}{_random.Next(50)}{Pick(["", "ü", "\"", "😀"])}");

    private string Json(int depth) => _random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => "null",
        1 => "true",
        2 => Pick(Numbers),
        3 => Quoted(Pick(["", "a", "\0", "😀", "2026-01-31", "ü\"\\"])),
        4 => "[]",
        5 => "{}",
        6 => $"[{Json(depth - 1)}, {Json(depth - 1)}]",
        _ => $"{{\"a\": {Json(depth - 1)}, \"b\": {Json(depth - 1)}, \"a\": {Json(depth - 1)}}}",
    };

    private static void Set(List<(string Name, string Value)> members, string name, string value)
    {
        var at = members.FindIndex(member => Plain(member.Name) == name);
        members[at] = (members[at].Name, value);
    }

    private void Shuffle<T>(List<T> list)
    {
        for (var i = list.Count - 1; i > 0; i--)
        {
            var j = _random.Next(i + 1);
            (list[i], list[j]) = (list[j], list[i]);
        }
    }

    private bool Chance(int of) => _random.Next(of) == 0;

    private T Pick<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static string Plain(string quoted) => JsonSerializer.Deserialize<string>(quoted)!;
}
