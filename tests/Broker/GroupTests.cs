using Confluent.Kafka;

namespace ShitOps.Tests.Broker;

public class GroupTests
{
    private const int Partitions = 6;

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.RoundRobin)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Members_share_the_partitions_and_take_over_from_one_that_leaves(PartitionAssignmentStrategy strategy)
    {
        await using var broker = await StartAsync();
        using var first = Join(broker, strategy);
        IConsumer<string?, string?>[] alone = [first];
        alone.PollUntil(() => first.Assignment.Count == Partitions);

        using var second = Join(broker, strategy);
        IConsumer<string?, string?>[] both = [first, second];
        both.PollUntil(() => first.Assignment.Count == Partitions / 2 && second.Assignment.Count == Partitions / 2);
        Assert.Empty(first.Assignment.Intersect(second.Assignment));

        second.Close();
        alone.PollUntil(() => first.Assignment.Count == Partitions);
        first.Close();
    }

    [Fact]
    public async Task The_partitions_of_a_member_that_dies_without_a_word_go_to_the_others()
    {
        await using var broker = await StartAsync();
        using var survivor = Join(broker, PartitionAssignmentStrategy.Range);
        var victim = Join(broker, PartitionAssignmentStrategy.Range);
        IConsumer<string?, string?>[] both = [survivor, victim];
        both.PollUntil(() => survivor.Assignment.Count == Partitions / 2 && victim.Assignment.Count == Partitions / 2);

        // Disposed without Close, a consumer sends no more heartbeats and does not leave.
        victim.Dispose();

        IConsumer<string?, string?>[] alone = [survivor];
        alone.PollUntil(() => survivor.Assignment.Count == Partitions);
        survivor.Close();
    }

    [Fact]
    public async Task Every_message_is_consumed_once_while_members_come_and_go()
    {
        const int Messages = 3000;
        await using var broker = await StartAsync();
        using var producer = broker.Producer();
        var seen = new List<string>();
        var members = new List<IConsumer<string?, string?>> { Join(broker, PartitionAssignmentStrategy.CooperativeSticky) };
        for (var i = 0; i < Messages; i++)
        {
            producer.Produce("t", new Message<string?, string?> { Key = $"{i}", Value = $"{i}" });
            if (i is 1000 or 1500) members.Add(Join(broker, PartitionAssignmentStrategy.CooperativeSticky));
            if (i == 2000)
            {
                members[1].Close();
                members[1].Dispose();
                members.RemoveAt(1);
            }
            if (i % 100 == 0) members.PollUntil(() => true, Commit);
        }
        producer.Flush();

        members.PollUntil(() => seen.Count >= Messages, Commit);

        Assert.Equal(Enumerable.Range(0, Messages).Select(i => $"{i}").Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        foreach (var member in members)
        {
            member.Close();
            member.Dispose();
        }

        void Commit(ConsumeResult<string?, string?> message)
        {
            seen.Add(message.Message.Value!);
            // Stored, so that closing or a rebalance commits exactly what was seen.
            members.First(member => member.Assignment.Contains(message.TopicPartition)).StoreOffset(message);
        }
    }

    [Fact]
    public async Task A_static_member_that_comes_back_keeps_its_partitions_without_a_rebalance()
    {
        await using var broker = await StartAsync();
        var rebalances = 0;
        using var other = broker.Consumer("g", build: builder => builder.SetPartitionsAssignedHandler((_, _) => rebalances++));
        other.Subscribe("t");
        var restarted = Static(broker);
        IConsumer<string?, string?>[] both = [other, restarted];
        both.PollUntil(() => other.Assignment.Count == Partitions / 2 && restarted.Assignment.Count == Partitions / 2);
        var (had, before) = (restarted.Assignment.ToHashSet(), rebalances);

        // A static member does not leave when it closes.
        restarted.Close();
        restarted.Dispose();
        using var back = Static(broker);
        IConsumer<string?, string?>[] again = [other, back];
        again.PollUntil(() => back.Assignment.Count == Partitions / 2);

        Assert.Equal(had, back.Assignment.ToHashSet());
        Assert.Equal(before, rebalances);
        back.Close();
        other.Close();

        static IConsumer<string?, string?> Static(TestBroker broker)
        {
            var consumer = broker.Consumer("g", config => config.GroupInstanceId = "one");
            consumer.Subscribe("t");
            return consumer;
        }
    }

    private static async Task<TestBroker> StartAsync()
    {
        var broker = await TestBroker.StartAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = Partitions }]);
        return broker;
    }

    private static IConsumer<string?, string?> Join(TestBroker broker, PartitionAssignmentStrategy strategy)
    {
        var consumer = broker.Consumer("g", config =>
        {
            config.PartitionAssignmentStrategy = strategy;
            config.SessionTimeoutMs = 2000;
            config.EnableAutoCommit = true;
            config.EnableAutoOffsetStore = false;
        });
        consumer.Subscribe("t");
        return consumer;
    }
}
