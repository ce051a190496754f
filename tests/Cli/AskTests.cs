using System.Text.Json;
using ShitOps.Tests.Synthesis;

namespace ShitOps.Tests.Cli;

public sealed class AskTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Questions_on_standard_input_are_answered_with_a_JSON_line_each()
    {
        var run = await CommandRun.OfAsync(
            ["ask", "--parse", "--json", "--now", "2026-05-20", "--catalog", SomeNames.Path], input: "how many tasks did payments complete last week?\n\nwhat is the weather like?\n");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Equal(["question", "query", "confidence", "sure", "readings"], lines[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal("report completed where team = \"payments\" from 2026-05-11 to 2026-05-17", lines[0].GetProperty("query").GetString());
        Assert.True(lines[0].GetProperty("sure").GetBoolean());
        Assert.Equal(JsonValueKind.Null, lines[1].GetProperty("query").ValueKind);
    }

    [Fact]
    public async Task A_question_on_the_command_line_is_answered_for_people()
    {
        var run = await CommandRun.OfAsync(["ask", "--parse", "--now", "2026-05-20", "--catalog", SomeNames.Path, "open tasks of payments"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("report open-tasks where team = \"payments\"", run.Output);
        Assert.Contains("PromQL at 2026-05-20T00:00Z: sum(shitops_tasks{category!~\"done|cancelled\", team=\"payments\"})", run.Output);
        Assert.Contains("rows: /api/rows/tasks?team=payments&open=true", run.Output);
    }

    [Fact]
    public async Task A_model_that_is_none_is_refused()
    {
        var model = _scratch.File("model.safetensors", "not a model at all");

        var run = await CommandRun.OfAsync(["ask", "--parse", "--model", model, "open tasks"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("expected a safetensors file", run.Error);
    }

    [Fact]
    public async Task A_catalogue_that_is_none_is_refused()
    {
        var names = _scratch.File("names.json", "{\"colours\":[]}");

        var run = await CommandRun.OfAsync(["ask", "--parse", "--catalog", names, "open tasks"]);

        Assert.Equal((2, "The catalogue has \"colours\"; expected projects, teams, people, statuses, types, milestones.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_training_run_writes_a_model_that_can_be_asked()
    {
        var model = Path.Combine(_scratch.Path, "questions.safetensors");

        var trained = await CommandRun.OfAsync(["train", "--steps", "2", "--scored", "20", "--out", model]);
        var asked = await CommandRun.OfAsync(["ask", "--parse", "--json", "--model", model, "open tasks"]);

        Assert.Equal(0, trained.ExitCode);
        Assert.Contains("unseen names", trained.Output);
        Assert.Equal(0, asked.ExitCode);
        Assert.False(File.Exists(model + ".part"));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_said_before_training()
    {
        var run = await CommandRun.OfAsync(["train", "--out", Path.Combine(_scratch.Path, "missing", "questions.safetensors")]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("missing", run.Error);
    }
}
