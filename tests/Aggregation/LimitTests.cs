using Azure.Core;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Aggregation;

/// <summary>Batches, projects, tasks and names at and beyond what a transaction, an entity or a key can hold.</summary>
[Collection(nameof(BrokerCollection))]
public class LimitTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly DateTimeOffset End = Some.Time.AddDays(1);

    [Fact]
    public async Task A_hot_project_with_more_tasks_in_a_batch_than_a_transaction_has_rows()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var events = Enumerable.Range(0, 2500).Select(i => At(i, "HOT", i < 1000
            ? new TaskCreated($"T-{i}", new TaskFields { Title = $"Task {i}", Team = $"team {i % 3}" })
            : new TaskStatusChanged($"T-{i % 1000}", new Status(i % 2 == 0 ? "Doing" : "Done", i % 2 == 0 ? StatusCategory.InProgress : StatusCategory.Done)))).ToArray();

        await AggregateAsync(stage, events);

        await stage.AssertHoldsAsync(events, End);
    }

    [Fact]
    public async Task Ten_thousand_projects()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka, slices: 16);
        var records = Enumerable.Range(0, 20_000).Select(i => stage.Record(
            i % 8, i / 8, At(i, $"P-{i % 10_000}", i < 10_000 ? new TaskCreated("T", new TaskFields()) : new TaskStatusChanged("T", new Status("Done", StatusCategory.Done)))));
        var aggregator = stage.Aggregator();

        foreach (var batch in records.Chunk(4000)) await stage.WithoutWaiting(aggregator.AggregateAsync(batch, default));

        var (projects, done) = (0, 0L);
        foreach (var slice in stage.Table().Slices)
        {
            await foreach (var project in stage.Table().ProjectsAsync(slice, null, default))
            {
                projects++;
                done += project.Summary.Totals[Measure.Done];
            }
        }

        Assert.Equal((10_000, 10_000L), (projects, done));
    }

    [Fact]
    public async Task A_batch_from_256_partitions()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka, slices: 1);
        var events = Enumerable.Range(0, 512).Select(i => At(i, $"P-{i % 256}", new TaskCreated($"T-{i}", new TaskFields { Team = "red" }))).ToArray();

        await stage.WithoutWaiting(stage.Aggregator().AggregateAsync([.. events.Select((one, i) => stage.Record(i % 256, i / 256, one)).OrderBy(record => record.Partition)], default));

        await stage.AssertHoldsAsync(events, End);
        Assert.Equal(256, (await stage.CountsAsync()).Count(row => row.Checkpoint == 2));
    }

    [Fact]
    public async Task A_million_updates_of_one_task()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var aggregator = stage.Aggregator();
        var records = Enumerable.Range(0, 1_000_000).Select(i => stage.Record(5, i, At(i, "BUSY", new TaskStatusChanged(
            "T", i % 2 == 0 ? new Status("Doing", StatusCategory.InProgress) : new Status("Done", StatusCategory.Done)))));

        foreach (var batch in records.Chunk(20_000)) await stage.WithoutWaiting(aggregator.AggregateAsync(batch, default));

        var project = (await stage.Table().ProjectAsync("BUSY", default))!;
        var task = (await stage.Table().TaskAsync("BUSY", "T", default))!;
        Assert.Equal((1L, 1L), (project.Summary.Totals.Tasks, project.Summary.Totals[Measure.Done]));
        Assert.Equal((Some.Time, StatusCategory.Done), (task.Standing().Created, task.Standing().Category));
        Assert.Equal(Some.Time.AddMilliseconds(999_999), task.LastStated);

        // Whatever was dropped between them and the latest, lead and cycle time need the first facts of their kinds.
        Assert.Equal(Some.Time, task.Standing().Started);
        var facts = task.Progress.ToArray();
        Assert.InRange(facts.Length, 2, TaskState.MostProgress + 2);
        Assert.Equal((FactKind.InProgress, "e-00000000"), (facts[0].Kind, facts[0].Stamp.Id));
        Assert.Equal((FactKind.Done, "e-00000001"), (facts[1].Kind, facts[1].Stamp.Id));

        var history = await stage.Table().HistoryAsync("BUSY", DateOnly.FromDateTime(End.UtcDateTime), default);
        Assert.Equal(project.Summary.Totals, HistoryLevels.At(history, Some.Time, End).Last().Totals);
        Assert.Equal([KeyValuePair.Create("Done", 1L)], HistoryLevels.At(history, Some.Time, End).Last().Statuses);
    }

    [Fact]
    public async Task Tasks_whose_rows_are_together_larger_than_a_transaction()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var events = Enumerable.Range(0, 100).SelectMany(task => Enumerable.Range(0, 60).Select(number => Large(number, task))).ToArray();

        await AggregateAsync(stage, events);

        var (count, bytes) = (0, 0);
        var writer = new StateWriter();
        await foreach (var (_, state) in stage.Table().TasksAsync("LARGE", null, default))
        {
            count++;
            bytes += state.ToBytes(writer).Length * 4 / 3;
        }

        Assert.Equal(100, count);
        Assert.True(bytes * 0.9 > 4 << 20, $"{bytes} bytes in base64 are no challenge");
        Assert.Equal(100, (await stage.Table().ProjectAsync("LARGE", default))!.Summary.Totals.Tasks);

        // Ids and words as long as the contract allows, and all fields, each from an event of its own.
        static Event Large(int number, int task)
        {
            EventData data = number switch
            {
                0 => Updated(new TaskFields { Title = Long('界', 4096) }),
                1 => Updated(new TaskFields { Kind = Long('类', 256) }),
                2 => Updated(new TaskFields { Priority = Long('先', 256) }),
                3 => Updated(new TaskFields { Team = Long('队', 256) }),
                4 => Updated(new TaskFields { Parent = Long('父', 256) }),
                5 => Updated(new TaskFields { Milestone = new Milestone(Long('里', 256), MilestoneKind.Sprint, null, null) }),
                6 => Updated(new TaskFields { Labels = new(true, [.. Enumerable.Range(0, 30).Select(i => $"{i}{Long('标', 250)}")]) }),
                7 => new TaskBlocked($"T-{task}", Long('因', 4096)),
                < 30 => new TaskEstimated($"T-{task}", number, number, number),
                _ => new TaskStatusChanged($"T-{task}", new Status($"{number % 5}{Long('状', 255)}", StatusCategory.InProgress)),
            };
            return new Event($"{number:D3}{Long('字', 253)}", "https://tracker.example", EventTypes.Of(data), Some.Time.AddSeconds(number), "LARGE", data);

            TaskUpdated Updated(TaskFields fields) => new($"T-{task}", fields);
        }

        static string Long(char c, int length) => new(c, length);
    }

    [Fact]
    public async Task A_change_that_reaches_back_into_more_days_than_a_transaction_has_rows()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        List<Event> events = [];
        for (var task = 0; task < 60; task++)
            for (var day = 0; day < 30; day++) events.Add(At(day * 86_400_000L + (task * 1000), "DEEP", new TaskStatusChanged($"T-{task}", day % 2 == 0 ? new Status("Doing", StatusCategory.InProgress) : new Status("Done", StatusCategory.Done)), $"{task}-{day}"));
        for (var task = 0; task < 60; task++) events.Add(At(-200L * 86_400_000 * task / 60, "DEEP", new TaskCreated($"T-{task}", new TaskFields()), $"created-{task}"));

        await AggregateAsync(stage, events);

        await stage.AssertHoldsAsync(events, Some.Time.AddDays(31));
    }

    [Fact]
    public async Task Large_rows_of_many_days_are_not_all_in_one_transaction()
    {
        const int Days = 40;
        const int Statuses = 400;
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var events = Enumerable.Range(0, Days * Statuses).Select(i => InStatus(i % Statuses, i / Statuses)).Concat(Enumerable.Range(0, Days).Select(day => InStatus(Statuses, day))).ToArray();

        await AggregateAsync(stage, events);

        // Only the last transaction changed them all.
        var pending = 0;
        for (var day = 0; day < Days; day++)
        {
            var date = DateOnly.FromDateTime(Some.Time.AddDays(day).UtcDateTime);
            var history = await stage.Table().DayAsync(stage.Table().SliceOf("WORDY"), "WORDY", date, default);
            if (!history.Changes.Statuses.Any(change => change.Status.StartsWith($"{Statuses} ", StringComparison.Ordinal))) pending++;
        }

        Assert.InRange(pending, 1, Days - 1);
        await stage.AssertHistoryAsync(events, Some.Time.AddDays(Days + 1), step: 24);

        static Event InStatus(int status, int day) =>
            At(day * 86_400_000L, "WORDY", new TaskStatusChanged($"T-{status}-{day}", new Status($"{status} {new string('状', 200)}", StatusCategory.InProgress)), $"{day}-{status}");
    }

    [Fact]
    public async Task More_statuses_in_a_day_than_a_row_has_room_for()
    {
        const int Words = 24_000;
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var events = Enumerable.Range(0, Words).Select(i => At(i, "WORDY", new TaskStatusChanged($"T-{i}", new Status($"{i:D5} {new string('x', 38)}", StatusCategory.InProgress)))).ToArray();
        var aggregator = stage.Aggregator();

        foreach (var batch in events.Select((one, i) => stage.Record(0, i, one)).Chunk(4000)) await stage.WithoutWaiting(aggregator.AggregateAsync(batch, default));
        await stage.WithoutWaiting(stage.Aggregator().AggregateAsync([stage.Record(0, Words, At(Words, "WORDY", new TaskDeleted("T-0")))], default));

        var history = await stage.Table().HistoryAsync("WORDY", DateOnly.FromDateTime(End.UtcDateTime), default);
        var expected = events.Skip(1).Select(one => (((TaskStatusChanged)one.Data!).Status.Name, 1L));
        Assert.Equal(expected, history.Statuses.Select(change => (change.Status, change.Amount)).OrderBy(change => change.Status, StringComparer.Ordinal));
    }

    [Fact]
    public async Task More_projects_and_tasks_than_memory_holds()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var random = new Random(3);
        var events = Enumerable.Range(0, 3000).Select(i => At(i, $"P-{random.Next(30)}", new TaskStatusChanged(
            $"T-{random.Next(20)}", i % 2 == 0 ? new Status("Doing", StatusCategory.InProgress) : new Status("Done", StatusCategory.Done)))).ToArray();
        var reads = 0;
        var aggregator = stage.Aggregator(new FaultyTransport(_ => Fault.None, request => reads += request.Method == RequestMethod.Get ? 1 : 0), mostHeld: 100);

        foreach (var batch in events.Select((one, i) => stage.Record(0, i, one)).Chunk(40)) await stage.WithoutWaiting(aggregator.AggregateAsync(batch, default));

        await stage.AssertHoldsAsync(events, End);
        Assert.True(reads > 3000 / 40 * 5, $"{reads} reads: all that was let go was not in use again");
    }

    [Fact]
    public async Task Names_with_every_hostile_character_and_of_every_length()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        string[] names =
        [
            .. Enumerable.Range(0x20, 0x5f).Select(code => $"{(char)code}"), "a/b\\c#d?e", "'; DROP TABLE tasks; --", "~~", "~41", "A", "%2F", "a:b", ":", "é", "é", "…", "中", "\u2028", "\ufeff", "😀",
            new('x', 256), new('x', 255), $"{new string('x', 255)}y", new('中', 256), $"{new string('中', 255)}人", string.Concat(Enumerable.Repeat("😀", 128)), "A b", "a B",
        ];
        var events = names.Distinct().SelectMany((project, i) => names.Distinct().Where((_, j) => j % 7 == i % 7).Select((task, j) => At((i * 1000) + j, project, new TaskCreated(task, new TaskFields { Title = task }), $"{i}-{j}"))).ToArray();

        await AggregateAsync(stage, events);

        await stage.AssertHoldsAsync(events, End);
    }

    private static Event At(long milliseconds, string project, EventData data, string? id = null) =>
        new(id ?? $"e-{milliseconds:D8}", "https://tracker.example", EventTypes.Of(data), Some.Time.AddMilliseconds(milliseconds), project, data);

    /// <summary>All as one batch, from one partition.</summary>
    private static Task AggregateAsync(AggregationStage stage, IEnumerable<Event> events)
    {
        KafkaRecord[] records = [.. events.Select((one, i) => stage.Record(0, i, one))];
        return stage.WithoutWaiting(stage.Aggregator().AggregateAsync(records, default));
    }
}
