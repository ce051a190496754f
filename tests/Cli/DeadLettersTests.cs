using System.Text;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Events;
using ShitOps.Pipeline;
using ShitOps.Tests.Archive;

namespace ShitOps.Tests.Cli;

/// <summary><c>dead-letters</c> over a real store and a real broker.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class DeadLettersTests(ArchiveAzurite azurite, BrokerFixture kafka)
{
    private static readonly Event[] Events = [Some.Event("e-1", "APOLLO"), Some.Event("e-2", "GEMINI")];

    [Fact]
    public async Task Those_that_are_events_by_now_are_sent_again_under_the_key_of_their_project()
    {
        await StoreAsync();
        var topic = await kafka.CreateTopicAsync(partitions: 3);
        string[] command = ["dead-letters", "replay", "--storage", azurite.ConnectionString, "--kafka", kafka.Brokers, "--topic", topic];

        var dry = await CommandRun.OfAsync([.. command, "--dry-run"]);
        Assert.Equal(Events, dry.Events);
        Assert.Empty(kafka.ReadAll(topic));

        var run = await CommandRun.OfAsync(command);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("2 dead letters are no events for this version either.\n2 events of 2 projects in ", run.Output, StringComparison.Ordinal);
        var records = kafka.ReadAll(topic);
        Assert.Equal(["APOLLO", "GEMINI"], records.Select(record => Encoding.UTF8.GetString(record.Message.Key)).Order());
        Assert.Equal(Events, records.Select(record => new EventDecoder().DecodeStructured(record.Message.Value).Event).OrderBy(one => one!.Id));
    }

    [Fact]
    public async Task They_are_listed_each_once_and_counted_by_the_kind_of_fault()
    {
        await StoreAsync();
        var run = await CommandRun.OfAsync(["dead-letters", "list", "--storage", azurite.ConnectionString]);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["prod-1/events/00002/7", "prod-1/events/00002/8", "prod-1/events/00002/9", "prod-1/events/00002/12"], lines[..^1].Select(line => line.Split(' ')[0]));
        Assert.EndsWith("  InvalidData  data.task: is missing", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("  InvalidData  data.color: is not known yet  (an event by now)", lines[1], StringComparison.Ordinal);
        Assert.Equal("4 dead letters: 3 InvalidData, 1 NotJson. 2 are events by now: \"shitops dead-letters replay\" sends them again.", lines[^1]);

        var few = await CommandRun.OfAsync(["dead-letters", "list", "--reason", "InvalidData", "--limit", "1", "--storage", azurite.ConnectionString]);
        Assert.Equal(2, few.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("3 dead letters: 3 InvalidData.", few.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n1 dead letter: 1 NotJson.\n", (await CommandRun.OfAsync(["dead-letters", "list", "--reason", "NotJson", "--storage", azurite.ConnectionString])).Output, StringComparison.Ordinal);
        Assert.Equal("No dead letters.\n", (await CommandRun.OfAsync(["dead-letters", "list", "--stream", "prod-2", "--storage", azurite.ConnectionString])).Output);
        Assert.Equal("No dead letters.\n", (await CommandRun.OfAsync(["dead-letters", "list", "--from-topic", "others", "--storage", azurite.ConnectionString])).Output);
        Assert.Equal(2, (await CommandRun.OfAsync(["dead-letters", "list", "--reason", "Ugly", "--storage", azurite.ConnectionString])).ExitCode);
    }

    [Fact]
    public async Task One_is_shown_as_it_came()
    {
        await StoreAsync();
        var run = await CommandRun.OfAsync(["dead-letters", "show", "prod-1/events/00002/12", "--storage", azurite.ConnectionString]);
        Assert.Equal("reason: NotJson\nerror: no JSON\nnow: NotJson at line 1, byte 2: not JSON, or nested deeper than 64 levels\nput on the topic: 2026-01-31 12:00:00.250Z\nkey: A\\u001b[2J\nheader trace: a-1\nheader raw: (not UTF-8, in base64) /w==\nvalue, 4 bytes:\nno\\u0007t\n".Replace("NotJson at ", "", StringComparison.Ordinal), run.Output);

        var gone = await CommandRun.OfAsync(["dead-letters", "show", "prod-1/events/00002/13", "--storage", azurite.ConnectionString]);
        Assert.Equal((1, "There is no dead letter prod-1/events/00002/13; it may have expired. \"shitops dead-letters list\" lists them.\n"), (gone.ExitCode, gone.Error));
    }

    [Fact]
    public async Task An_account_without_any_has_none()
    {
        await ArchiveStage.OpenAsync(azurite);
        Assert.Equal("No dead letters.\n", (await CommandRun.OfAsync(["dead-letters", "list", "--storage", azurite.ConnectionString])).Output);
    }

    /// <summary>Four letters, two of which an older version did not take for events; both functions have put some of them aside.</summary>
    private async Task StoreAsync()
    {
        var stage = await ArchiveStage.OpenAsync(azurite);
        var letters = new DeadLetters(stage.Account());
        var unknownYet = new DecodeError(DecodeFailure.InvalidData, "data.color", "is not known yet");
        DeadLetter[] all =
        [
            Letter(7, """{"specversion":"1.0","id":"1","source":"/x","type":"task.deleted","subject":"P","time":"2026-01-31T12:00:00Z","data":{}}"""u8.ToArray(), new DecodeError(DecodeFailure.InvalidData, "data.task", "is missing")),
            Letter(8, EventEncoder.Encode(Events[0]), unknownYet),
            Binary(9, Events[1], unknownYet),
            new(
                new KafkaRecord
                {
                    Topic = "events", Partition = 2, Offset = 12, Key = "A\u001b[2J"u8.ToArray(), Value = "no\u0007t"u8.ToArray(), Timestamp = new KafkaTimestamp { UnixTimestampMs = Some.Time.AddMilliseconds(250).ToUnixTimeMilliseconds() },
                    Headers = [new KafkaHeader { Key = "trace", Value = "a-1"u8.ToArray() }, new KafkaHeader { Key = "raw", Value = new byte[] { 0xff } }],
                },
                new DecodeError(DecodeFailure.NotJson, "", "no JSON")),
        ];
        await letters.PutAsync(stage.Stream, "events", 2, all, default);
        await letters.PutAsync(stage.Stream, "events", 2, all[1..3], default);
    }

    private static DeadLetter Binary(long offset, Event sent, DecodeError error)
    {
        using var json = System.Text.Json.JsonDocument.Parse(EventEncoder.Encode(sent));
        var data = Encoding.UTF8.GetBytes(json.RootElement.GetProperty("data").GetRawText());
        return Letter(
            offset, data, error, ("ce_specversion", "1.0"), ("ce_id", sent.Id), ("ce_source", sent.Source), ("ce_type", sent.Type), ("ce_subject", sent.Project), ("ce_time", "2026-01-31T12:00:00Z"), ("content-type", "application/json"));
    }

    private static DeadLetter Letter(long offset, byte[] value, DecodeError error, params (string Key, string Value)[] headers) => new(
        new KafkaRecord { Topic = "events", Partition = 2, Offset = offset, Key = [], Value = value, Headers = [.. headers.Select(header => new KafkaHeader { Key = header.Key, Value = Encoding.UTF8.GetBytes(header.Value) })] },
        error);
}
