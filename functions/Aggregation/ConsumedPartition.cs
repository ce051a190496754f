using ShitOps.Projects;

namespace ShitOps.Aggregation;

/// <summary>How far one partition of a topic has been consumed into the aggregates, and what became of its events.</summary>
/// <param name="Stream">The stream that the offsets belong to.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Next">The first offset behind the last event that is in.</param>
/// <param name="Outcomes">How many events had which outcome.</param>
public sealed record ConsumedPartition(string Stream, string Topic, int Partition, long Next, IReadOnlyDictionary<FoldOutcome, long> Outcomes)
{
    /// <summary>The same partition as it was consumed into several slices, as one.</summary>
    public static ConsumedPartition Sum(IEnumerable<ConsumedPartition> ofSlices) => ofSlices.Aggregate((sum, next) => sum with
    {
        Next = Math.Max(sum.Next, next.Next),
        Outcomes = sum.Outcomes.ToDictionary(outcome => outcome.Key, outcome => outcome.Value + next.Outcomes[outcome.Key]),
    });
}
