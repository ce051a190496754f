namespace ShitOps.Local;

/// <summary>What <c>dotnet run --project local</c> is asked to do; <c>--help</c> describes each.</summary>
internal sealed record LocalOptions
{
    public required string DataDirectory { get; init; }

    public required int Port { get; init; }

    /// <summary>Null: not asked for, so that the setting <c>KafkaBrokers</c> decides which Kafka it is.</summary>
    public required int? KafkaPort { get; init; }

    /// <summary>Null: records are kept for ever.</summary>
    public TimeSpan? KafkaRetention { get; init; }

    public required int StoragePort { get; init; }

    public int Instances { get; init; } = 1;

    public bool RequireKeys { get; init; }

    public bool Verbose { get; init; }

    /// <summary>Null: only where it harms nothing.</summary>
    public bool? Demo { get; init; }

    public double DemoRate { get; init; } = 2;

    public int DemoSeed { get; init; } = 1;

    public int DemoTeams { get; init; } = 12;

    public int DemoDays { get; init; } = 120;

    /// <summary>Checks that no port was given twice.</summary>
    /// <exception cref="LocalFault">One was.</exception>
    public void RequireDistinctPorts()
    {
        IEnumerable<int> ports = [.. Enumerable.Range(Port, Instances), .. Enumerable.Range(StoragePort, 3), KafkaPort ?? LocalKafka.DefaultPort];
        if (ports.GroupBy(port => port).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new LocalFault($"Port {twice.Key} is wanted twice: the function app has --port and the next ones of --instances, Kafka --kafka-port, Azurite --storage-port and the next two.");
    }
}
