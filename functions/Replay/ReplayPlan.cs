using ShitOps.Archive;

namespace ShitOps.Replay;

/// <summary>What a replay that is under way builds: it is kept until the switch, so that the replay can go on after it was stopped.</summary>
/// <param name="Replay">The number of the replay.</param>
/// <param name="Slices">How many slices the new table has.</param>
/// <param name="From">Only records put on the topic from then on; null: all.</param>
/// <param name="Streams">Only what came by these streams; none: by all.</param>
/// <param name="Chains">How far the archive was when it began: so far slices are built at once, and from there on record by record.</param>
internal sealed record ReplayPlan(int Replay, int Slices, DateTimeOffset? From, IReadOnlyList<string> Streams, IReadOnlyList<PlannedChain> Chains);

/// <param name="Chain">The chain.</param>
/// <param name="Tail">How far it was archived.</param>
internal sealed record PlannedChain(ArchiveChain Chain, ChainTail Tail);

/// <summary>A replay cannot be done.</summary>
/// <param name="message">Why, and what to do.</param>
public sealed class ReplayException(string message) : Exception(message);
