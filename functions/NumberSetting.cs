using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ShitOps;

/// <summary>Settings that are whole numbers.</summary>
internal static class NumberSetting
{
    /// <summary>The value of a setting.</summary>
    /// <param name="settings">The app's settings.</param>
    /// <param name="name">The setting's name.</param>
    /// <param name="otherwise">Its value where it is left out or empty.</param>
    /// <param name="least">The least that is allowed.</param>
    /// <param name="greatest">The greatest that is allowed.</param>
    /// <param name="unit">What it is a number of, in the plural.</param>
    /// <exception cref="SettingException">It is no such number.</exception>
    public static int Of(IConfiguration settings, string name, int otherwise, int least, int greatest, string unit)
    {
        var text = settings[name];
        if (string.IsNullOrEmpty(text)) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= greatest
            ? number
            : throw new SettingException(string.Create(CultureInfo.InvariantCulture, $"the setting {name.Replace(":", "__", StringComparison.Ordinal)} is \"{text}\"; expected a number of {unit} from {least:N0} to {greatest:N0}"));
    }
}
