using System.Text;

namespace ShitOps.Cli.CommandLine;

/// <summary>
/// Shows bytes and texts of others on a terminal: what is no text in base64, and control characters, with which a terminal could be steered, as
/// escapes.
/// </summary>
internal static class Printable
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Bytes on one line.</summary>
    public static string Line(ReadOnlySpan<byte> bytes) => Text(bytes) is { } text ? Line(text) : Base64(bytes);

    /// <summary>A text on one line.</summary>
    public static string Line(string text) => Escaped(text, isLines: false);

    /// <summary>Bytes as they came, on as many lines.</summary>
    public static string Lines(ReadOnlySpan<byte> bytes) => Text(bytes) is { } text ? Escaped(text, isLines: true) : Base64(bytes);

    private static string Base64(ReadOnlySpan<byte> bytes) => $"(not UTF-8, in base64) {Convert.ToBase64String(bytes)}";

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Escaped(string text, bool isLines)
    {
        var shown = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (!char.IsControl(character) || (isLines && character is '\n' or '\t')) shown.Append(character);
            else shown.Append($"\\u{(int)character:x4}");
        }

        return shown.ToString();
    }
}
