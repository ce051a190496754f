using ShitOps.Events;

namespace ShitOps.Tests;

/// <summary>Things that a test needs but does not care about.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Time = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public const string TenantKey = "a tenant key that only the tests have";

    public static Event Event(string id = "e-1", string project = "APOLLO", EventData? data = null) =>
        new(id, "https://tracker.example", EventTypes.Of(data ?? DefaultData), Time, project, data ?? DefaultData);

    public static byte[] EventJson(string id = "e-1", string project = "APOLLO", EventData? data = null) => EventEncoder.Encode(Event(id, project, data));

    /// <summary>A name that no other test uses.</summary>
    public static string Name(string prefix) => $"{prefix}-{Guid.NewGuid():N}"[..Math.Min(60, prefix.Length + 13)];

    /// <summary>A number of slices that no other test has: the table of the aggregates is named after it.</summary>
    public static int Slices() => Interlocked.Increment(ref LastSlices);

    private static int LastSlices = 16;

    private static readonly EventData DefaultData = new TaskStatusChanged("APOLLO-1", new Status("In Review", StatusCategory.InProgress));
}
