using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ShitOps.Tests.Page;

/// <summary>What the page shows of an API's answers, in a browser.</summary>
public sealed class PageTests
{
    private string _health = Health(decoded: 5, lag: 0);
    private int _teams;
    private bool _isUndefined;
    private int _projects;
    private bool _hasMoreProjects;

    [Theory]
    [InlineData(5, 0, "5 events in; nothing waits")]
    [InlineData(1, 0, "1 event in; nothing waits")]
    [InlineData(9_999, 1, "9,999 events in; 1 still waits, 99.9 % are done")]
    [InlineData(99_999, 1, "99,999 events in; 1 still waits, 99.9 % are done")]
    [InlineData(0, 7, "0 events in; 7 still wait, 0 % are done")]
    public async Task It_says_how_many_events_wait_and_never_that_all_are_done_while_one_does(int decoded, int lag, string text)
    {
        _health = Health(decoded, lag);
        Assert.Equal(text, await ShownAsync("at('health').textContent"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_plot_without_data_says_so(bool isUndefined)
    {
        // Series of values that are none, such as quantiles of nothing, are no data either.
        _isUndefined = isUndefined;
        _teams = isUndefined ? 1 : 0;
        var said = await ShownAsync("[...document.querySelectorAll('#plots .plot')].map(plot => plot.querySelector('.none')?.textContent ?? 'drawn').join('|')");
        Assert.Equal(Enumerable.Repeat("There is nothing in the last 90 days.", 4), said.Split('|'));
    }

    [Fact]
    public async Task Of_twenty_series_no_two_look_alike_in_the_legend_or_in_the_plot()
    {
        _teams = 20;
        var said = await ShownAsync("[...[...document.querySelectorAll('#plots .plot')].at(-1).querySelectorAll('.u-marker')].map(marker => marker.style.border).filter(border => border).join('|')");
        var markers = said.Split('|');
        Assert.Equal(20, markers.Length);
        Assert.Equal(20, markers.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(["solid", "dashed", "dotted"], markers.Select(marker => marker.Split(' ')[1]).Distinct(StringComparer.Ordinal));

        var looks = await ShownAsync("looks([...Array(20).keys()].map(i => `team-${i}`)).map(look => `${look.color} ${look.dash}`).join('|')");
        Assert.Equal(20, looks.Split('|').Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData(0, false, "There are none yet.", "", 0)]
    [InlineData(12, false, "12 of 12 shown.", "", 12)]
    [InlineData(214, false, "30 of 214 shown.", "Show all 214", 214)]
    [InlineData(1000, true, "30 of the first 1,000 shown; pick a team to see all of its own.", "Show all 1,000", 1000)]
    public async Task The_table_says_of_how_many_projects_it_shows_some_and_shows_all_when_asked(int projects, bool hasMore, string text, string button, int all)
    {
        (_projects, _hasMoreProjects) = (projects, hasMore);
        var said = await ShownAsync("""
            (() => {
              const button = at("projects-all");
              const before = [at("projects-shown").textContent, button.hidden ? "" : button.textContent];
              button.click();
              return [...before, at("projects").tBodies[0].rows.length].join("|");
            })()
            """);
        Assert.Equal($"{text}|{button}|{all}", said);
    }

    /// <summary>What an expression gives once the page has shown everything.</summary>
    private async Task<string> ShownAsync(string expression)
    {
        await using var server = await PageServer.StartAsync(AnswerAsync, $$"""
            (async () => {
              while (!document.body.dataset.shown) await new Promise(next => setTimeout(next, 20));
              await fetch("said", { method: "POST", body: {{expression}} });
            })();
            """);
        return await server.SaidAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/api/rows/projects" && _hasMoreProjects) context.Response.Headers["x-continuation-token"] = "more";
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(context.Request.Path.Value switch
        {
            "/api/health" => _health,
            "/api/rows/projects" => JsonSerializer.Serialize(Enumerable.Range(0, _projects).Select(i => new { project = $"P-{i}", name = (string?)null, team = "T", status = "Open", category = "todo", due = (string?)null, tasksOpen = i, wip = 0, tasksBlocked = 0, tasksDone = 0 })),
            "/api/v1/query_range" => Matrix(),
            "/api/v1/query" => """{"status":"success","data":{"resultType":"vector","result":[]}}""",
            _ => """{"status":"success","data":[]}""",
        });
    }

    private string Matrix()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var series = Enumerable.Range(0, _teams).Select(i => new
        {
            metric = new { team = $"team-{i}" },
            values = new[] { now - 86_400, now }.Select(time => new object[] { time, _isUndefined ? "NaN" : i.ToString(CultureInfo.InvariantCulture) }),
        });
        return JsonSerializer.Serialize(new { status = "success", data = new { resultType = "matrix", result = series } });
    }

    private static string Health(int decoded, int lag) => JsonSerializer.Serialize(new { status = "healthy", faults = Array.Empty<string>(), lag, events = new { decoded, unknown = 0, undecodable = 0 } });
}
