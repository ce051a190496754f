using System.Text.Json;
using System.Text.Json.Nodes;
using ShitOps.Cli.Import;
using ShitOps.Cli.Import.GitHub;
using ShitOps.Cli.Import.Jira;
using ShitOps.Events;

namespace ShitOps.Tests.Cli;

/// <summary>Small records of trackers, and what they become.</summary>
internal static class Imported
{
    public const string Created = "2024-01-01T10:00:00.000+0000";

    /// <summary>An open issue of Jira, created and last updated on 1 and 9 January 2024, with <paramref name="fields"/> put over it.</summary>
    public static JsonObject JiraRecord(string fields = "{}", string rest = "{}")
    {
        var record = Object("""
            {"id":"1","key":"AC-1","fields":{
              "project":{"key":"AC","name":"Acme"},"summary":"A task","created":"2024-01-01T10:00:00.000+0000","updated":"2024-01-09T10:00:00.000+0000",
              "issuetype":{"name":"Bug"},"status":{"name":"Open","statusCategory":{"key":"new"}}}}
            """);
        Put(record["fields"]!.AsObject(), fields);
        Put(record, rest);
        return record;
    }

    /// <summary>An open issue of GitHub, created and last updated on 1 and 9 January 2024.</summary>
    public static JsonObject GitHubRecord(string issue = "{}", params string[] events)
    {
        var record = Object("""
            {"repository":"acme/app","issue":{"number":7,"state":"open","title":"A task","created_at":"2024-01-01T10:00:00Z","updated_at":"2024-01-09T10:00:00Z"},"events":[]}
            """);
        Put(record["issue"]!.AsObject(), issue);
        record["events"] = new JsonArray([.. events.Select(one => JsonNode.Parse(one))]);
        return record;
    }

    public static ImportedTask Jira(JsonNode record, StatusMapping? mapping = null) =>
        JiraImport.Import(Element(record), mapping ?? StatusMapping.Default, source: null);

    public static ImportedTask GitHub(JsonNode record, StatusMapping? mapping = null) =>
        GitHubImport.Import(Element(record), mapping ?? StatusMapping.Default, source: null);

    /// <summary>A mapping file's part for Jira.</summary>
    public static StatusMapping JiraMapping(string json) =>
        StatusMappingFile.Parse(System.Text.Encoding.UTF8.GetBytes($$$"""{"jira":{{{json}}}}""")).Jira;

    /// <summary>The statuses of a task in order, as <c>day hour:minute name (category)</c>, the first from its creation.</summary>
    public static string[] Statuses(ImportedTask task) =>
    [
        .. task.Events
            .Select(one => (one.Time, Status: one.Data switch
            {
                TaskCreated created => created.Fields.Status,
                TaskStatusChanged changed => changed.Status,
                _ => null,
            }))
            .Where(one => one.Status is not null)
            .Select(one => $"{one.Time:dd HH:mm} {one.Status!.Value.Name} ({one.Status.Value.Category.Word()})"),
    ];

    /// <summary>The only event of its kind.</summary>
    public static (DateTimeOffset Time, T Data) Single<T>(ImportedTask task)
        where T : EventData
    {
        var one = Assert.Single(task.Events, one => one.Data is T);
        return (one.Time, (T)one.Data!);
    }

    /// <summary>All events of a kind with the day on which they happened.</summary>
    public static (int Day, T Data)[] All<T>(ImportedTask task)
        where T : EventData =>
        [.. task.Events.Where(one => one.Data is T).Select(one => (one.Time.Day, (T)one.Data!))];

    private static JsonElement Element(JsonNode record) => JsonSerializer.SerializeToElement(record);

    private static JsonObject Object(string json) => JsonNode.Parse(json)!.AsObject();

    private static void Put(JsonObject target, string json)
    {
        foreach (var (name, value) in Object(json)) target[name] = value?.DeepClone();
    }
}
