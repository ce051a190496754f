using ShitOps.Events;
using ShitOps.Pipeline;
using ShitOps.Tests.Projects;

namespace ShitOps.Tests.Aggregation;

/// <summary>The log under the aggregates changes: other partitions, other topics, another cluster, another topic under the same name.</summary>
[Collection(nameof(BrokerCollection))]
public class LogTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly DateTimeOffset End = ProjectEvents.Start.AddHours(ProjectEvents.Hours + 1);

    [Fact]
    public async Task A_project_whose_events_move_to_another_partition_is_still_one()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var events = Decodable(1);
        var (before, after) = (stage.Aggregator(), stage.Aggregator());

        // The owner of the old partition has not finished when the new partition's owner begins.
        for (var i = 0; i < events.Length; i += 2)
        {
            await stage.WithoutWaiting(before.AggregateAsync([stage.Record(0, i, events[i])], default));
            if (i + 1 < events.Length) await stage.WithoutWaiting(after.AggregateAsync([stage.Record(3, i, events[i + 1])], default));
        }

        await stage.AssertHoldsAsync(events, End);
    }

    [Fact]
    public async Task Two_topics_with_the_same_offsets_do_not_pass_for_each_other()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var events = Decodable(2);
        var aggregator = stage.Aggregator();
        for (var i = 0; i < events.Length; i++) await stage.WithoutWaiting(aggregator.AggregateAsync([stage.Record(0, i / 2, events[i], i % 2 == 0 ? null : "the-other-topic")], default));

        await stage.AssertHoldsAsync(events, End);
        Assert.Equal(events.Length, (await stage.CountsAsync()).Sum(row => row.Decoded));
    }

    [Fact]
    public async Task Another_cluster_goes_on_in_the_same_rows_under_a_stream_of_its_own()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var events = Decodable(3);
        var half = events.Length / 2;
        await stage.WithoutWaiting(stage.Aggregator().AggregateAsync([.. events[..half].Select((one, i) => stage.Record(0, i, one))], default));

        // What was wiped came to the new one again, at other offsets, before what is new.
        stage.Stream = new KafkaStream(Some.Name("stream"));
        await stage.WithoutWaiting(stage.Aggregator().AggregateAsync([.. events[(half / 2)..].Select((one, i) => stage.Record(0, i, one))], default));

        await stage.AssertHoldsAsync(events, End);
    }

    [Fact]
    public async Task Another_number_of_slices_that_consumes_from_the_beginning_ends_with_all_rows()
    {
        var topic = await kafka.LongTopicAsync();
        using var stage = new AggregationStage(azurite, kafka, topic, slices: 4);
        using var resliced = new AggregationStage(azurite, kafka, topic, slices: 40) { TableName = stage.TableName, Stream = stage.Stream };
        var events = Decodable(4);
        var records = events.Select((one, i) => stage.Record(0, i, one)).ToArray();
        await stage.WithoutWaiting(stage.Aggregator().AggregateAsync(records, default));
        Assert.Empty(await resliced.CountsAsync());

        await resliced.WithoutWaiting(resliced.Aggregator().AggregateAsync(records, default));

        await resliced.AssertHoldsAsync(events, End);
        foreach (var its in (AggregationStage[])[stage, resliced])
        {
            var row = Assert.Single(await its.CountsAsync());
            Assert.Equal((topic, 0, (long)events.Length, (long)events.Length), (row.Topic, row.Partition, row.Checkpoint, row.Decoded + row.Unknown));
        }
    }

    [Fact]
    public async Task Another_record_at_the_last_offset_shows_another_log()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        await stage.WithoutWaiting(stage.Aggregator().AggregateAsync([stage.Record(0, 8, Some.EventJson("e-8")), stage.Record(0, 9, Some.EventJson("e-9"))], default));

        await stage.WithoutWaiting(stage.Aggregator().AggregateAsync([stage.Record(0, 9, Some.EventJson("e-9")), stage.Record(0, 10, Some.EventJson("e-10"))], default));
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => stage.WithoutWaiting(
            stage.Aggregator().AggregateAsync([stage.Record(0, 10, Some.EventJson("another")), stage.Record(0, 11, Some.EventJson("e-11"))], default)));

        Assert.Equal("partition 0 has another record at offset 10 than the one consumed there: it is another log than the one consumed; give it a name of its own in the setting KafkaStream", fault.Message);
        Assert.Equal(11, Assert.Single(await stage.CountsAsync()).Checkpoint);
    }

    [Fact]
    public async Task A_topic_made_anew_is_another_log_even_if_it_is_longer()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 1);
        using var stage = new AggregationStage(azurite, kafka, topic);
        await stage.WithoutWaiting(stage.Aggregator().AggregateAsync([stage.Record(0, 0, Some.EventJson("e-0"))], default));

        await kafka.RecreateTopicAsync(topic, partitions: 1);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => stage.WithoutWaiting(
            stage.Aggregator().AggregateAsync([stage.Record(0, 1, Some.EventJson("e-1"))], default)));

        Assert.StartsWith($"topic {topic} was deleted and created anew: its id was ", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(await stage.CountsAsync()).Checkpoint);
    }

    private static Event[] Decodable(int seed) =>
        [.. ProjectEvents.Of(seed).Concat(ProjectEvents.Of(seed + 100)).Take(60).Where(one => new EventDecoder().DecodeStructured(EventEncoder.Encode(one)).IsDecoded).DistinctBy(one => (one.Id, one.Time, one.Data))];
}
