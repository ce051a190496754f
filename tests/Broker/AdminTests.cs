using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ShitOps.Tests.Broker;

public class AdminTests
{
    [Fact]
    public async Task Topics_are_made_listed_enlarged_and_deleted()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { AutoCreateTopics = false });
        using var admin = broker.Admin();

        await admin.CreateTopicsAsync([new() { Name = "a", NumPartitions = 3, ReplicationFactor = 1 }, new() { Name = "b", NumPartitions = -1, ReplicationFactor = -1 }]);
        Assert.Equal(["a:3", "b:1"], Topics());
        await admin.CreatePartitionsAsync([new() { Topic = "a", IncreaseTo = 5 }]);
        Assert.Equal(["a:5", "b:1"], Topics());
        await broker.RestartAsync();
        using var after = broker.Admin();
        await after.DeleteTopicsAsync(["b"]);
        Assert.Equal(["a:5"], Topics());

        List<string> Topics()
        {
            using var fresh = broker.Admin();
            return [.. fresh.GetMetadata(TestBroker.Patience).Topics.Select(topic => $"{topic.Topic}:{topic.Partitions.Count}").Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public async Task Messages_reach_partitions_added_later()
    {
        await using var broker = await TestBroker.StartAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);
        await admin.CreatePartitionsAsync([new() { Topic = "t", IncreaseTo = 2 }]);
        using var producer = broker.Producer();
        await producer.ProduceAsync(new TopicPartition("t", 1), new Message<string?, string?> { Value = "v" });
        await broker.RestartAsync();
        Assert.Single(broker.ReadAll("t", partition: 1));
    }

    [Theory]
    [InlineData("no/slash", 1, 1, null, ErrorCode.TopicException)]
    [InlineData("..", 1, 1, null, ErrorCode.TopicException)]
    [InlineData("t", 0, 1, null, ErrorCode.InvalidPartitions)]
    [InlineData("t", 100_000, 1, null, ErrorCode.InvalidPartitions)]
    [InlineData("t", 1, 3, null, ErrorCode.InvalidReplicationFactor)]
    [InlineData("t", 1, 1, "cleanup.policy=compact", ErrorCode.InvalidConfig)]
    [InlineData("t", 1, 1, "retention.ms=soon", ErrorCode.InvalidConfig)]
    [InlineData("t", 1, 1, "no.such.thing=1", ErrorCode.InvalidConfig)]
    [InlineData("t", 1, 1, "segment.bytes=1048575", ErrorCode.InvalidConfig)]
    [InlineData("there", 1, 1, null, ErrorCode.TopicAlreadyExists)]
    public async Task A_topic_that_cannot_be_is_refused_with_the_reason(string name, int partitions, short replicas, string? config, ErrorCode expected)
    {
        await using var broker = await TestBroker.StartAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "there", NumPartitions = 1 }]);

        var refused = await Assert.ThrowsAsync<CreateTopicsException>(() => admin.CreateTopicsAsync([new()
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = replicas,
            Configs = config?.Split('=') is [var key, var value] ? new() { [key] = value } : [],
        }]));

        Assert.Equal(expected, refused.Results[0].Error.Code);
        Assert.NotEmpty(refused.Results[0].Error.Reason);
    }

    [Fact]
    public async Task A_validated_topic_is_not_made()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { AutoCreateTopics = false });
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }], new CreateTopicsOptions { ValidateOnly = true });
        Assert.Empty(admin.GetMetadata(TestBroker.Patience).Topics);
    }

    [Fact]
    public async Task Without_auto_creation_an_unknown_topic_is_an_error()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { AutoCreateTopics = false });
        using var producer = broker.Producer(config => config.TopicMetadataPropagationMaxMs = 0);
        var refused = await Assert.ThrowsAsync<ProduceException<string?, string?>>(() => producer.ProduceAsync("nowhere", new Message<string?, string?> { Value = "v" }));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, refused.Error.Code);
    }

    [Fact]
    public async Task A_topic_made_again_is_empty_has_another_id_and_no_committed_offsets()
    {
        await using var broker = await TestBroker.StartAsync();
        using var admin = broker.Admin();
        using var producer = broker.Producer();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);
        await producer.ProduceAsync("t", new Message<string?, string?> { Value = "old" });
        using var consumer = broker.Consumer("g");
        consumer.Commit([new TopicPartitionOffset("t", 0, 1)]);
        var first = await IdAsync();

        await admin.DeleteTopicsAsync(["t"]);
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);

        Assert.NotEqual(first, await IdAsync());
        Assert.Empty(broker.ReadAll("t"));
        Assert.Equal(Offset.Unset, consumer.Committed([new TopicPartition("t", 0)], TestBroker.Patience)[0].Offset);

        async Task<string> IdAsync() => (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(["t"]))).TopicDescriptions[0].TopicId.ToString()!;
    }

    [Fact]
    public async Task Groups_are_listed_described_and_deleted()
    {
        await using var broker = await TestBroker.StartAsync();
        using var producer = broker.Producer();
        await producer.ProduceAsync("t", new Message<string?, string?> { Value = "v" });
        using var admin = broker.Admin();
        using (var consumer = broker.Consumer("g", config => config.ClientId = "me"))
        {
            consumer.Subscribe("t");
            consumer.Commit(consumer.Take(1)[0]);

            Assert.Equal("g Stable", string.Join(",", (await admin.ListConsumerGroupsAsync()).Valid.Select(group => $"{group.GroupId} {group.State}")));
            var described = (await admin.DescribeConsumerGroupsAsync(["g"])).ConsumerGroupDescriptions[0];
            Assert.Equal((ConsumerGroupState.Stable, "range"), (described.State, described.PartitionAssignor));
            var member = Assert.Single(described.Members);
            Assert.Equal(("me", "/127.0.0.1"), (member.ClientId, member.Host.Replace("/::1", "/127.0.0.1", StringComparison.Ordinal)));
            Assert.Equal([new TopicPartition("t", 0)], member.Assignment.TopicPartitions);
            var refused = await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync(["g"]));
            Assert.Equal(ErrorCode.NonEmptyGroup, refused.Results[0].Error.Code);
            consumer.Close();
        }

        // Empty, the group keeps its offsets; deleted, it does not.
        Assert.Equal(ConsumerGroupState.Empty, (await admin.DescribeConsumerGroupsAsync(["g"])).ConsumerGroupDescriptions[0].State);
        Assert.Equal(1, await CommittedAsync());
        await admin.DeleteGroupsAsync(["g"]);
        Assert.Equal(ConsumerGroupState.Dead, (await admin.DescribeConsumerGroupsAsync(["g"])).ConsumerGroupDescriptions[0].State);
        Assert.Empty((await admin.ListConsumerGroupsAsync()).Valid);
        await broker.RestartAsync();
        using var after = broker.Admin();
        Assert.Empty((await after.ListConsumerGroupsAsync()).Valid);

        async Task<long> CommittedAsync() => (await admin.ListConsumerGroupOffsetsAsync([new("g", [new TopicPartition("t", 0)])]))[0].Partitions[0].Offset.Value;
    }

    [Fact]
    public async Task A_group_without_members_or_offsets_is_none()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { InitialRebalanceDelay = TimeSpan.Zero });
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);
        await admin.AlterConsumerGroupOffsetsAsync([new("committed", [new TopicPartitionOffset("t", 0, 42)])]);
        using var connection = await broker.ConnectAsync();
        var joined = await connection.AskAsync(Local.Broker.Protocol.ApiKey.JoinGroup, 0, new Wire().String("joined").Int32(10_000).String("").String("consumer").Int32(1).String("range").Bytes([]));
        joined.Skip(2 + 4);
        joined.String();
        var member = joined.String();
        Assert.Equal(["committed", "joined"], await GroupsAsync());

        await connection.AskAsync(Local.Broker.Protocol.ApiKey.LeaveGroup, 0, new Wire().String("joined").String(member));
        await admin.DeleteTopicsAsync(["t"]);

        Assert.Empty(await GroupsAsync());

        async Task<IEnumerable<string>> GroupsAsync() => (await admin.ListConsumerGroupsAsync()).Valid.Select(group => group.GroupId).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Offsets_of_a_group_can_be_set_by_an_operator()
    {
        await using var broker = await TestBroker.StartAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 2 }]);
        await admin.AlterConsumerGroupOffsetsAsync([new("g", [new TopicPartitionOffset("t", 1, 42)])]);
        var listed = (await admin.ListConsumerGroupOffsetsAsync([new("g", null)]))[0].Partitions;
        Assert.Equal(["t [[1]] @42"], listed.Select(each => $"{each.TopicPartition} @{each.Offset}"));
    }

    [Fact]
    public async Task Settings_of_a_topic_are_described_with_their_source()
    {
        await using var broker = await TestBroker.StartAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1, Configs = new() { ["retention.ms"] = "60000" } }]);
        await broker.RestartAsync();
        using var after = broker.Admin();
        var entries = (await after.DescribeConfigsAsync([new() { Type = ResourceType.Topic, Name = "t" }]))[0].Entries;
        Assert.Equal(("60000", ConfigSource.DynamicTopicConfig), (entries["retention.ms"].Value, entries["retention.ms"].Source));
        Assert.Equal(("delete", ConfigSource.DefaultConfig), (entries["cleanup.policy"].Value, entries["cleanup.policy"].Source));
    }

    [Fact]
    public async Task The_cluster_is_one_node_with_an_id()
    {
        await using var broker = await TestBroker.StartAsync();
        using var admin = broker.Admin();
        var cluster = await admin.DescribeClusterAsync();
        Assert.Equal((broker.Running.ClusterId, 1, broker.Running.Port), (cluster.ClusterId, cluster.Nodes.Count, cluster.Nodes[0].Port));
    }
}
