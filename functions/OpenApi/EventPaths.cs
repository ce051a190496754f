using System.Text.Json.Nodes;
using ShitOps.People;

namespace ShitOps.OpenApi;

/// <summary>The paths by which events come in, and people are erased; docs/events.md and docs/governance.md.</summary>
internal static class EventPaths
{
    private const string OneEvent = "application/cloudevents+json";
    private const string ManyEvents = "application/cloudevents-batch+json";

    /// <summary>Each, with its operations.</summary>
    public static IEnumerable<(string Path, JsonObject Operations)> All()
    {
        var envelope = Schema.Object([.. ((string[])["specversion", "id", "source", "type", "subject", "time"]).Select(name => (name, Schema.Of("string"))), ("data", Schema.Of("object"))]);
        var content = new JsonObject
        {
            [OneEvent] = new JsonObject { ["schema"] = envelope }, [ManyEvents] = new JsonObject { ["schema"] = Schema.Array(envelope.DeepClone()) }, ["application/json"] = new JsonObject { ["schema"] = envelope.DeepClone() },
        };
        yield return ("/api/events", new JsonObject
        {
            ["post"] = new Operation("Takes CloudEvents; those taken are on Kafka when the answer arrives.")
            {
                Content = new JsonObject { ["required"] = true, ["content"] = content },
                Answers =
                [
                    (202, Operation.Answer("All are on Kafka.", Schema.Object(("taken", Schema.Of("integer"))))), (400, Operation.Problem("Some are no events; none was taken.")), (413, Operation.Problem("It is too large; none was taken.")),
                    (415, Operation.Problem("The content type or encoding is not read.")), (429, Operation.Problem("Too many are under way; send them again in a second.")), (503, Operation.Problem("Kafka did not acknowledge some; send them again.")),
                ],
            }.Write(),
        });
        yield return ("/api/people/{person}", new JsonObject
        {
            ["delete"] = new Operation("Erases a person's name for good; asks for the master key.")
            {
                Parameters = [Operation.Parameter("person", "the name, or the person id", isRequired: true, "path")],
                Answers = [(200, Operation.Answer("Erased, now or before.", Json.SchemaOf<ErasedPerson>())), (404, Operation.Problem("Nobody has that name or person id."))],
            }.Write(),
        });
    }
}
