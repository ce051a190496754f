using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using ShitOps.Events;

namespace ShitOps.Rows;

/// <summary>
/// Rows as CSV by RFC 4180, with a header line; null is an empty field. A spreadsheet takes a text that begins with one of
/// <c>= + - @</c>, a tab or a line break for a formula, and anybody who may write a title could have it run there. So an apostrophe is put
/// before such a text, and before one that begins with an apostrophe: whoever reads the file by program takes one leading apostrophe away,
/// and has the text. JSON holds it unchanged.
/// </summary>
internal static class CsvRows
{
    private const string Apostrophe = "'";
    private const string Risky = "=+-@\t\r\n'";

    private static readonly CsvConfiguration Configuration = new(CultureInfo.InvariantCulture) { NewLine = "\r\n" };

    public static byte[] Write(RowPage page)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, Configuration))
        {
            foreach (var column in page.Columns) csv.WriteField(column.Name);
            csv.NextRecord();
            foreach (var row in page.Rows)
            {
                foreach (var cell in row) csv.WriteField(Text(cell));
                csv.NextRecord();
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string? Text(object? cell) => cell switch
    {
        null => null,
        string { Length: > 0 } text when Risky.Contains(text[0], StringComparison.Ordinal) => Apostrophe + text,
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTimeOffset time => Rfc3339.Format(time),
        DateOnly date => date.ToString("O"),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"a cell cannot be a {cell.GetType().Name}", nameof(cell)),
    };
}
