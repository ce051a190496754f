using System.Security.Cryptography;
using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>
/// The ids of imported events, made from what the events say: <c>AC-101/000001/8f2c…</c> is the thing, its number among the events of
/// the same thing and time, and a hash of the whole content. So the same input gives the same ids; two exports that differ never
/// give one id to two contents; and since ties in time are decided by id, the number keeps the order of what happened at once.
/// </summary>
internal static class EventIdentity
{
    private const int LongestThing = 200;

    /// <summary>The event with its id.</summary>
    public static Event Identify(string source, string project, string thing, int ordinal, DateTimeOffset time, EventData data)
    {
        var anonymous = new Event("", source, EventTypes.Of(data), time, project, data);
        var hash = Convert.ToHexStringLower(SHA256.HashData(EventEncoder.Encode(anonymous)).AsSpan(0, 8));
        return anonymous with { Id = $"{Limits.Cut(thing, LongestThing)}/{ordinal:000000}/{hash}" };
    }
}
