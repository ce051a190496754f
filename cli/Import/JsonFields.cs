using System.Runtime.InteropServices;
using System.Text.Json;

namespace ShitOps.Cli.Import;

/// <summary>
/// Reads what other people's JSON happens to hold: a field that is missing, null, blank or of another kind than expected
/// counts as not there, since a tracker's export must not be lost over a field that nobody needs.
/// </summary>
internal static class JsonFields
{
    /// <summary>The property; null unless this is an object that has it with a value other than null.</summary>
    public static JsonElement? Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>The property's text, trimmed and cut to <paramref name="longest"/> characters; null if there is none.</summary>
    public static string? Text(this JsonElement element, string name, int longest = Limits.Name) => element.Get(name)?.AsText(longest);

    /// <inheritdoc cref="Text"/>
    public static string? AsText(this JsonElement element, int longest = Limits.Name)
    {
        if (element.ValueKind == JsonValueKind.Number) return element.GetRawText();
        if (element.ValueKind != JsonValueKind.String) return null;
        try
        {
            return Limits.Cut(element.GetString(), longest);
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud83d without its other half is valid JSON but no text.
            return null;
        }
    }

    /// <summary>The text of the first of <paramref name="names"/> that has one.</summary>
    public static string? FirstText(this JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (element.Text(name) is { } text) return text;
        return null;
    }

    /// <summary>The entries of an array; a single object counts as an array of one.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => element.Get(name) switch
    {
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        { ValueKind: JsonValueKind.Object } single => [single],
        _ => [],
    };

    /// <summary>The values of Jira's custom fields, whose names differ from one Jira to the next.</summary>
    public static IEnumerable<JsonElement> CustomFields(this JsonElement fields)
    {
        foreach (var field in fields.EnumerateObject())
            if (JsonMarshal.GetRawUtf8PropertyName(field).StartsWith("customfield_"u8)) yield return field.Value;
    }

    /// <summary>The property as an instant.</summary>
    public static DateTimeOffset? Time(this JsonElement element, string name) =>
        element.Text(name) is { } text && TrackerTime.TryParse(text, out var time) ? time : null;

    /// <summary>The property as a day: a date, or the day in UTC of a timestamp.</summary>
    public static DateOnly? Day(this JsonElement element, string name) =>
        element.Text(name) is { } text && TrackerTime.TryParseDay(text, out var day) ? day : null;

    /// <summary>The property as hours, from seconds; null if it is no number of hours that an event may state.</summary>
    public static double? HoursFromSeconds(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var seconds) ? Limits.Hours(seconds) : null;

    /// <summary>Whether the property is true.</summary>
    public static bool IsTrue(this JsonElement element, string name) => element.Get(name)?.ValueKind == JsonValueKind.True;
}
