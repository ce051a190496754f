using System.Buffers.Text;
using System.Security.Cryptography;

namespace ShitOps.Local;

/// <summary>The secret that person ids are made with: the setting <c>TenantKey</c>, or one made at the first start and kept in the data folder.</summary>
internal static class TenantKey
{
    /// <summary>The key to use.</summary>
    /// <param name="setting">The setting; null or empty: not set.</param>
    /// <param name="dataDirectory">Where one is kept.</param>
    public static string Of(string? setting, string dataDirectory)
    {
        if (setting is { Length: > 0 }) return setting;
        var file = Path.Combine(dataDirectory, "tenant-key");
        if (!File.Exists(file)) File.WriteAllText(file, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        return File.ReadAllText(file);
    }
}
