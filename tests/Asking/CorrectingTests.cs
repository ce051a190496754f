using ShitOps.Events;
using ShitOps.Tests.Cli;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary>What people pick or write in place of what was understood comes to be a correction, from the command line and from the page.</summary>
[Collection(nameof(AppCollection))]
public sealed class CorrectingTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private const string Unsure = "open tasks of Wilhelmina";

    /// <summary>Waits for what a condition gives on the page.</summary>
    private const string Until = "const until = async find => { for (;;) { const found = find(); if (found) return found; await new Promise(next => setTimeout(next, 20)); } };";

    [Fact]
    public async Task A_picked_reading_is_answered_and_noted()
    {
        using var app = await StartAsync();
        await using var server = await AskServer.StartAsync(app);

        var unsure = await CommandRun.OfAsync(["ask", "--url", server.Url, Unsure]);
        var second = unsure.Output.Split('\n').Single(line => line.StartsWith("  2  ", StringComparison.Ordinal))[5..];
        var picked = await CommandRun.OfAsync(["ask", "--url", server.Url, Unsure, "--reading", "2"]);

        Assert.Equal((0, "Noted that this is what the question means.\n"), (picked.ExitCode, picked.Error));
        Assert.StartsWith($"{second}\n\n  1\n", picked.Output, StringComparison.Ordinal);
        Assert.Equal("open tasks of [person]", Assert.Single(await app.Corrections.AllAsync(default)).Correction.Words);

        var beyond = await CommandRun.OfAsync(["ask", "--url", server.Url, Unsure, "--reading", "9"]);
        Assert.Equal((1, ""), (beyond.ExitCode, beyond.Output));
        Assert.Contains("expected --reading 1 to ", beyond.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_beside_its_question_is_answered_and_noted_or_it_is_said_why_not()
    {
        using var app = await StartAsync();
        await using var server = await AskServer.StartAsync(app);

        var noted = await CommandRun.OfAsync(["ask", "--url", server.Url, "tickets in the freezer", "--query", "report blocked-tasks"]);
        var not = await CommandRun.OfAsync(["ask", "--url", server.Url, "tickets in the cellar", "--query", "report blocked-tasks where team = \"payments\""]);
        var alone = await CommandRun.OfAsync(["ask", "--url", server.Url, "--query", "report tasks"]);

        Assert.Equal((0, "Noted that this is what the question means.\n"), (noted.ExitCode, noted.Error));
        Assert.StartsWith("report blocked-tasks\n\n  1\n", noted.Output, StringComparison.Ordinal);
        Assert.Equal(0, not.ExitCode);
        Assert.StartsWith("report blocked-tasks where team = \"payments\"\n\n  1\n", not.Output, StringComparison.Ordinal);
        Assert.StartsWith("Not noted as what the question means: This cannot be learnt", not.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (alone.ExitCode, alone.Error));
        Assert.Equal("tickets in the freezer", Assert.Single(await app.Corrections.AllAsync(default)).Correction.Words);
    }

    [Fact]
    public async Task On_the_page_a_picked_reading_and_an_edited_line_are_noted_and_a_line_that_is_run_as_it_was_is_not()
    {
        using var app = await StartAsync();
        var script = $$"""
            (async () => {
              {{Until}}
              at("question").value = "{{Unsure}}";
              at("asking").requestSubmit();
              (await until(() => document.querySelector("#answer button"))).click();
              const picked = (await until(() => document.querySelector("#answer .noted"))).textContent;

              at("question").value = "How many tasks are open?";
              at("asking").requestSubmit();
              const enter = line => line.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true }));
              const line = await until(() => { const found = document.querySelector("#answer .line"); return found?.value === "report open-tasks" && found; });
              enter(line);
              const again = await until(() => { const found = document.querySelector("#answer .line"); return found && found !== line && found; });
              again.value = "report tasks where team = \"payments\"";
              enter(again);
              const refused = (await until(() => document.querySelector("#answer .noted"))).textContent;
              await fetch("said", { method: "POST", body: [picked, document.querySelector("#answer .single").textContent, refused].join("\n") });
            })();
            """;
        await using var server = await AskServer.StartAsync(app, script: script);

        var said = (await server.SaidAsync()).Split('\n');

        Assert.Equal(["noted that this is what the question means", "2"], said[..2]);
        Assert.StartsWith("not noted as what the question means: This cannot be learnt", said[2], StringComparison.Ordinal);
        Assert.Equal("open tasks of [person]", Assert.Single(await app.Corrections.AllAsync(default)).Correction.Words);
    }

    [Fact]
    public async Task On_the_page_a_late_answer_does_not_take_the_place_of_a_newer_one()
    {
        using var app = await StartAsync();
        var script = $$"""
            (async () => {
              {{Until}}
              at("question").value = "How many tasks are open?";
              at("asking").requestSubmit();
              at("question").value = "tasks by status";
              at("asking").requestSubmit();
              await until(() => document.querySelector("#answer .line"));
              await new Promise(next => setTimeout(next, 3000));
              await fetch("said", { method: "POST", body: document.querySelector("#answer .line").value });
            })();
            """;
        await using var server = await AskServer.StartAsync(app, slow: "How many tasks are open?", script: script);

        Assert.Equal("report tasks by status", await server.SaidAsync());
    }

    private async Task<AskApp> StartAsync()
    {
        var rows = await RowsApp.StartAsync(kafka, azurite);
        return new AskApp(await rows.StateAsync(
            Some.Event("p-1", "LEDGER", new ProjectCreated(new ProjectFields { Team = "payments" })),
            Task("L-1", "Wilhelmina Quartz", new Status("Blocked", StatusCategory.Blocked)),
            Task("L-2", "Wilhelmina Mason", new Status("To Do", StatusCategory.Todo))));

        static Event Task(string key, string person, Status status) => Some.Event($"t-{key}", "LEDGER", new TaskCreated(key, new TaskFields { Assignee = person, Status = status }));
    }
}
