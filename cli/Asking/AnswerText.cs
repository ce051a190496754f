using System.Globalization;
using System.Text.Json;
using ShitOps.Cli.CommandLine;
using ShitOps.Wording;

namespace ShitOps.Cli.Asking;

/// <summary>An answer of <c>/api/ask</c> for people: a number, a table, or for a trend a line of blocks; and what it took.</summary>
internal static class AnswerText
{
    private const int MostRows = 40;
    private const int MostWidth = 44;
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>The lines.</summary>
    public static IReadOnlyList<string> Lines(JsonElement answer)
    {
        var lines = new List<string>();
        if (answer.GetProperty("refusal").GetString() is { } refusal) return [Printable.Line(refusal)];
        if (!answer.TryGetProperty("rows", out var rows))
            return
            [
                "I am not sure what that means. Ask again with the number of what you mean, such as --reading 1, or with a line of your own after --query:",
                .. answer.GetProperty("readings").EnumerateArray().Select((reading, i) => string.Create(CultureInfo.InvariantCulture, $"  {i + 1}  {Printable.Line(reading.GetProperty("query").GetString()!)}")),
            ];

        lines.Add(Printable.Line(answer.GetProperty("query").GetString()!));
        lines.Add("");
        var columns = answer.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()!).ToList();
        var unit = answer.GetProperty("unit").GetString()!;
        var all = rows.EnumerateArray().ToList();
        if (answer.TryGetProperty("nothing", out var nothing)) lines.Add($"  {Printable.Line(nothing.GetString()!)}");
        else if (all.Count == 0) lines.Add("  nothing");
        else if (columns is ["value"]) lines.Add($"  {Cell(all[0].GetProperty("value"), "value", unit)}{Unit(unit)}");
        else if (columns.Contains("until") && columns.Contains("value")) lines.AddRange(Trend(all, columns, unit));
        else lines.AddRange(Table(all, columns, unit));

        var plan = answer.GetProperty("plan");
        lines.Add("");
        lines.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"by {plan.GetProperty("chosen").GetString()}: {plan.GetProperty("spentMs").GetDouble():N0} ms ({plan.GetProperty("expectedMs").GetDouble():N0} ms expected), {Quantity.Of(plan.GetProperty("requests").GetInt64(), "request")} to storage, {Quantity.Of(plan.GetProperty("candidates").GetArrayLength(), "plan")} to choose from"));
        return lines;
    }

    /// <summary>Of each group a line of blocks, with the first, the least, the greatest and the last value.</summary>
    private static IEnumerable<string> Trend(List<JsonElement> rows, List<string> columns, string unit)
    {
        var group = columns.FindAll(column => column is not ("time" or "until" or "value" or "versus"));
        yield return $"  {Time(rows[0].GetProperty("time"))} to {Time(rows[^1].GetProperty("until"))}";
        var groups = rows.GroupBy(row => string.Join(' ', group.Select(column => Printable.Line(row.GetProperty(column).GetString() ?? "(none)"))), StringComparer.Ordinal).ToList();
        var width = groups.Max(one => one.Key.Length);
        foreach (var one in groups.Take(MostRows))
        {
            var values = one.Select(row => row.GetProperty("value")).Select(value => value.ValueKind == JsonValueKind.Null ? (double?)null : value.GetDouble()).ToList();
            var known = values.OfType<double>().ToList();
            var (least, greatest) = known.Count == 0 ? (0, 0) : (Math.Min(0, known.Min()), known.Max());
            var line = string.Concat(Folded(values).Select(value => value is not { } number ? ' ' : Blocks[greatest > least ? (int)Math.Min(7, 8 * (number - least) / (greatest - least)) : 0]));
            yield return known.Count == 0
                ? $"  {one.Key.PadRight(width)}  nothing"
                : $"  {one.Key.PadRight(width)}  {line}  {Number(known[0], unit)} → {Number(known[^1], unit)}, {Number(known.Min(), unit)} to {Number(known.Max(), unit)}{Unit(unit)}";
        }

        if (groups.Count > MostRows) yield return $"  and {groups.Count - MostRows} more";
    }

    /// <summary>Of more values than fit on a line, those of the ends of as many stretches.</summary>
    private static IEnumerable<double?> Folded(List<double?> values)
    {
        const int Width = 60;
        return values.Count <= Width ? values : Enumerable.Range(0, Width).Select(i => values[((i + 1) * values.Count / Width) - 1]);
    }

    private static IEnumerable<string> Table(List<JsonElement> rows, List<string> columns, string unit)
    {
        // A column in which nothing stands says nothing.
        var kept = columns.Where(column => rows.Exists(row => row.GetProperty(column).ValueKind != JsonValueKind.Null)).ToList();
        var shown = rows.Take(MostRows).Select(row => kept.ConvertAll(column => Cell(row.GetProperty(column), column, unit))).ToList();
        var widths = kept.Select((column, i) => Math.Min(MostWidth, Math.Max(column.Length, shown.Max(row => row[i].Length)))).ToList();
        var isNumber = kept.ConvertAll(column => rows.TrueForAll(row => row.GetProperty(column).ValueKind is JsonValueKind.Number or JsonValueKind.Null));
        yield return Line(kept);
        foreach (var row in shown) yield return Line(row);
        if (rows.Count > MostRows) yield return $"  and {rows.Count - MostRows:N0} more";

        string Line(IReadOnlyList<string> cells) => ("  " + string.Join("  ", cells.Select((cell, i) =>
        {
            var text = cell.Length > widths[i] ? cell[..(widths[i] - 1)] + "…" : cell;
            return isNumber[i] ? text.PadLeft(widths[i]) : text.PadRight(widths[i]);
        }))).TrimEnd();
    }

    private static string Cell(JsonElement cell, string column, string unit) => cell.ValueKind switch
    {
        JsonValueKind.Null => "-",
        JsonValueKind.Number => column is "value" or "versus" ? Number(cell.GetDouble(), unit) : cell.GetDouble().ToString("#,0.##", CultureInfo.InvariantCulture),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        _ => Time(cell),
    };

    private static string Time(JsonElement cell) => cell.GetString() is { } text && text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)
        ? time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
        : Printable.Line(cell.GetString()!);

    private static string Number(double value, string unit) => unit switch
    {
        "seconds" => value >= 2 * 86_400 ? $"{value / 86_400:F1} d" : value >= 7_200 ? $"{value / 3_600:F1} h" : $"{value / 60:F0} min",
        "probability" => $"{100 * value:F0} %",
        _ => value.ToString("#,0.##", CultureInfo.InvariantCulture),
    };

    private static string Unit(string unit) => unit switch { "hours" => " hours", "hours-per-week" => " hours a week", _ => "" };
}
