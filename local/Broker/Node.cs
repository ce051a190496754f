using ShitOps.Local.Broker.Apis;
using ShitOps.Local.Broker.Groups;
using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker;

/// <summary>What the APIs work on: the one node of the cluster, without its sockets.</summary>
internal sealed class Node : IDisposable
{
    public const int Id = 1;

    private readonly LogDirectory _directory;

    public Node(BrokerOptions options)
    {
        Options = options;
        _directory = new LogDirectory(options.DataDirectory);
        try
        {
            Topics = new TopicCatalog(_directory, options);
            Groups = new GroupCoordinator(new GroupStore(_directory.File("groups.log"), options.Log), options);
            ProducerIds = new ProducerIds(_directory);
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
    }

    /// <summary>Every API answered, by key.</summary>
    public static IReadOnlyList<Api> Apis { get; } =
    [
        Produce.Api,
        Fetch.Api,
        ListOffsets.Api,
        Metadata.Api,
        OffsetCommit.Api,
        OffsetFetch.Api,
        FindCoordinator.Api,
        JoinGroup.Api,
        Heartbeat.Api,
        LeaveGroup.Api,
        SyncGroup.Api,
        DescribeGroups.Api,
        ListGroups.Api,
        ApiVersions.Api,
        CreateTopics.Api,
        DeleteTopics.Api,
        InitProducerId.Api,
        OffsetForLeaderEpoch.Api,
        DescribeConfigs.Api,
        CreatePartitions.Api,
        DeleteGroups.Api,
    ];

    public BrokerOptions Options { get; }

    /// <summary>The port told to clients: known once the broker listens.</summary>
    public int Port { get; set; }

    public string ClusterId => _directory.ClusterId;

    public TopicCatalog Topics { get; }

    public GroupCoordinator Groups { get; }

    public ProducerIds ProducerIds { get; }

    /// <summary>Finds a topic, making it where that is wanted and allowed.</summary>
    public (Topic? Topic, ErrorCode Error) FindOrCreate(string name, bool create)
    {
        if (Topics.Find(name) is { } topic) return (topic, ErrorCode.None);
        if (!create || !Options.AutoCreateTopics) return (null, ErrorCode.UnknownTopicOrPartition);
        var (error, _) = Topics.Create(name, partitions: -1, new Dictionary<string, string>(StringComparer.Ordinal));
        return Topics.Find(name) is { } made ? (made, ErrorCode.None) : (null, error);
    }

    public void Dispose()
    {
        // Each is closed though another fails to be.
        using var directory = _directory;
        using var topics = Topics;
        Groups.Dispose();
    }
}
