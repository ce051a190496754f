using Microsoft.Extensions.Configuration;

namespace ShitOps.Pipeline;

/// <summary>
/// Names the log that offsets belong to. Offsets mean something within one stream only: the setting <c>KafkaStream</c> must change
/// with the cluster, or when the topic has been deleted and created anew, or else the new log's records would pass for ones already seen.
/// </summary>
/// <param name="Name">1 to 100 characters of letters, digits, <c>-</c>, <c>_</c> and <c>.</c></param>
public sealed record KafkaStream(string Name)
{
    /// <summary>Reads the setting.</summary>
    /// <exception cref="SettingException">It is missing or not a name.</exception>
    public static KafkaStream FromSettings(IConfiguration settings) => Named(settings["KafkaStream"]);

    /// <summary>The stream of that name.</summary>
    /// <exception cref="SettingException">It is missing or not a name.</exception>
    public static KafkaStream Named(string? name)
    {
        if (string.IsNullOrEmpty(name)) throw new SettingException("the setting KafkaStream is missing: a name for the Kafka cluster and its present log, such as prod-1");
        return name.Length <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? new KafkaStream(name)
            : throw new SettingException($"the setting KafkaStream is \"{name}\"; expected 1 to 100 letters, digits, -, _ or .");
    }
}
