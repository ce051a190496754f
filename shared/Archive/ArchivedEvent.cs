using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Archive;

/// <summary>
/// Converts a record of the topic to the row that the archive keeps, and back to JSON that is equal to the event that came
/// (<see cref="JsonElement.DeepEquals(JsonElement, JsonElement)"/>), in structured mode: <c>data_base64</c> comes back as the <c>data</c> that
/// it holds, and binary mode as the structured event of the same attributes and data.
/// </summary>
/// <remarks>
/// People are personal data: the strings <c>assignee</c>, <c>owner</c>, <c>resource</c> and <c>actor</c> in <c>data</c>, of whatever type, become person
/// ids, whether a column holds them or <see cref="ArchiveRow.Rest"/>.
/// </remarks>
public static class ArchivedEvent
{
    // Names have 1 to 256 characters (docs/events.md); of unknown types a longer string may stand there, which is no name.
    private const int LongestName = 256;

    private const double MostHours = 1_000_000;

    // An event nests 64 levels; data that came alone (binary mode, data_base64) lie one deeper in the event.
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 128 };

    private static readonly string[] Envelope = ["id", "source", "type", "subject", "time"];
    private static readonly string[] ProjectMembers = ["name", "team", "owner", "status", "category", "start", "due", "actor"];

    private static readonly string[] TaskMembers =
        ["task", "title", "kind", "priority", "status", "category", "assignee", "team", "parent", "estimateHours", "remainingHours", "spentHours", "due", "actor"];

    private static readonly string[] ResourceMembers = ["allocation", "resource", "hoursPerWeek", "from", "to", "actor"];
    private static readonly string[] People = ["assignee", "owner", "resource", "actor"];

    /// <summary>The row of a record.</summary>
    /// <param name="decoded">What <see cref="EventDecoder.Decode"/> made of the same value and headers.</param>
    /// <param name="offset">The record's offset.</param>
    /// <param name="timestampMs">The record's timestamp, milliseconds since 1970 in UTC; 0 or less: it has none.</param>
    /// <param name="value">The record's value.</param>
    /// <param name="headers">The record's headers.</param>
    /// <param name="personId">The person id of a name.</param>
    public static ArchiveRow ToRow(
        Event decoded, long offset, long timestampMs, ReadOnlySpan<byte> value, ReadOnlySpan<EventHeader> headers, Func<string, string> personId)
    {
        ReadOnlySpan<byte> utf8 = ToStructured(value, headers);
        var members = Members(utf8);
        List<Member> rest = [];
        List<byte[]> data = [];
        byte[]? base64 = null;
        foreach (var member in members)
        {
            if (member.Name == "data") data.Add(utf8[member.Value].ToArray());
            else if (member.Name == "data_base64") base64 = Base64(utf8[member.Value]);
            else if (!IsHeld(member, members, utf8, decoded.Time)) rest.Add(member);
        }

        // Beside data_base64 there is at most null. Base64 never goes to the rest: there may be names in it.
        if (base64 is not null) data = base64.Length == 0 ? [] : [base64];
        else rest.AddRange(members.Where(member => member is { Name: "data_base64", Token: JsonTokenType.Null }));

        var cells = new Cells();
        var output = new ArrayBufferWriter<byte>(256);
        var count = 0;
        foreach (var member in rest) Write(output, ref count, utf8[member.NameAt], utf8[member.Value]);
        var isMerged = decoded.IsKnown && data.Count == 1;
        if (decoded.IsKnown) FillColumns(cells, ColumnsOf(decoded.Type), data[^1], personId);

        // Who did it is asked of every event, also of those whose type is not known.
        else if (data.Count > 0) FillColumns(cells, ["actor"], data[^1], personId);
        foreach (var one in data)
        {
            var left = WithoutHeld(one, isMerged ? cells.Held : [], personId, out var isEmpty);
            // An object of which columns hold all needs no mention. One that was empty does: nothing else tells of it.
            if (!isEmpty || !isMerged || cells.Held.Count == 0) Write(output, ref count, "\"data\""u8, left);
        }

        if (count > 0) Append(output, "}"u8);
        return new ArchiveRow
        {
            Offset = offset,
            Timestamp = Timestamp(timestampMs),
            Time = Microseconds(decoded.Time),
            Id = decoded.Id,
            Source = decoded.Source,
            Type = decoded.Type,
            Project = decoded.Project,
            Task = cells.Text("task"),
            Allocation = cells.Text("allocation"),
            Title = cells.Text("title") ?? cells.Text("name"),
            Kind = cells.Text("kind"),
            Priority = cells.Text("priority"),
            Status = cells.Text("status"),
            Category = cells.Text("category"),
            Person = cells.Text("assignee") ?? cells.Text("owner") ?? cells.Text("resource"),
            Team = cells.Text("team"),
            Parent = cells.Text("parent"),
            EstimateHours = cells.Number("estimateHours"),
            RemainingHours = cells.Number("remainingHours"),
            SpentHours = cells.Number("spentHours"),
            HoursPerWeek = cells.Number("hoursPerWeek"),
            Start = cells.Date("start") ?? cells.Date("from"),
            Due = cells.Date("due") ?? cells.Date("to"),
            Actor = cells.Text("actor"),
            Rest = count == 0 ? null : Encoding.UTF8.GetString(output.WrittenSpan),
        };
    }

    /// <summary>The event of a record in structured mode, whichever mode it came in.</summary>
    /// <param name="value">The value of a record that is an event.</param>
    /// <param name="headers">The record's headers.</param>
    public static byte[] ToStructured(ReadOnlySpan<byte> value, ReadOnlySpan<EventHeader> headers) =>
        EventDecoder.IsBinary(headers, out var contentType) ? Structured(value, headers, contentType) : value.ToArray();

    /// <summary>The event as UTF-8 JSON. It may nest one level deeper than the contract allows if its data came alone.</summary>
    /// <param name="row">What the archive holds.</param>
    /// <param name="nameOf">The name of a person id; null: the person has been erased, and the id stands for the name.</param>
    public static byte[] ToJson(ArchiveRow row, Func<string, string?> nameOf)
    {
        var restBytes = row.Rest is null ? "{}"u8.ToArray() : Encoding.UTF8.GetBytes(row.Rest);
        var rest = Members(restBytes);
        var output = new ArrayBufferWriter<byte>(512);
        var count = 0;
        foreach (var (name, text) in (ReadOnlySpan<(string, string)>)
            [("specversion", "1.0"), ("id", row.Id), ("source", row.Source), ("type", row.Type), ("subject", row.Project), ("time", Rfc3339.Format(row.Time))])
        {
            if (!rest.Exists(member => member.Name == name)) Write(output, ref count, name, text);
        }

        List<byte[]> data = [];
        foreach (var member in rest)
        {
            if (member.Name == "data") data.Add(restBytes[member.Value]);
            else Write(output, ref count, restBytes.AsSpan(member.NameAt), restBytes.AsSpan(member.Value));
        }

        var columns = DataColumns(row, nameOf);
        if (data.Count == 0 && columns.Count > 0) data.Add("{}"u8.ToArray());
        foreach (var one in data) Write(output, ref count, "\"data\""u8, Merged(one, data.Count == 1 ? columns : [], nameOf));
        Append(output, "}"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Of an event that the columns do not hold as a whole: its time to the last digit, and the data that count, as JSON; none: it has no data.</summary>
    internal static (DateTimeOffset Time, byte[] Data) TimeAndData(ArchiveRow row)
    {
        var rest = row.Rest is null ? "{}"u8.ToArray() : Encoding.UTF8.GetBytes(row.Rest);
        var time = row.Time;
        List<byte[]> data = [];
        foreach (var member in Members(rest))
        {
            if (member.Name == "data") data.Add(rest[member.Value]);
            else if (member.Name == "time" && Text(rest.AsSpan(member.Value)) is { } text && Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out var exact) && Microseconds(exact) == row.Time) time = exact;
        }

        var columns = data.Count <= 1 ? DataColumns(row, _ => null) : [];
        if (data.Count == 0 && columns.Count > 0) data.Add("{}"u8.ToArray());
        return (time, data.Count == 0 ? [] : Merged(data[^1], columns, _ => null));
    }

    /// <summary>Data, an object, but for whoever did it.</summary>
    internal static byte[] WithoutActor(byte[] data) => WithoutHeld(data, ["actor"], name => name, out _);

    /// <summary>Whether a column, or the format itself, holds a member of the event exactly.</summary>
    private static bool IsHeld(Member member, List<Member> members, ReadOnlySpan<byte> utf8, DateTimeOffset time)
    {
        if (member.Name is not "specversion" && !Envelope.Contains(member.Name)) return false;
        if (members.Count(other => other.Name == member.Name) > 1) return false;
        return member.Name != "time" || Text(utf8[member.Value]) == Rfc3339.Format(Microseconds(time));
    }

    private static string[] ColumnsOf(string type) =>
        type.StartsWith("project.", StringComparison.Ordinal) ? ProjectMembers : type.StartsWith("task.", StringComparison.Ordinal) ? TaskMembers : ResourceMembers;

    /// <summary>Fills columns from the data that count, and notes which of its members they hold exactly.</summary>
    private static void FillColumns(Cells cells, string[] columns, ReadOnlySpan<byte> data, Func<string, string> personId)
    {
        var members = Members(data);
        foreach (var member in members)
        {
            if (member.Name is not { } name || !columns.Contains(name)) continue;
            object? cell = null;
            var isExact = true;
            switch (name)
            {
                case "estimateHours" or "remainingHours" or "spentHours" or "hoursPerWeek":
                    cell = member.Token == JsonTokenType.Number && Number(data[member.Value], out isExact) is >= 0 and <= MostHours and var hours ? hours : null;
                    break;
                case "start" or "due" or "from" or "to":
                    cell = member.Token == JsonTokenType.String && Text(data[member.Value]) is { } text && Rfc3339.TryParseDate(Encoding.UTF8.GetBytes(text), out var date) ? date : null;
                    break;
                default:
                    cell = member.Token == JsonTokenType.String ? Text(data[member.Value]) : null;
                    if (cell is string person && People.Contains(name)) cell = IsName(person) ? personId(person) : null;
                    break;
            }

            // The last of several counts, whatever it is.
            cells.Values.Remove(name);
            if (cell is not null) cells.Values[name] = cell;
            if (cell is not null && isExact && members.Count(other => other.Name == name) == 1) cells.Held.Add(name);
        }
    }

    /// <summary>Data without the members that columns hold, and with person ids for names; a value that is no object as it is.</summary>
    private static byte[] WithoutHeld(byte[] data, IReadOnlyCollection<string> held, Func<string, string> personId, out bool isEmpty)
    {
        isEmpty = false;
        if (!IsObject(data)) return data;
        var output = new ArrayBufferWriter<byte>(data.Length + 16);
        var count = 0;
        foreach (var member in Members(data))
        {
            if (member.Name is not null && held.Contains(member.Name)) continue;
            if (IsPerson(member) && Text(data.AsSpan(member.Value)) is { } name && IsName(name)) Write(output, ref count, member.Name!, personId(name));
            else Write(output, ref count, data.AsSpan(member.NameAt), data.AsSpan(member.Value));
        }

        isEmpty = count == 0;
        Append(output, count == 0 ? "{}"u8 : "}"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The data of <see cref="ArchiveRow.Rest"/> with names again, and with the columns' members that do not stand there.</summary>
    private static byte[] Merged(byte[] data, List<(string Name, object Value)> columns, Func<string, string?> nameOf)
    {
        if (!IsObject(data)) return data;
        var members = Members(data);
        var output = new ArrayBufferWriter<byte>(data.Length + 256);
        var count = 0;
        foreach (var (name, value) in columns)
        {
            if (members.Exists(member => member.Name == name)) continue;
            if (value is double number) Write(output, ref count, Encoding.UTF8.GetBytes($"\"{name}\""), Format(number));
            else Write(output, ref count, name, (string)value);
        }

        foreach (var member in members)
        {
            if (IsPerson(member) && Text(data.AsSpan(member.Value)) is { } id && nameOf(id) is { } name) Write(output, ref count, member.Name!, name);
            else Write(output, ref count, data.AsSpan(member.NameAt), data.AsSpan(member.Value));
        }

        Append(output, count == 0 ? "{}"u8 : "}"u8);
        return output.WrittenSpan.ToArray();
    }

    private static List<(string Name, object Value)> DataColumns(ArchiveRow row, Func<string, string?> nameOf)
    {
        List<(string, object)> columns = [];
        var isProject = row.Type.StartsWith("project.", StringComparison.Ordinal);
        var isTask = row.Type.StartsWith("task.", StringComparison.Ordinal);
        Add("task", row.Task);
        Add("allocation", row.Allocation);
        Add(isProject ? "name" : "title", row.Title);
        Add("kind", row.Kind);
        Add("priority", row.Priority);
        Add("status", row.Status);
        Add("category", row.Category);
        AddPerson(isProject ? "owner" : isTask ? "assignee" : "resource", row.Person);
        Add("team", row.Team);
        Add("parent", row.Parent);
        Add("estimateHours", row.EstimateHours);
        Add("remainingHours", row.RemainingHours);
        Add("spentHours", row.SpentHours);
        Add("hoursPerWeek", row.HoursPerWeek);
        Add(isProject ? "start" : "from", row.Start?.ToString("O"));
        Add(isProject || isTask ? "due" : "to", row.Due?.ToString("O"));
        AddPerson("actor", row.Actor);
        return columns;

        void Add(string name, object? value)
        {
            if (value is not null) columns.Add((name, value));
        }

        void AddPerson(string name, string? id) => Add(name, id is null ? null : nameOf(id) ?? id);
    }

    /// <summary>The structured form of an event in binary mode: of several headers of a name the last counts, as in decoding.</summary>
    private static byte[] Structured(ReadOnlySpan<byte> value, ReadOnlySpan<EventHeader> headers, ReadOnlySpan<byte> contentType)
    {
        var attributes = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var header in headers)
        {
            if (!header.Name.StartsWith("ce_", StringComparison.OrdinalIgnoreCase)) continue;
            // No attribute can have the names of data, and content-type is what the content type stands in.
            var name = header.Name[3..].ToLowerInvariant();
            if (name is not ("" or "data" or "data_base64" or "datacontenttype")) attributes[name] = header.Value;
        }

        var output = new ArrayBufferWriter<byte>(value.Length + 256);
        var count = 0;
        foreach (var (name, text) in attributes) Write(output, ref count, name, Encoding.UTF8.GetString(text.Span));
        if (contentType.Length > 0) Write(output, ref count, "datacontenttype", Encoding.UTF8.GetString(contentType));
        if (value.Length > 0) Write(output, ref count, "\"data\""u8, value);
        Append(output, "}"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The members of an object in their order, with where they stand in its bytes; of any other value none.</summary>
    private static List<Member> Members(ReadOnlySpan<byte> utf8)
    {
        List<Member> members = [];
        var reader = new Utf8JsonReader(utf8, Deep);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return members;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = (int)reader.TokenStartIndex;
            var nameAt = at..(at + reader.ValueSpan.Length + 2);
            var name = Text(ref reader);
            reader.Read();
            var (start, token) = ((int)reader.TokenStartIndex, reader.TokenType);
            reader.Skip();
            members.Add(new Member(name, nameAt, start..(int)reader.BytesConsumed, token));
        }

        return members;
    }

    private static bool IsPerson(Member member) => member.Token == JsonTokenType.String && member.Name is not null && People.Contains(member.Name);

    private static bool IsName(string text) => text.Length is > 0 and <= LongestName;

    private static bool IsObject(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, Deep);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject;
    }

    /// <summary>A string's text; null if it is no text: escapes that are half of a surrogate pair are kept as they were written.</summary>
    private static string? Text(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Deep);
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? Text(ref reader) : null;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[]? Base64(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetBytesFromBase64() : null;
    }

    /// <param name="json">A number as it was written.</param>
    /// <param name="isExact">Whether writing the double again gives an equal number.</param>
    private static double Number(ReadOnlySpan<byte> json, out bool isExact)
    {
        Utf8Parser.TryParse(json, out double number, out _);
        // Many writers put .0 behind what is whole.
        var bare = json.EndsWith(".0"u8) ? json[..^2] : json;
        isExact = json[0] != '-' && bare.SequenceEqual(Format(number));
        return number;
    }

    /// <summary>The shortest text that reads back as the same double.</summary>
    private static byte[] Format(double number)
    {
        Span<byte> text = stackalloc byte[32];
        number.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        return text[..length].ToArray();
    }

    private static DateTimeOffset Microseconds(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>Kafka's clients give 0 or -1 for a record without a timestamp.</summary>
    private static DateTimeOffset? Timestamp(long milliseconds) =>
        milliseconds > 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static void Write(ArrayBufferWriter<byte> output, ref int count, string name, string text) =>
        Write(output, ref count, Quoted(name), Quoted(text));

    private static void Write(ArrayBufferWriter<byte> output, ref int count, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Append(output, count++ == 0 ? "{"u8 : ","u8);
        Append(output, name);
        Append(output, ":"u8);
        Append(output, value);
    }

    private static void Append(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> bytes) => output.Write(bytes);

    private static byte[] Quoted(string text)
    {
        var encoded = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        return [(byte)'"', .. encoded, (byte)'"'];
    }

    /// <param name="Name">Null: it is no text, and so the name of nothing known.</param>
    /// <param name="NameAt">Where the name stands, quotes included.</param>
    /// <param name="Value">Where the value stands.</param>
    /// <param name="Token">The first of the value.</param>
    private readonly record struct Member(string? Name, Range NameAt, Range Value, JsonTokenType Token);

    /// <summary>What goes to columns, by the member's name.</summary>
    private sealed class Cells
    {
        public Dictionary<string, object> Values { get; } = new(StringComparer.Ordinal);

        /// <summary>Members that their column holds exactly.</summary>
        public HashSet<string> Held { get; } = new(StringComparer.Ordinal);

        public string? Text(string name) => Values.GetValueOrDefault(name) as string;

        public double? Number(string name) => Values.GetValueOrDefault(name) as double?;

        public DateOnly? Date(string name) => Values.GetValueOrDefault(name) as DateOnly?;
    }
}
