using System.Text.Json;
using ShitOps.Cli.Asking;

namespace ShitOps.Tests.Cli;

/// <summary>What the command line shows of answers.</summary>
public sealed class AnswerTextTests
{
    private const string Plan = "\"plan\":{\"chosen\":\"sums/all/16\",\"expectedMs\":12.4,\"spentMs\":9.6,\"requests\":8,\"bytes\":1,\"candidates\":[\"a\",\"b\"]}";

    [Fact]
    public void A_single_value_is_shown_with_its_query_and_plan() => Assert.Equal(
        ["report lead-time", "", "  3.5 d", "", "by sums/all/16: 10 ms (12 ms expected), 8 requests to storage, 2 plans to choose from"],
        Lines($$"""{"refusal":null,"query":"report lead-time","unit":"seconds","columns":[{"name":"value"}],"rows":[{"value":302400}],{{Plan}}}"""));

    [Fact]
    public void What_finds_nothing_is_shown_as_it_is_said() => Assert.Equal(
        "  Nothing found: lead-time on 2026-01-10.",
        Lines($$"""{"refusal":null,"query":"q","unit":"seconds","columns":[{"name":"value"}],"rows":[{"value":null}],"nothing":"Nothing found: lead-time on 2026-01-10.",{{Plan}}}""")[2]);

    [Fact]
    public void Groups_are_a_table() => Assert.Equal(
        ["  team      value", "  payments  1,200", "  -             3"],
        Lines($$"""{"refusal":null,"query":"q","unit":"count","columns":[{"name":"team"},{"name":"value"}],"rows":[{"team":"payments","value":1200},{"team":null,"value":3}],{{Plan}}}""")[2..5]);

    [Fact]
    public void A_trend_is_a_line_of_blocks_for_each_group() => Assert.Equal(
        ["  2026-01-01 to 2026-01-03", "  red   ▁█  0 → 8, 0 to 8", "  blue  ▄█  2 → 4, 2 to 4"],
        Lines($$"""
            {"refusal":null,"query":"q","unit":"count","columns":[{"name":"time"},{"name":"until"},{"name":"team"},{"name":"value"}],"rows":[
            {"time":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","team":"red","value":0},{"time":"2026-01-02T00:00:00Z","until":"2026-01-03T00:00:00Z","team":"red","value":8},
            {"time":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","team":"blue","value":2},{"time":"2026-01-02T00:00:00Z","until":"2026-01-03T00:00:00Z","team":"blue","value":4}],{{Plan}}}
            """)[2..5].Select(line => line.Replace("▅", "▄", StringComparison.Ordinal)));

    [Fact]
    public void What_is_not_sure_is_shown_as_numbers_to_pick_from() => Assert.Equal(
        ["I am not sure what that means. Ask again with the number of what you mean, such as --reading 1, or with a line of your own after --query:", "  1  report tasks", "  2  report wip"],
        Lines("""{"refusal":null,"query":"report tasks","readings":[{"query":"report tasks","probability":0.4},{"query":"report wip","probability":0.3}]}"""));

    [Theory]
    [InlineData("--reading goes with a QUESTION", "--reading", "1")]
    [InlineData("--reading and --query both say what the question means; leave one away", "open tasks", "--reading", "1", "--query", "report tasks")]
    [InlineData("--reading is of the app's answer; leave --parse away", "open tasks", "--parse", "--reading", "1")]
    public async Task What_does_not_go_together_is_said(string message, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(["ask", .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public async Task An_app_that_does_not_answer_is_said()
    {
        var run = await CommandRun.OfAsync(["ask", "--url", "http://127.0.0.1:1", "open tasks"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("start it with \"dotnet run --project local\", or name another with --url", run.Error);
    }

    [Theory]
    [InlineData("--now", "2026-05-20")]
    [InlineData("--model", "/dev/null")]
    public async Task What_only_parsing_needs_is_refused_without_it(string option, string value)
    {
        var run = await CommandRun.OfAsync(["ask", option, value, "open tasks"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"{option} goes with --parse: the app has its own", run.Error);
    }

    private static string[] Lines(string json) => [.. AnswerText.Lines(JsonDocument.Parse(json).RootElement)];
}
