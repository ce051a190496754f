using System.Text;

namespace ShitOps.Tests.Rows;

/// <summary>Reads CSV by RFC 4180, letter by letter, and refuses what it does not allow.</summary>
internal static class CsvText
{
    public static List<string[]> Read(string text)
    {
        List<string[]> records = [];
        List<string> fields = [];
        for (var at = 0; at < text.Length;)
        {
            var field = new StringBuilder();
            if (text[at] == '"')
            {
                for (at++; text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"'); at++)
                {
                    if (text[at] == '"') at++;
                    field.Append(text[at]);
                }

                at++;
            }
            else
            {
                for (; text[at] is not (',' or '\r'); at++) field.Append(text[at] is '"' or '\n' ? throw new FormatException($"not allowed at {at}") : text[at]);
            }

            fields.Add(field.ToString());
            if (text[at] == ',')
            {
                at++;
                continue;
            }

            if (text[at..(at + 2)] != "\r\n") throw new FormatException($"a record does not end at {at}");
            at += 2;
            records.Add([.. fields]);
            fields.Clear();
        }

        return records;
    }
}
