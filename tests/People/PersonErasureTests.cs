using System.Reflection;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Ingestion;
using ShitOps.People;
using ShitOps.Pipeline;
using ShitOps.Tests.Archive;
using ShitOps.Tests.Cli;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.People;

/// <summary>Whoever was erased has no name anywhere any more, and gets none again.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class PersonErasureTests(ArchiveAzurite azurite, BrokerFixture kafka)
{
    private const string Ada = "Ada Quartz-Lovelace";
    private const string Bob = "Bob Reed";

    [Fact]
    public async Task No_event_brings_the_name_back_whichever_process_reads_it()
    {
        var stage = await ArchiveStage.OpenAsync(azurite);
        using var before = Directory(stage);
        var (ada, bob) = (before.IdOf(Ada), before.IdOf(Bob));
        await before.StoreNewAsync(default);
        var erasure = new PersonErasure(stage.Account(), stage.Time);
        var at = stage.Time.GetUtcNow();
        Assert.Equal(new ErasedPerson(ada, at), await erasure.EraseAsync(Ada, default));
        Assert.Null(await before.NameAsync(ada, default));

        using var after = Directory(stage);
        foreach (var directory in (PersonDirectory[])[before, after])
        {
            directory.IdOf(Ada);
            directory.IdOf(Bob);
            directory.IdOf("Cleo");
            await directory.StoreNewAsync(default);
        }

        Assert.Equal((null, Bob, "Cleo"), (await after.NameAsync(ada, default), await after.NameAsync(bob, default), await after.NameAsync(after.IdOf("Cleo"), default)));

        // Again it changes nothing; by the name she is nobody.
        stage.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(new ErasedPerson(ada, at), await erasure.EraseAsync(ada, default));
        Assert.Null(await erasure.EraseAsync(Ada, default));
    }

    [Fact]
    public async Task A_name_that_is_stored_while_its_person_is_erased_stays_erased()
    {
        var stage = await ArchiveStage.OpenAsync(azurite);
        using var first = Directory(stage);
        var ada = first.IdOf(Ada);

        // This one has looked at who is stored when nobody was; then another stores her, and she is erased.
        using var slow = Directory(stage);
        slow.IdOf(Bob);
        await slow.StoreNewAsync(default);
        await first.StoreNewAsync(default);
        await new PersonErasure(stage.Account(), stage.Time).EraseAsync(ada, default);

        slow.IdOf(Ada);
        slow.IdOf("Cleo");
        await slow.StoreNewAsync(default);
        Assert.Equal((null, "Cleo"), (await slow.NameAsync(ada, default), await slow.NameAsync(slow.IdOf("Cleo"), default)));
    }

    [Fact]
    public async Task The_name_is_found_in_no_store()
    {
        var stage = await ArchiveStage.OpenAsync(azurite);
        using var app = await RowsApp.StartAsync(kafka, azurite);
        byte[][] values = [.. Statements().Select(EventEncoder.Encode), .. Odd().Select(Encoding.UTF8.GetBytes)];
        await app.StateAsync(0, values);
        await ArchiveAsync(stage, app, values);
        var id = RowsApp.PersonIdOf(Ada);

        // What looks for the name has to find it where it is, and the id in every kind of store.
        Assert.Equal(["table people"], await StoresWithAsync(Ada));
        var stores = await StoresWithAsync(id);
        Assert.Contains(stores, store => store.StartsWith("table r", StringComparison.Ordinal));
        Assert.Contains(stores, store => store.EndsWith(".parquet", StringComparison.Ordinal));

        var run = await CommandRun.OfAsync(["erase-person", Ada, "--yes", "--storage", azurite.ConnectionString]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"{id} has had no name since ", run.Output, StringComparison.Ordinal);
        Assert.Empty(await StoresWithAsync(Ada));
        Assert.NotEmpty(await StoresWithAsync(Bob));

        // Sent again, and archived again, compacted and read: still nowhere.
        await app.StateAsync(1, values);
        await stage.Committer().CommitAsync(default);
        await stage.Compactor().CompactAsync(default);
        app.Time.Advance(PersonNames.Fresh);
        Assert.Empty(await StoresWithAsync(Ada));
        var row = Assert.Single((await app.GetAsync("tasks?project=APOLLO")).Rows);
        Assert.Equal(id, row.GetProperty("assignee").GetString());
        Assert.Empty((await app.GetAsync($"tasks?assignee={Uri.EscapeDataString(Ada)}")).Rows);
    }

    [Fact]
    public async Task The_route_asks_for_the_master_key_and_says_who_was_erased()
    {
        var stage = await ArchiveStage.OpenAsync(azurite);
        using var people = Directory(stage);
        var ada = people.IdOf("Ada/Quartz");
        await people.StoreNewAsync(default);

        var answer = await EraseAsync("/api/people/Ada%2FQuartz");
        Assert.Equal((200, $$"""{"personId":"{{ada}}","erased":"{{stage.Time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz}}"}"""), (answer.Status, answer.Body));
        Assert.Equal(404, (await EraseAsync("/api/people/Ada%2FQuartz")).Status);
        Assert.Equal(200, (await EraseAsync($"/api/people/{ada}")).Status);

        var trigger = typeof(ErasePerson).GetMethod(nameof(ErasePerson.RunAsync))!.GetParameters()[0].GetCustomAttribute<HttpTriggerAttribute>()!;
        Assert.Equal((AuthorizationLevel.Admin, "delete"), (trigger.AuthLevel, Assert.Single(trigger.Methods!)));

        Task<RowsAnswer> EraseAsync(string target) => RowsAnswer.OfAsync("", request =>
        {
            request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget = target;
            return new ErasePerson(new PersonErasure(stage.Account(), stage.Time)).RunAsync(request, "", default);
        });
    }

    [Fact]
    public async Task The_command_needs_a_yes_and_says_whom_it_does_not_know()
    {
        await ArchiveStage.OpenAsync(azurite);
        var unsure = await CommandRun.OfAsync(["erase-person", Ada, "--storage", azurite.ConnectionString]);
        Assert.Equal(2, unsure.ExitCode);
        Assert.StartsWith("Erasing a person cannot be undone. Add --yes to do it.", unsure.Error, StringComparison.Ordinal);

        var unknown = await CommandRun.OfAsync(["erase-person", Ada, "--yes", "--storage", azurite.ConnectionString]);
        Assert.Equal((1, $"Nobody has the name or person id \"{Ada}\". Letter case counts, and who was erased before has no name any more.\n"), (unknown.ExitCode, unknown.Error));
    }

    private static PersonDirectory Directory(ArchiveStage stage) => new(Encoding.UTF8.GetBytes(Some.TenantKey), stage.Account());

    /// <summary>Her name in every field that may hold one, by every type.</summary>
    private static IEnumerable<Event> Statements()
    {
        EventData[] statements =
        [
            new ProjectCreated(new ProjectFields { Owner = Ada, Team = "moon" }), new ProjectUpdated(new ProjectFields { Owner = Ada }), new ProjectStatusChanged(new Status("Running", StatusCategory.InProgress)),
            new TaskCreated("T-1", new TaskFields { Assignee = Ada, Labels = new(true, ["a"]) }), new TaskUpdated("T-1", new TaskFields { Assignee = Ada }), new TaskStatusChanged("T-1", new Status("Doing", StatusCategory.InProgress)),
            new TaskAssigned("T-1", Bob), new TaskAssigned("T-1", Ada), new TaskEstimated("T-1", 3.0, default, default), new TaskBlocked("T-1", null), new TaskUnblocked("T-1"),
            new ResourceAllocated("A-1", Ada, 8, new DateOnly(2026, 1, 1), null, "lead"), new ResourceReleased("A-1"), new TaskDeleted("T-2"),
        ];
        return statements.Select((data, i) => new Event($"e-{i:D3}", "https://tracker.example", EventTypes.Of(data), Some.Time.AddMinutes(i), "APOLLO", data with { Actor = Ada }));
    }

    /// <summary>Written in other ways: a type that is not known, her name twice, as base64.</summary>
    private static string[] Odd()
    {
        var data = $$"""{"task":"T-1","assignee":"{{Ada}}","actor":"{{Ada}}","assignee":"{{Ada}}"}""";
        return
        [
            $$$"""{"specversion":"1.0","id":"o-1","source":"/x","type":"task.praised","subject":"APOLLO","time":"2026-01-31T13:00:00Z","data":{"assignee":"{{{Ada}}}","owner":"{{{Ada}}}","resource":"{{{Ada}}}","actor":"{{{Ada}}}"}}""",
            $$$"""{"specversion":"1.0","id":"o-2","source":"/x","type":"task.assigned","subject":"APOLLO","time":"2026-01-31T13:00:01Z","data":{{{data}}}}""",
            $$"""{"specversion":"1.0","id":"o-3","source":"/x","type":"task.assigned","subject":"APOLLO","time":"2026-01-31T13:00:02Z","data_base64":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(data))}}"}""",
        ];
    }

    private async Task ArchiveAsync(ArchiveStage stage, RowsApp app, byte[][] values)
    {
        var (connection, stream, time) = (new KafkaConnection { Brokers = kafka.Brokers, Topic = app.Topic }, new KafkaStream(app.Stream), new FakeTimeProvider(Some.Time));
        using var log = new LogEnds(connection, time, NullLogger<LogEnds>.Instance);
        using var people = Directory(stage);
        var archiver = new EventArchiver(
            stream, new SegmentChain(stage.Account(), stream), new ArchivePositions(stage.Account(), stream), people, new DeadLetters(stage.Account()), log,
            ObjectPool.Create<EventDecoder>(), time, NullLogger<EventArchiver>.Instance);
        await archiver.ArchiveAsync([.. values.Select((value, i) => new KafkaRecord { Topic = app.Topic, Partition = 0, Offset = i, Key = [], Value = value, Headers = [] })], default);
    }

    /// <summary>Every table and blob that holds a text, as bytes or in the columns of a Parquet file.</summary>
    private async Task<List<string>> StoresWithAsync(string text)
    {
        List<string> stores = [];
        var bytes = Encoding.UTF8.GetBytes(text);
        var tables = new TableServiceClient(azurite.ConnectionString);
        await foreach (var table in tables.QueryAsync())
        {
            var isIn = false;
            await foreach (var entity in tables.GetTableClient(table.Name).QueryAsync<TableEntity>())
                isIn |= entity.Any(property => property.Value is string words ? words.Contains(text, StringComparison.Ordinal) : property.Value is byte[] packed && packed.AsSpan().IndexOf(bytes) >= 0);
            if (isIn) stores.Add($"table {table.Name}");
        }

        var blobs = new BlobServiceClient(azurite.ConnectionString);
        await foreach (var container in blobs.GetBlobContainersAsync())
        {
            await foreach (var blob in blobs.GetBlobContainerClient(container.Name).GetBlobsAsync())
            {
                var content = (await blobs.GetBlobContainerClient(container.Name).GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content.ToArray();
                var isIn = content.AsSpan().IndexOf(bytes) >= 0 || blob.Name.Contains(text, StringComparison.Ordinal);
                if (blob.Name.EndsWith(".parquet", StringComparison.Ordinal) && !blob.Name.Contains("/_delta_log/", StringComparison.Ordinal))
                    isIn |= SegmentFile.Read(content, "test").Any(row => typeof(ArchiveRow).GetProperties().Any(column => column.GetValue(row) is string words && words.Contains(text, StringComparison.Ordinal)));
                if (isIn) stores.Add($"blob {container.Name}/{blob.Name}");
            }
        }

        return stores;
    }
}
