using System.Text;
using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

/// <summary>Whatever the bytes: nothing is thrown, and there is either an event or an error.</summary>
public class HostileInputTests
{
    private static readonly string[] HeaderNames =
        ["content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "CE_TYPE", "ce_", "", "traceparent"];

    private readonly EventDecoder _decoder = new();

    [Fact]
    public void Mutated_events()
    {
        var random = new Random(1);
        var events = new ArbitraryEvents(seed: 3);
        byte[][] valid = [.. Enumerable.Range(0, 500).Select(_ => EventEncoder.Encode(events.Next())).Where(json => json.Length < 2_000)];
        var decoded = 0;
        for (var i = 0; i < 120_000; i++)
        {
            var bytes = valid[random.Next(valid.Length)].ToList();
            for (var mutations = random.Next(1, 4); mutations > 0 && bytes.Count > 0; mutations--) Mutate(bytes, random, valid);
            if (Check(_decoder.DecodeStructured(bytes.ToArray()))) decoded++;
        }

        Assert.InRange(decoded, 5_000, 115_000);
    }

    [Fact]
    public void Random_bytes_and_headers()
    {
        string[] values = ["application/json", "application/cloudevents+json", "1.0", "task.deleted", "resource.allocated", "2026-01-31T12:00:00Z", "x", ""];
        var random = new Random(2);
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            if (bytes.Length > 2 && random.Next(2) == 0) (bytes[0], bytes[^1]) = ((byte)'{', (byte)'}');
            var headers = new EventHeader[random.Next(8)];
            foreach (ref var header in headers.AsSpan())
            {
                var value = random.Next(10) == 0 ? bytes : Encoding.UTF8.GetBytes(values[random.Next(values.Length)]);
                header = new EventHeader(HeaderNames[random.Next(HeaderNames.Length)], value);
            }

            Check(_decoder.Decode(bytes, headers));
        }
    }

    [Fact]
    public void Every_prefix_of_an_event()
    {
        var json = EventContract.Documented.Types[EventTypes.TaskCreated].Example.AsSpan().TrimEnd((byte)'\n');
        for (var length = 0; length < json.Length; length++) Assert.False(Check(_decoder.DecodeStructured(json[..length])));
        Assert.True(Check(_decoder.DecodeStructured(json)));
    }

    [Fact]
    public void Every_byte_in_the_place_of_every_other()
    {
        var json = EventContract.Documented.Types[EventTypes.TaskDeleted].Example;
        for (var at = 0; at < json.Length; at++)
        {
            var changed = (byte[])json.Clone();
            for (var value = 0; value < 256; value++)
            {
                changed[at] = (byte)value;
                Check(_decoder.DecodeStructured(changed));
            }
        }
    }

    [Theory]
    [InlineData("data", 62, true)]
    [InlineData("data", 63, false)]
    [InlineData("data", 10_000, false)]
    [InlineData("unknown", 63, true)]
    [InlineData("unknown", 64, false)]
    [InlineData("unknown", 10_000, false)]
    public void Nesting_ends_at_64_levels(string where, int arrays, bool isDecoded)
    {
        var nested = new string('[', arrays) + new string(']', arrays);
        var json = where == "data" ? Json($$"""{"task":"1","deep":{{nested}}}""") : Json("""{"task":"1"}""", $",\"deep\":{nested}");
        Assert.Equal(isDecoded, Check(_decoder.DecodeStructured(json)));
    }

    [Fact]
    public void A_document_of_a_MiB_and_one_byte_more()
    {
        var json = Json("""{"task":"1"}""");
        var padded = new byte[EventDecoder.MaxBytes];
        padded.AsSpan().Fill((byte)' ');
        json.CopyTo(padded, 0);
        Assert.True(Check(_decoder.DecodeStructured(padded)));

        var result = _decoder.DecodeStructured([.. padded, (byte)' ']);
        Assert.False(Check(result));
        Assert.Equal(DecodeFailure.TooLarge, result.Error!.Reason);
    }

    [Fact]
    public void A_million_bytes_of_properties()
    {
        var properties = string.Join(',', Enumerable.Range(0, 170_000).Select(i => "\"\":0"));
        Assert.True(Check(_decoder.DecodeStructured(Json($"{{\"task\":\"1\",{properties}}}"))));
        Assert.True(Check(_decoder.DecodeStructured(Json("{\"task\":\"1\"}", $",{properties}"))));
        Assert.False(Check(_decoder.DecodeStructured(Json("{\"task\":\"1\"}", $",{string.Join(',', Enumerable.Repeat("\"\":0", 1_000_000))}"))));
    }

    [Theory]
    [InlineData("NaN", false)]
    [InlineData("Infinity", false)]
    [InlineData("-Infinity", false)]
    [InlineData("\"NaN\"", false)]
    [InlineData("+1", false)]
    [InlineData("01", false)]
    [InlineData("1.", false)]
    [InlineData(".5", false)]
    [InlineData("0x10", false)]
    [InlineData("1e400", false)]
    [InlineData("-1e400", false)]
    [InlineData("1e-400", true)]
    [InlineData("99999999999999999999999999", false)]
    [InlineData("1000000.0000000000000000000000000000000001", true)]
    [InlineData("-0.0", true)]
    public void Numbers(string hours, bool isDecoded) =>
        Assert.Equal(isDecoded, Check(_decoder.DecodeStructured(Json($$"""{"task":"1","spentHours":{{hours}}}""", type: EventTypes.TaskEstimated))));

    [Fact]
    public void A_number_of_a_million_digits() =>
        Assert.False(Check(_decoder.DecodeStructured(Json($$"""{"task":"1","spentHours":{{new string('9', 1_000_000)}}}""", type: EventTypes.TaskEstimated))));

    [Fact]
    public void Every_control_character_in_a_name_comes_back_and_in_an_attribute_is_refused()
    {
        for (var code = 0; code < 0xA0; code++)
        {
            var escaped = $"a\\u{code:x4}b";
            var result = _decoder.DecodeStructured(Json($$"""{"task":"{{escaped}}"}"""));
            Assert.Equal(new TaskDeleted($"a{(char)code}b"), result.Event?.Data);
            Assert.Equal(EventEncoder.Encode(result.Event!), EventEncoder.Encode(_decoder.DecodeStructured(EventEncoder.Encode(result.Event!)).Event!));

            Assert.Equal(!char.IsControl((char)code), Check(_decoder.DecodeStructured(Json("""{"task":"1"}""", $",\"subject\":\"{escaped}\""))));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    public void Bytes_that_are_not_UTF8_anywhere(byte[] bytes)
    {
        var json = Json("""{"task":"1","else":"2"}""");
        for (var at = 0; at <= json.Length; at++)
        {
            var result = _decoder.DecodeStructured([.. json[..at], .. bytes, .. json[at..]]);
            Assert.False(Check(result));
            Assert.Equal("not UTF-8", result.Error!.ToString());
        }
    }

    [Theory]
    [InlineData("{\"task\":\"\\ud800\"}")]
    [InlineData("{\"task\":\"\\udc00\\ud800\"}")]
    [InlineData("{\"task\":\"1\",\"\\ud800\":1}")]
    public void Half_a_surrogate_pair(string data) =>
        Assert.Equal("a string holds half of a surrogate pair", _decoder.DecodeStructured(Json(data)).Error?.ToString());

    private static byte[] Json(string data, string more = "", string type = EventTypes.TaskDeleted) =>
        Encoding.UTF8.GetBytes($$"""{"specversion":"1.0","id":"1","source":"/s","type":"{{type}}","subject":"p","time":"2026-01-31T12:00:00Z","data":{{data}}{{more}}}""");

    private static void Mutate(List<byte> bytes, Random random, byte[][] valid)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(7))
        {
            case 0: bytes[at] = (byte)random.Next(256); break;
            case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 2: bytes.Insert(at, "\"\\{}[],:0-\u007f"u8[random.Next(11)]); break;
            case 3: bytes.RemoveAt(at); break;
            case 4: bytes.RemoveRange(at, random.Next(bytes.Count - at)); break;
            case 5: bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(40, bytes.Count - at)))); break;
            default:
                var other = valid[random.Next(valid.Length)];
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(60))]);
                break;
        }
    }

    /// <summary>Whether it is an event; fails unless it is exactly one of the two, and an event that can be written and read again.</summary>
    private bool Check(DecodeResult result)
    {
        Assert.True(result.Event is null != result.Error is null);
        if (!result.IsDecoded)
        {
            Assert.NotEmpty(result.Error.Message);
            return false;
        }

        Assert.Equal(EventTypes.All.Contains(result.Event.Type), result.Event.Data is not null);
        if (result.Event.Data is null) return true;
        var again = _decoder.DecodeStructured(EventEncoder.Encode(result.Event));
        Assert.True(again.IsDecoded, again.Error?.ToString());
        Assert.Equal(result.Event.Id, again.Event.Id);
        Assert.Equal(JsonSerializer.Serialize<object>(result.Event.Data), JsonSerializer.Serialize<object>(again.Event.Data!));
        return true;
    }
}
