using ShitOps.Events;

namespace ShitOps.Tests.Rows;

/// <summary><c>GET /api/rows/partitions</c> over a real store.</summary>
[Collection(nameof(AppCollection))]
public class PartitionRowsTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Status Doing = new("Doing", StatusCategory.InProgress);
    private static readonly Status Done = new("Done", StatusCategory.Done);

    [Fact]
    public async Task A_row_says_how_far_a_partition_is_and_what_became_of_its_events()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        var doing = At(2, "b", new TaskStatusChanged("T", Doing));
        await app.StateAsync(
            At(0, "0", new TaskCreated("T", new())),
            doing,
            doing,
            At(1, "a", new TaskStatusChanged("T", Done)),
            At(2, "b", new TaskStatusChanged("T", Done)),
            At(4, "d", new TaskAssigned("T", "Ann")),
            At(3, "c", new TaskAssigned("T", "Bob")));
        await app.StateAsync(0, ["""{"specversion":"1.0","id":"e","source":"https://tracker.example","type":"task.praised","subject":"APOLLO","time":"2026-01-31T12:00:00Z"}"""u8.ToArray()]);

        Assert.Equal(
            $$"""[{"stream":"{{app.Stream}}","topic":"{{app.Topic}}","partition":0,"nextOffset":8,"applied":3,"late":1,"repeated":1,"superseded":1,"contradictory":1,"ignored":1}]""",
            (await app.GetAsync("partitions")).Body);
    }

    [Fact]
    public async Task Slices_are_summed_and_the_greatest_offset_counts()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite, slices: 16);
        for (var partition = 0; partition < RowsApp.Partitions; partition++)
            await app.StateAsync(partition, Enumerable.Range(0, 10 * (partition + 1)).Select(i => Some.Event($"e-{i}", $"P-{partition}-{i}", new TaskCreated("T", new()))));

        var all = await app.GetAsync("partitions");

        Assert.Equal(["0", "1", "2"], all.Column("partition"));
        Assert.Equal(["10", "20", "30"], all.Column("nextOffset"));
        Assert.Equal(["10", "20", "30"], all.Column("applied"));
        foreach (var limit in new[] { 1, 2, 3 }) Assert.Equal(all.Column("partition"), (await app.PagesAsync("partitions", limit)).Select(row => row.GetProperty("partition").GetRawText()));
        Assert.Equal(3, (await app.GetAsync($"partitions?stream={app.Stream}&topic={app.Topic}&topic=other")).Rows.Length);
        Assert.Empty((await app.GetAsync("partitions?stream=other")).Rows);
        Assert.Empty((await app.GetAsync("partitions?topic=other")).Rows);
        Assert.Equal(4, CsvText.Read((await app.GetAsync("partitions", "text/csv")).Body).Count);
    }

    private static Event At(int minutes, string id, EventData data) => Some.Event(id, data: data) with { Time = Some.Time.AddMinutes(minutes) };
}
