using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.People;
using ShitOps.Tests.Events;

namespace ShitOps.Tests.Archive;

/// <summary>Record → row → Parquet → row → JSON: nothing of an event is lost, and no name of a person is kept.</summary>
public class ArchivedEventTests
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 128 };

    private readonly EventDecoder _decoder = new();
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    [Property(MaxTest = 60)]
    public void What_comes_back_is_equal_to_what_came(int seed)
    {
        var events = new HostileEvents(seed);
        List<ArchivedRecord> records = [];
        List<ArchiveRow> rows = [];
        for (var i = 0; i < 100; i++)
        {
            var record = events.Next();
            if (!_decoder.Decode(record.Value, record.Headers).IsDecoded) continue;
            records.Add(record);
            rows.Add(Row(record.Value, record.Headers, offset: i));
        }

        var read = SegmentFile.Read(SegmentFile.Write(rows), "test");

        Assert.InRange(rows.Count, 30, 100);
        Assert.Equal(rows, read);
        for (var i = 0; i < rows.Count; i++) AssertSame(records[i].Expected, ArchivedEvent.ToJson(read[i], _names.GetValueOrDefault));
    }

    [Property(MaxTest = 60)]
    public void No_name_of_a_person_is_anywhere_in_a_row(int seed)
    {
        var events = new HostileEvents(seed);
        var named = 0;
        for (var i = 0; i < 100; i++)
        {
            var record = events.Next();
            if (!_decoder.Decode(record.Value, record.Headers).IsDecoded) continue;
            if (AllText(record.Expected).Contains(HostileEvents.PersonMark, StringComparison.Ordinal)) named++;
            var row = Row(record.Value, record.Headers);
            Assert.DoesNotContain(HostileEvents.PersonMark, (row with { Rest = null }).ToString(), StringComparison.Ordinal);
            if (row.Rest is not null) Assert.DoesNotContain(HostileEvents.PersonMark, AllText(row.Rest), StringComparison.Ordinal);
        }

        Assert.InRange(named, 5, 100);
    }

    [Theory]
    [InlineData("{\"actor\":\"Ada Quartz\",\"nose\":1}", "Ada Quartz")]
    [InlineData("{\"actor\":{\"id\":5}}", null)]
    [InlineData("[\"actor\"]", null)]
    public void Who_did_it_has_its_column_whatever_the_type(string data, string? actor)
    {
        var json = System.Text.Encoding.UTF8.GetBytes($$"""{"specversion":"1.0","id":"e-1","source":"/x","type":"task.sneezed","subject":"P","time":"2026-01-31T12:00:00Z","data":{{data}}}""");
        var row = ArchivedEvent.ToRow(new EventDecoder().Decode(json, []).Event!, 7, 1, json, [], name => $"id of {name}");

        Assert.Equal(actor is null ? null : $"id of {actor}", row.Actor);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(json).RootElement, JsonDocument.Parse(ArchivedEvent.ToJson(row, id => id["id of ".Length..])).RootElement));
    }

    [Fact]
    public void What_the_usual_trackers_send_fits_the_columns()
    {
        var types = EventContract.Documented.Types.Values.Select(section => section.Example).ToList();
        Assert.Equal(EventTypes.All.Count, types.Count);
        foreach (var json in types)
        {
            var rest = Row(json).Rest;
            // Null, or what docs/archive.md says that no column has.
            if (rest is null) continue;
            var members = JsonDocument.Parse(rest).RootElement.EnumerateObject().ToList();
            Assert.Equal("data", Assert.Single(members).Name);
            Assert.All(members[0].Value.EnumerateObject(), member => Assert.True(member.Name is "labels" or "milestone" or "reason" or "role" || member.Value.ValueKind == JsonValueKind.Null, member.Name));
        }
    }

    [Fact]
    public void Columns_hold_the_value_that_counts_and_the_rest_what_was_written()
    {
        var row = Row("""
            {"specversion":"1.0","id":"e-1","source":"/s","type":"task.created","subject":"P","time":"2026-03-02T10:15:00.1234567+01:00",
             "data":{"task":"T-1","title":"first","title":"last","estimateHours":1.60e1,"spentHours":2.0,"assignee":"Ada","due":"2026-06-30","team":null}}
            """u8.ToArray());

        Assert.Equal(
            ("T-1", "last", 16.0, 2.0, new DateOnly(2026, 6, 30), null, new DateTimeOffset(2026, 3, 2, 9, 15, 0, 123, 456, TimeSpan.Zero)),
            (row.Task, row.Title, row.EstimateHours, row.SpentHours, row.Due, row.Team, row.Time));
        Assert.Equal(PersonId.Of(Encoding.UTF8.GetBytes(Some.TenantKey), "Ada"), row.Person);
        AssertSame("""{"time":"2026-03-02T10:15:00.1234567+01:00","data":{"title":"first","title":"last","estimateHours":1.60e1,"team":null}}""", Encoding.UTF8.GetBytes(row.Rest!));
    }

    [Fact]
    public void The_id_stands_for_the_name_of_who_has_been_erased()
    {
        var row = Row(Some.EventJson(data: new TaskAssigned("T-1", "Ada")));

        var assignee = JsonDocument.Parse(ArchivedEvent.ToJson(row, _ => null)).RootElement.GetProperty("data").GetProperty("assignee").GetString();

        Assert.Equal(row.Person, assignee);
        Assert.Equal(PersonId.Length, assignee!.Length);
    }

    [Theory]
    [InlineData("{\"task\":\"T-1\",\"note\":\"\\ud800\"}", "\"note\":\"\\ud800\"")]
    [InlineData("{\"task\":\"T-1\",\"title2\":{\"\\udc00\":1}}", "\"title2\":{\"\\udc00\":1}")]
    public void Half_a_surrogate_pair_is_kept_as_it_was_written(string data, string kept)
    {
        var row = Row(Encoding.UTF8.GetBytes($$"""{"specversion":"1.0","id":"e-1","source":"/s","type":"task.deleted","subject":"P","time":"2026-03-02T10:15:00Z","data":{{data}}}"""));

        var read = SegmentFile.Read(SegmentFile.Write([row]), "test").Single();

        Assert.Contains(kept, Encoding.UTF8.GetString(ArchivedEvent.ToJson(read, _ => null)), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_came_alone_may_nest_as_deeply_as_the_contract_allows()
    {
        var data = $$"""{"task":"T-1","deep":{{new string('[', 63)}}{{new string(']', 63)}}}""";
        EventHeader[] headers = [.. new (string, string)[] { ("ce_specversion", "1.0"), ("ce_id", "e-1"), ("ce_source", "/s"), ("ce_type", "task.deleted"), ("ce_subject", "P"), ("ce_time", "2026-03-02T10:15:00Z") }
            .Select(header => new EventHeader(header.Item1, Encoding.UTF8.GetBytes(header.Item2)))];

        AssertSame(
            $$"""{"specversion":"1.0","id":"e-1","source":"/s","type":"task.deleted","subject":"P","time":"2026-03-02T10:15:00Z","data":{{data}}}""",
            ArchivedEvent.ToJson(Row(Encoding.UTF8.GetBytes(data), headers), _ => null));
    }

    [Theory]
    [InlineData(long.MinValue, null)]
    [InlineData(-1, null)]
    [InlineData(0, null)]
    [InlineData(long.MaxValue, null)]
    [InlineData(1_770_000_000_123, "2026-02-02T02:40:00.123Z")]
    public void A_timestamp_that_no_calendar_has_is_none(long milliseconds, string? expected)
    {
        var decoded = _decoder.DecodeStructured(Some.EventJson()).Event!;

        var row = SegmentFile.Read(SegmentFile.Write([ArchivedEvent.ToRow(decoded, 0, milliseconds, Some.EventJson(), [], name => name)]), "test").Single();

        Assert.Equal(expected, row.Timestamp is { } timestamp ? Rfc3339.Format(timestamp) : null);
    }

    private ArchiveRow Row(byte[] value, EventHeader[]? headers = null, long offset = 0)
    {
        var result = _decoder.Decode(value, headers ?? []);
        Assert.True(result.IsDecoded, result.Error?.ToString());
        return ArchivedEvent.ToRow(result.Event, offset, 1_770_000_000_000, value, headers ?? [], IdOf);
    }

    private string IdOf(string name)
    {
        var id = PersonId.Of(Encoding.UTF8.GetBytes(Some.TenantKey), name);
        _names[id] = name;
        return id;
    }

    private static void AssertSame(string expected, byte[] actual)
    {
        using var one = JsonDocument.Parse(expected, Deep);
        using var other = JsonDocument.Parse(actual, Deep);
        Assert.True(JsonElement.DeepEquals(one.RootElement, other.RootElement), $"expected {expected}\nfound {Encoding.UTF8.GetString(actual)}");
    }

    /// <summary>Every name and string of a document, unescaped.</summary>
    private static string AllText(string json)
    {
        var text = new StringBuilder();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = 128 });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)) continue;
            var one = reader.GetString()!;
            text.Append(one).Append('\n');
            // data_base64 hides what it holds.
            if (Convert.TryFromBase64String(one, new byte[one.Length], out var length) && length > 10) text.Append(Encoding.UTF8.GetString(Convert.FromBase64String(one))).Append('\n');
        }

        return text.ToString();
    }
}
