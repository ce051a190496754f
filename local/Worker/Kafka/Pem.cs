using System.Text.RegularExpressions;

namespace ShitOps.Local.Worker;

/// <summary>
/// Takes certificates and keys out of PEM text as the Kafka extension does: of several sections the first,
/// private keys in PKCS#8 only, line ends also as the two characters <c>\n</c>, as a setting on one line has them.
/// </summary>
internal static class Pem
{
    /// <exception cref="FunctionAppException">There is no such section; the extension would go on without and fail at the handshake.</exception>
    public static string Certificate(string text, string where) =>
        Section(text, "CERTIFICATE") ?? throw new FunctionAppException($"{where} holds no PEM section 'CERTIFICATE'.");

    /// <inheritdoc cref="Certificate"/>
    public static string PrivateKey(string text, string where) =>
        Section(text, "PRIVATE KEY")
        ?? throw new FunctionAppException(
            $"{where} holds no PEM section 'PRIVATE KEY'. Only PKCS#8 keys without a password are read: openssl pkcs8 -topk8 -nocrypt converts others.");

    private static string? Section(string text, string label)
    {
        var section = Regex.Match(text, $"-----BEGIN {label}-----.*?-----END {label}-----", RegexOptions.Singleline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return section.Success ? section.Value.Replace("\\n", "\n", StringComparison.Ordinal) : null;
    }
}
