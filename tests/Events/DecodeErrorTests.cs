using System.Text;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

/// <summary>What a sender reads when an event is refused, word for word.</summary>
public class DecodeErrorTests
{
    private const string Envelope = "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"subject\":\"p\",\"time\":\"2026-01-31T12:00:00Z\"";

    [Theory]
    [InlineData("", DecodeFailure.Empty, "the record has no value")]
    [InlineData("[]", DecodeFailure.NotJson, "expected a JSON object, found an array")]
    [InlineData("\"a\"", DecodeFailure.NotJson, "expected a JSON object, found \"a\"")]
    [InlineData("17", DecodeFailure.NotJson, "expected a JSON object, found 17")]
    [InlineData("null", DecodeFailure.NotJson, "expected a JSON object, found null")]
    [InlineData("   ", DecodeFailure.NotJson, "line 1, byte 4: not JSON, or nested deeper than 64 levels")]
    [InlineData("{\n \"id\": nope}", DecodeFailure.NotJson, "line 2, byte 9: not JSON, or nested deeper than 64 levels")]
    [InlineData("{\"id\":\"1\"", DecodeFailure.NotJson, "line 1, byte 10: not JSON, or nested deeper than 64 levels")]
    [InlineData("{} {}", DecodeFailure.NotJson, "line 1, byte 4: not JSON, or nested deeper than 64 levels")]
    [InlineData("{,}", DecodeFailure.NotJson, "line 1, byte 2: not JSON, or nested deeper than 64 levels")]
    [InlineData("\uFEFF{}", DecodeFailure.NotJson, "a byte order mark stands before the JSON")]
    [InlineData("{\"id\":\"\\ud800\"}", DecodeFailure.NotJson, "a string holds half of a surrogate pair")]
    [InlineData("{\"\\udc00\":1}", DecodeFailure.NotJson, "a string holds half of a surrogate pair")]
    [InlineData("{}", DecodeFailure.InvalidAttribute, "specversion: is missing")]
    [InlineData("{\"specversion\":\"0.3\"}", DecodeFailure.InvalidAttribute, "specversion: \"0.3\" is not \"1.0\"")]
    [InlineData("{\"specversion\":1.0}", DecodeFailure.InvalidAttribute, "specversion: expected a string, found 1.0")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":null}", DecodeFailure.InvalidAttribute, "id: is missing")]
    [InlineData("{\"id\":\"\"}", DecodeFailure.InvalidAttribute, "id: is empty")]
    [InlineData("{\"source\":{}}", DecodeFailure.InvalidAttribute, "source: expected a string, found an object")]
    [InlineData("{\"subject\":\"a\\u0000b\"}", DecodeFailure.InvalidAttribute, "subject: holds a control character")]
    [InlineData("{\"time\":\"yesterday\"}", DecodeFailure.InvalidAttribute, "time: \"yesterday\" is not an RFC 3339 timestamp such as 2026-01-31T12:00:00Z")]
    [InlineData("{\"time\":1769860800}", DecodeFailure.InvalidAttribute, "time: 1769860800 is not an RFC 3339 timestamp such as 2026-01-31T12:00:00Z")]
    [InlineData("{" + Envelope + "}", DecodeFailure.InvalidAttribute, "type: is missing")]
    [InlineData("{" + Envelope + ",\"type\":\"task.deleted\"}", DecodeFailure.InvalidData, "data: is missing")]
    [InlineData("{" + Envelope + ",\"type\":\"task.deleted\",\"data\":null}", DecodeFailure.InvalidData, "data: is missing")]
    [InlineData("{" + Envelope + ",\"type\":\"task.deleted\",\"data_base64\":\"*\"}", DecodeFailure.InvalidAttribute, "data_base64: \"*\" is not base64")]
    [InlineData("{" + Envelope + ",\"type\":\"task.deleted\",\"data_base64\":\"/w==\"}", DecodeFailure.NotJson, "data_base64: not UTF-8")]
    [InlineData("{" + Envelope + ",\"type\":\"task.deleted\",\"data\":{},\"data_base64\":\"e30=\",\"type\":\"x\"}", DecodeFailure.InvalidData, "data.task: is missing")]
    [InlineData("{" + Envelope + ",\"type\":\"x\",\"data\":{},\"data_base64\":\"e30=\"}", DecodeFailure.InvalidAttribute, "data_base64: stands beside data")]
    [InlineData("{" + Envelope + ",\"type\":\"x\",\"datacontenttype\":\"text/plain\"}", DecodeFailure.UnsupportedContentType, "datacontenttype: \"text/plain\" is not application/json")]
    public void Of_an_event(string json, DecodeFailure reason, string text) => AssertFault(reason, text, new EventDecoder().DecodeStructured(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("task.deleted", "[]", "data: expected an object, found an array")]
    [InlineData("task.deleted", "{}", "data.task: is missing")]
    [InlineData("task.deleted", "{\"task\":null}", "data.task: expected a string, found null")]
    [InlineData("task.deleted", "{\"task\":\"\"}", "data.task: is empty")]
    [InlineData("task.status-changed", "{\"task\":\"1\",\"category\":\"done\"}", "data.status: is missing")]
    [InlineData("task.status-changed", "{\"task\":\"1\",\"status\":\"Done\"}", "data.category: is missing")]
    [InlineData("task.status-changed", "{\"category\":\"Done\"}", "data.category: expected one of todo, in-progress, blocked, done, cancelled, found \"Done\"")]
    [InlineData("task.updated", "{\"task\":\"1\",\"status\":\"Done\"}", "data.category: is missing")]
    [InlineData("task.assigned", "{\"task\":\"1\"}", "data.assignee: is missing; null says that nobody is assigned")]
    [InlineData("task.estimated", "{\"estimateHours\":-1}", "data.estimateHours: expected a number of hours from 0 to 1,000,000, found -1")]
    [InlineData("task.estimated", "{\"spentHours\":\"8\"}", "data.spentHours: expected a number of hours from 0 to 1,000,000, found \"8\"")]
    [InlineData("task.estimated", "{\"spentHours\":1e999}", "data.spentHours: expected a number of hours from 0 to 1,000,000, found 1e999")]
    [InlineData("task.created", "{\"due\":\"2026-02-30\"}", "data.due: expected a date such as 2026-01-31, found \"2026-02-30\"")]
    [InlineData("task.created", "{\"milestone\":\"5\"}", "data.milestone: expected an object, found \"5\"")]
    [InlineData("task.created", "{\"milestone\":{}}", "data.milestone.name: is missing")]
    [InlineData("task.created", "{\"milestone\":{\"kind\":true}}", "data.milestone.kind: expected one of milestone, sprint, version, found true")]
    [InlineData("task.created", "{\"labels\":\"a\"}", "data.labels: expected an array of strings, found \"a\"")]
    [InlineData("task.created", "{\"labels\":[false]}", "data.labels[]: expected a string, found false")]
    [InlineData("resource.allocated", "{\"allocation\":\"1\",\"resource\":\"r\",\"from\":\"2026-01-02\"}", "data.hoursPerWeek: is missing")]
    [InlineData("resource.allocated", "{\"allocation\":\"1\",\"resource\":\"r\",\"hoursPerWeek\":8}", "data.from: is missing")]
    [InlineData("resource.allocated", "{\"hoursPerWeek\":8,\"from\":\"2026-01-02\",\"to\":\"2026-01-01\"}", "data.to: 2026-01-01 lies before data.from, 2026-01-02")]
    public void Of_its_data(string type, string data, string text) =>
        AssertFault(DecodeFailure.InvalidData, text, new EventDecoder().DecodeStructured(Encoding.UTF8.GetBytes($"{{{Envelope},\"type\":\"{type}\",\"data\":{data}}}")));

    [Fact]
    public void Of_what_is_too_long()
    {
        Of_an_event($"{{\"source\":\"{new string('s', 1025)}\"}}", DecodeFailure.InvalidAttribute, "source: 1,025 characters are more than 1,024");
        Of_its_data("task.blocked", $"{{\"reason\":\"{new string('r', 4097)}\"}}", "data.reason: 4,097 characters are more than 4,096");
        Of_its_data("task.created", $"{{\"labels\":[{string.Join(',', Enumerable.Repeat("\"a\"", 257))}]}}", "data.labels: more than 256 labels");
        Of_an_event(new string(' ', EventDecoder.MaxBytes + 1), DecodeFailure.TooLarge, "1,000,001 bytes are more than 1,000,000");
    }

    [Fact]
    public void Show_the_beginning_of_a_long_value_and_never_half_a_character()
    {
        Of_an_event($"{{\"time\":\"{new string('t', 41)}\"}}", DecodeFailure.InvalidAttribute, $"time: \"{new string('t', 40)}…\" is not an RFC 3339 timestamp such as 2026-01-31T12:00:00Z");
        Of_an_event($"{{\"time\":\"{new string('t', 39)}😀\"}}", DecodeFailure.InvalidAttribute, $"time: \"{new string('t', 39)}…\" is not an RFC 3339 timestamp such as 2026-01-31T12:00:00Z");
    }

    [Fact]
    public void Of_bytes_that_are_not_UTF8() => AssertFault(DecodeFailure.NotJson, "not UTF-8", new EventDecoder().DecodeStructured([.. "{\"id\":\""u8, 0xC3, .. "\"}"u8]));

    private static void AssertFault(DecodeFailure reason, string text, DecodeResult result)
    {
        Assert.False(result.IsDecoded);
        Assert.Equal(text, result.Error.ToString());
        Assert.Equal(reason, result.Error.Reason);
    }
}
