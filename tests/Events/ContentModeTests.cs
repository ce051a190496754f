using System.Text;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

/// <summary>Structured and binary mode, and how the headers choose between them.</summary>
public class ContentModeTests
{
    private const string Structured =
        """{"specversion":"1.0","id":"1","source":"/s","type":"task.deleted","subject":"p","time":"2026-01-31T12:00:00Z","data":{"task":"structured"}}""";

    private static readonly (string, string)[] Attributes =
        [("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "/s"), ("ce_type", "task.deleted"), ("ce_subject", "p"), ("ce_time", "2026-01-31T12:00:00Z")];

    private readonly EventDecoder _decoder = new();

    [Theory]
    [InlineData(null)]
    [InlineData("application/cloudevents+json")]
    [InlineData("Application/CloudEvents+JSON; charset=UTF-8")]
    [InlineData("application/json")]
    public void Without_ce_headers_the_value_is_the_whole_event(string? contentType)
    {
        EventHeader[] headers = contentType is null ? [] : [Header("Content-Type", contentType)];
        Assert.Equal(new TaskDeleted("structured"), _decoder.Decode(Encoding.UTF8.GetBytes(Structured), headers).Event?.Data);
    }

    [Theory]
    [InlineData("application/cloudevents+avro")]
    [InlineData("application/cloudevents-batch+json")]
    [InlineData("application/cloudevents")]
    [InlineData("application/cloudevents+jsonx")]
    public void Another_format_of_events_is_refused(string contentType)
    {
        var error = _decoder.Decode(Encoding.UTF8.GetBytes(Structured), [Header("content-type", contentType)]).Error;
        Assert.Equal($"content-type: \"{contentType}\" is not application/cloudevents+json", error?.ToString());
        Assert.Equal(DecodeFailure.UnsupportedContentType, error?.Reason);
    }

    [Fact]
    public void A_structured_content_type_outweighs_ce_headers() =>
        Assert.Equal(new TaskDeleted("structured"), _decoder.Decode(Encoding.UTF8.GetBytes(Structured), Headers([.. Attributes, ("content-type", Event.ContentType)])).Event?.Data);

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("text/json; charset=utf-8")]
    [InlineData("application/vnd.tracker+json")]
    public void With_ce_headers_the_value_is_the_data(string? contentType)
    {
        var headers = Headers(contentType is null ? Attributes : [.. Attributes, ("content-type", contentType)]);
        Assert.Equal(
            new Event("1", "/s", "task.deleted", new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), "p", new TaskDeleted("binary")),
            _decoder.Decode("{\"task\":\"binary\"}"u8, headers).Event);
    }

    [Fact]
    public void Header_names_have_no_case_and_the_last_of_two_counts() =>
        Assert.Equal("2", _decoder.Decode("{\"task\":\"b\"}"u8, Headers([.. Attributes, ("CE_Id", "2")])).Event?.Id);

    [Theory]
    [InlineData("ce_id", "", "id: is empty")]
    [InlineData("ce_subject", "a\nb", "subject: holds a control character")]
    [InlineData("ce_specversion", "0.3", "specversion: \"0.3\" is not \"1.0\"")]
    [InlineData("ce_time", "soon", "time: \"soon\" is not an RFC 3339 timestamp such as 2026-01-31T12:00:00Z")]
    [InlineData("content-type", "text/plain", "datacontenttype: \"text/plain\" is not application/json")]
    public void A_faulty_header_is_named(string name, string value, string error) =>
        Assert.Equal(error, _decoder.Decode("{\"task\":\"b\"}"u8, Headers([.. Attributes, (name, value)])).Error?.ToString());

    [Fact]
    public void A_header_that_is_not_UTF8_is_named() =>
        Assert.Equal("source: is not UTF-8", _decoder.Decode("{}"u8, [.. Headers(Attributes), new EventHeader("ce_source", new byte[] { 0xFF })]).Error?.ToString());

    [Theory]
    [InlineData("ce_id", "id")]
    [InlineData("ce_source", "source")]
    [InlineData("ce_type", "type")]
    [InlineData("ce_subject", "subject")]
    [InlineData("ce_time", "time")]
    public void A_missing_header_is_named(string header, string attribute) =>
        Assert.Equal($"{attribute}: is missing", _decoder.Decode("{\"task\":\"b\"}"u8, Headers([.. Attributes.Where(pair => pair.Item1 != header)])).Error?.ToString());

    [Theory]
    [InlineData("", "data: is missing")]
    [InlineData("null", "data: expected an object, found null")]
    [InlineData("{\"task\":\"b\"} x", "line 1, byte 14: not JSON, or nested deeper than 64 levels")]
    public void Faulty_data_are_named(string value, string error) => Assert.Equal(error, _decoder.Decode(Encoding.UTF8.GetBytes(value), Headers(Attributes)).Error?.ToString());

    [Theory]
    [InlineData("", true)]
    [InlineData("null", true)]
    [InlineData("{\"any\":[1,2,{}]}", true)]
    [InlineData("{\"any\":[1,2", false)]
    [InlineData("any", false)]
    [InlineData("{} {}", false)]
    public void Data_of_an_unknown_type_may_be_anything_that_is_JSON(string value, bool isDecoded)
    {
        var result = _decoder.Decode(Encoding.UTF8.GetBytes(value), Headers([.. Attributes, ("ce_type", "task.renamed")]));
        Assert.Equal(isDecoded, result.IsDecoded);
        Assert.Null(result.Event?.Data);
    }

    [Theory]
    [InlineData("\"type\":\"task.deleted\",\"data_base64\":\"eyJ0YXNrIjoiYiJ9\"")]
    [InlineData("\"data_base64\":\"eyJ0YXNrIjoiYiJ9\",\"type\":\"task.deleted\"")]
    [InlineData("\"type\":\"task.deleted\",\"data\":null,\"data_base64\":\"eyJ0YXNrIjoiYiJ9\"")]
    [InlineData("\"type\":\"task.deleted\",\"data\":{\"task\":\"b\"},\"data_base64\":null")]
    [InlineData("\"type\":\"task.deleted\",\"data_base64\":\"\\u0065yJ0YXNrIjoiYiJ9\"")]
    [InlineData("\"data\":{\"task\":\"b\"},\"type\":\"task.deleted\"")]
    [InlineData("\"type\":\"task.created\",\"data\":{\"task\":\"b\"},\"type\":\"task.deleted\"")]
    [InlineData("\"type\":\"task.deleted\",\"data\":{\"task\":\"a\"},\"data\":{\"task\":\"a\",\"task\":\"b\"}")]
    [InlineData("\"typ\\u0065\":\"task.deleted\",\"d\\u0061ta\":{\"t\\u0061sk\":\"\\u0062\"}")]
    public void Data_are_found_wherever_they_stand(string members)
    {
        var json = $$"""{"specversion":"1.0","id":"1","source":"/s","subject":"p","time":"2026-01-31T12:00:00Z",{{members}}}""";
        var result = _decoder.DecodeStructured(Encoding.UTF8.GetBytes(json));
        Assert.Null(result.Error);
        Assert.Equal(new TaskDeleted("b"), result.Event!.Data);
    }

    private static EventHeader[] Headers((string Name, string Value)[] headers) => [.. headers.Select(header => Header(header.Name, header.Value))];

    private static EventHeader Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
