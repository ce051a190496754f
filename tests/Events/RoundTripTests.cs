using System.Text;
using System.Text.Json.Nodes;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class RoundTripTests
{
    private readonly EventDecoder _decoder = new();

    [Fact]
    public void What_is_encoded_decodes_equal_in_structured_and_in_binary_mode()
    {
        var events = new ArbitraryEvents(seed: 1);
        for (var i = 0; i < 5_000; i++)
        {
            var original = events.Next();
            var json = EventEncoder.Encode(original);
            AssertSame(original, _decoder.DecodeStructured(json));

            var data = JsonNode.Parse(json)!["data"]!.ToJsonString();
            AssertSame(original, _decoder.Decode(Encoding.UTF8.GetBytes(data), Headers(original)));
        }
    }

    [Fact]
    public void An_event_is_one_line() => Assert.DoesNotContain((byte)'\n', EventEncoder.Encode(new ArbitraryEvents(seed: 2).Next()));

    [Fact]
    public void An_event_of_an_unknown_type_cannot_be_written()
    {
        var unknown = new Event("1", "/s", "task.renamed", DateTimeOffset.UnixEpoch, "p", null);
        var refusal = Assert.Throws<ArgumentException>(() => EventEncoder.Encode(unknown));
        Assert.StartsWith("an event of the unknown type \"task.renamed\" has nothing to write", refusal.Message, StringComparison.Ordinal);
    }

    private static EventHeader[] Headers(Event value) =>
    [
        Header("content-type", "application/json"), Header("ce_specversion", "1.0"), Header("ce_id", value.Id), Header("ce_source", value.Source),
        Header("ce_type", value.Type), Header("ce_subject", value.Project), Header("ce_time", Rfc3339.Format(value.Time)),
    ];

    private static EventHeader Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));

    /// <summary>Labels are lists, which records compare by reference; so they are compared first and then made the same.</summary>
    private static void AssertSame(Event expected, DecodeResult result)
    {
        Assert.Null(result.Error);
        var actual = result.Event!;
        var (expectedLabels, actualLabels) = (Labels(expected), Labels(actual));
        Assert.Equal(expectedLabels.IsStated, actualLabels.IsStated);
        Assert.Equal(expectedLabels.Value, actualLabels.Value);
        Assert.Equal(WithoutLabels(expected), WithoutLabels(actual));
    }

    private static Field<IReadOnlyList<string>?> Labels(Event value) => value.Data switch
    {
        TaskCreated task => task.Fields.Labels,
        TaskUpdated task => task.Fields.Labels,
        _ => default,
    };

    private static Event WithoutLabels(Event value) => value.Data switch
    {
        TaskCreated task => value with { Data = task with { Fields = task.Fields with { Labels = default } } },
        TaskUpdated task => value with { Data = task with { Fields = task.Fields with { Labels = default } } },
        _ => value,
    };
}
