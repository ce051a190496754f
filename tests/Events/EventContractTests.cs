using System.Text;
using System.Text.Json.Nodes;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class EventContractTests
{
    private static readonly EventContract Contract = EventContract.Documented;

    public static TheoryData<string> Types => [.. EventTypes.All];

    [Fact]
    public void Every_type_is_documented_and_nothing_else() => Assert.Equal(EventTypes.All, Contract.Types.Keys);

    [Theory, MemberData(nameof(Types))]
    public void The_example_is_what_its_schemas_ask_for(string type)
    {
        var example = Encoding.UTF8.GetString(Contract.Types[type].Example);
        Assert.Empty(Contract.Envelope.Validate(example));
        Assert.Empty(Contract.Types[type].DataSchema.Validate(JsonNode.Parse(example)!["data"]!.ToJsonString()));
    }

    [Theory, MemberData(nameof(Types))]
    public void The_example_decodes_and_comes_back_equal(string type)
    {
        var decoder = new EventDecoder();
        var first = decoder.DecodeStructured(Contract.Types[type].Example);
        Assert.Null(first.Error);
        Assert.Equal(type, first.Event!.Type);
        Assert.Equal(type, EventTypes.Of(first.Event.Data!));

        var encoded = EventEncoder.Encode(first.Event);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Contract.Types[type].Example), JsonNode.Parse(encoded)));
        Assert.Equal(encoded, EventEncoder.Encode(decoder.DecodeStructured(encoded).Event!));
    }
}
