namespace ShitOps.Local.Broker;

/// <summary>How a broker runs. Only the data directory has no default.</summary>
public sealed record BrokerOptions
{
    /// <summary>Holds the log and all else that outlives the process; made if absent, held by one broker at a time.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The host name told to clients. The broker listens on loopback whatever this says.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>0 takes any free port.</summary>
    public int Port { get; init; } = 9092;

    /// <summary>Partitions of a topic made without a number.</summary>
    public int DefaultPartitions { get; init; } = 8;

    /// <summary>Partitions of all topics together: each keeps a file open for every one of its segments.</summary>
    public int MaxPartitions { get; init; } = 5_000;

    /// <summary>Whether asking for a topic makes it.</summary>
    public bool AutoCreateTopics { get; init; } = true;

    /// <summary>Null: no encryption, no authentication.</summary>
    public BrokerTls? Tls { get; init; }

    /// <summary>How long records are kept, by their own timestamps; null: for ever.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>How much of each partition is kept; null: all.</summary>
    public long? RetentionBytes { get; init; }

    /// <summary>How often retention is applied.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A segment is closed before it grows beyond this.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The largest batch of records taken, Kafka's own default.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_588;

    /// <summary>A longer request closes its connection. Kafka's own default. Without records it may have a mebibyte at most.</summary>
    public int MaxRequestBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>The most records one fetch response carries, whatever the client allows.</summary>
    public int MaxFetchBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Connections beyond this are closed at once.</summary>
    public int MaxConnections { get; init; } = 1_000;

    /// <summary>A connection that asks for nothing, or takes no answer, for this long is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the first member of an empty group waits for others before partitions are shared out.</summary>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often the disk is made to take what a crash of the machine, not of the process, would lose.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Told what an operator may want to know: a log cut at recovery, a client refused.</summary>
    public Action<string> Log { get; init; } = static _ => { };

    /// <summary>The clock of retention and session timeouts.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>
/// Mutual TLS, all in PEM: the broker's certificate (with intermediates after it, if any) and key, and the authorities one of which
/// must have issued every client's certificate.
/// </summary>
public sealed record BrokerTls(string CertificatePem, string KeyPem, string ClientCaPem);
