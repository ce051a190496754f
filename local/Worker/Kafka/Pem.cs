using System.Text.RegularExpressions;

namespace ShitOps.Local.Worker;

/// <summary>
/// Takes certificates and keys out of PEM text as the Kafka extension does: of several sections the first,
/// private keys in PKCS#8 only, line ends also as the two characters <c>\n</c>, as a setting on one line has them.
/// </summary>
internal static class Pem
{
    /// <returns>
    /// Null when the text is no PEM: a trigger names a setting for each certificate and key that may be needed, and the name of one
    /// that is not set comes here as it is.
    /// </returns>
    /// <exception cref="FunctionAppException">It is PEM of something else. The extension would go on without and fail at the handshake.</exception>
    public static string? Certificate(string text, string where) => Section(text, "CERTIFICATE", $"{where} holds no PEM section 'CERTIFICATE'.");

    /// <inheritdoc cref="Certificate"/>
    public static string? PrivateKey(string text, string where) => Section(
        text,
        "PRIVATE KEY",
        $"{where} holds no PEM section 'PRIVATE KEY'. Only PKCS#8 keys without a password are read: openssl pkcs8 -topk8 -nocrypt converts others.");

    private static string? Section(string text, string label, string fault)
    {
        var section = Regex.Match(
            text, $"-----BEGIN {label}-----.*?-----END {label}-----", RegexOptions.Singleline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        if (section.Success)
        {
            return section.Value.Replace("\\n", "\n", StringComparison.Ordinal);
        }

        return text.Contains("-----BEGIN", StringComparison.Ordinal) ? throw new FunctionAppException(fault) : null;
    }
}
