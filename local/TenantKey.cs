using System.Buffers.Text;
using System.Security.Cryptography;

namespace ShitOps.Local;

/// <summary>
/// The secret that person ids are made with: the setting <c>TenantKey</c>, or one made at the first start. The data folder keeps the one that it
/// was begun with, since under another one the same people would be other people.
/// </summary>
internal static class TenantKey
{
    /// <summary>The key to use.</summary>
    /// <param name="setting">The setting; null or empty: not set.</param>
    /// <param name="dataDirectory">Where the key is kept.</param>
    /// <exception cref="LocalFault">The setting is another than the key of the folder.</exception>
    public static string Of(string? setting, string dataDirectory)
    {
        var file = Path.Combine(dataDirectory, "tenant-key");
        var isSet = setting is { Length: > 0 };
        if (!File.Exists(file))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(file, options);
            writer.Write(isSet ? setting : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        }

        var key = File.ReadAllText(file);
        if (isSet && setting != key)
            throw new LocalFault($"the setting TenantKey is another one than the people in {dataDirectory} are stored under, which is in {file}; leave it empty, or use another --data folder");
        return key;
    }
}
