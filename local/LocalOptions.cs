namespace ShitOps.Local;

/// <summary>What <c>dotnet run --project local</c> is asked to do; <c>--help</c> describes each.</summary>
internal sealed record LocalOptions
{
    public required string DataDirectory { get; init; }

    public required int Port { get; init; }

    public required int KafkaPort { get; init; }

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
}
