using System.Globalization;

namespace ShitOps.Local.Broker.Log;

/// <summary>The settings of a topic that this broker knows: the broker's own values, overridden by those the topic was made with.</summary>
internal sealed class TopicConfig
{
    public const string RetentionMs = "retention.ms";
    public const string RetentionBytes = "retention.bytes";
    public const string SegmentBytes = "segment.bytes";
    public const string MaxMessageBytes = "max.message.bytes";

    /// <summary>Every segment keeps a file open, and the next one waits until it is on disk.</summary>
    private const long LeastSegmentBytes = 1024 * 1024;

    /// <summary>A century: no record is older, and no date arithmetic overflows.</summary>
    private const long ForEverMs = 100L * 365 * 24 * 60 * 60 * 1000;

    private readonly Dictionary<string, string> _defaults;
    private readonly IReadOnlyDictionary<string, string> _overrides;

    public TopicConfig(BrokerOptions options, IReadOnlyDictionary<string, string> overrides)
    {
        _overrides = overrides;
        _defaults = new Dictionary<string, string>
        {
            [RetentionMs] = options.Retention is { } retention ? Text((long)retention.TotalMilliseconds) : "-1",
            [RetentionBytes] = Text(options.RetentionBytes ?? -1),
            [SegmentBytes] = Text(options.SegmentBytes),
            [MaxMessageBytes] = Text(options.MaxMessageBytes),
            ["cleanup.policy"] = "delete",
            ["compression.type"] = "producer",
            ["message.timestamp.type"] = "CreateTime",
            ["min.insync.replicas"] = "1",
        };
        Retention = Number(RetentionMs) is >= 0 and < ForEverMs and var milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
        MaxBytes = Number(RetentionBytes) is >= 0 and var bytes ? bytes : null;
        SegmentSize = Number(SegmentBytes);
        MessageSize = Number(MaxMessageBytes);
    }

    /// <summary>How long records are kept; null: for ever.</summary>
    public TimeSpan? Retention { get; }

    /// <summary>How much of a partition is kept; null: all.</summary>
    public long? MaxBytes { get; }

    public long SegmentSize { get; }

    /// <summary>The largest batch taken, in bytes.</summary>
    public long MessageSize { get; }

    public IReadOnlyDictionary<string, string> Overrides => _overrides;

    /// <summary>Every setting with its value, and whether the topic itself sets it.</summary>
    public IEnumerable<(string Name, string Value, bool Overridden)> Entries =>
        _defaults.Select(each => (each.Key, _overrides.GetValueOrDefault(each.Key, each.Value), _overrides.ContainsKey(each.Key)));

    /// <summary>Why a topic cannot have a setting; null if it can. What would be ignored is refused, lest a test rely on it.</summary>
    public static string? Refusal(string name, string value) => name switch
    {
        RetentionMs or RetentionBytes => AtLeast(name, value, -1),
        SegmentBytes => AtLeast(name, value, LeastSegmentBytes),
        MaxMessageBytes => AtLeast(name, value, 1),
        "cleanup.policy" => Only(name, value, "delete"),
        "compression.type" => Only(name, value, "producer"),
        "message.timestamp.type" => Only(name, value, "CreateTime"),
        "min.insync.replicas" => Only(name, value, "1"),
        _ => $"This development broker has no topic setting {name}.",
    };

    private static string? AtLeast(string name, string value, long least) =>
        long.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least ? null : $"{name} must be a number from {least} up, not '{value}'.";

    private static string? Only(string name, string value, string possible) =>
        value == possible ? null : $"This development broker has only {name}={possible}, not '{value}'.";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private long Number(string name) => long.Parse(_overrides.GetValueOrDefault(name, _defaults[name]), CultureInfo.InvariantCulture);
}
