namespace ShitOps.Local.Broker.Log;

/// <summary>A topic and its partitions, which only ever grow in number.</summary>
internal sealed class Topic(string name, Guid id, TopicConfig config, IReadOnlyList<PartitionLog> partitions)
{
    public string Name => name;

    /// <summary>A topic made anew under an old name has another id.</summary>
    public Guid Id => id;

    public TopicConfig Config => config;

    public IReadOnlyList<PartitionLog> Partitions { get; private set; } = partitions;

    public PartitionLog? Partition(int index) => index >= 0 && index < Partitions.Count ? Partitions[index] : null;

    public void Grow(IEnumerable<PartitionLog> added) => Partitions = [.. Partitions, .. added];
}
