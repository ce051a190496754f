using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ShitOps.Tests.Grafana;

/// <summary>What a Grafana gets that asks a living organisation: of dashboards, of alert rules, and of everything else that it sends to a Prometheus datasource.</summary>
[Collection(nameof(AppCollection))]
public sealed partial class AnswerTests(LivingOrganisation organisation) : IClassFixture<LivingOrganisation>
{
    private const int PointsOfAPanel = 800;

    private static readonly Dictionary<string, string> Nothing = [];

    [Theory]
    [MemberData(nameof(DashboardTests.Files), MemberType = typeof(DashboardTests))]
    public async Task Every_target_has_an_answer(string file)
    {
        var dashboard = DashboardTests.Read(file);
        var picks = await PicksAsync(dashboard);
        List<string> silent = [];
        foreach (var panel in DashboardTests.Panels(dashboard))
            foreach (var target in panel.GetProperty("targets").EnumerateArray())
            {
                // A difference to nothing is something; what is asked here is whether there is anything to take the difference of.
                var expression = target.GetProperty("expr").GetString()!.Replace(" or vector(0)", "", StringComparison.Ordinal);
                JsonElement[] found = [];
                foreach (var pick in picks)
                {
                    found = await ResultAsync(PanelRequest.Of(dashboard, panel, target, Filled(expression, pick), TimeProvider.System.GetUtcNow(), PointsOfAPanel));
                    if (found.Length > 0) break;
                }

                // The pipeline tells what queries cost as a mean over the last minute, so a while after the first of them.
                for (var tries = 0; found.Length == 0 && expression.Contains("_query_expected_", StringComparison.Ordinal) && tries < 90; tries++)
                {
                    await Task.Delay(1000);
                    found = await ResultAsync(PanelRequest.Of(dashboard, panel, target, Filled(expression, picks[0]), TimeProvider.System.GetUtcNow(), PointsOfAPanel));
                }

                if (found.Length == 0) silent.Add($"{panel.GetProperty("title")}: {expression}");

                // Links and legends refer to labels that there are; of what holds work up one of three says which it is.
                var named = LabelOfLink().Matches(panel.GetProperty("fieldConfig").GetRawText()).Concat(LabelOfLegend().Matches(target.GetProperty("legendFormat").GetString()!)).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
                if (!expression.Contains("shitops_bottleneck_score", StringComparison.Ordinal))
                    Assert.All(found, one => Assert.All(named, label => Assert.True(one.GetProperty("metric").TryGetProperty(label, out _), $"{panel.GetProperty("title")}: {label}")));
            }

        Assert.Empty(silent);
    }

    [Fact]
    public async Task Annotations_tell_where_forecasts_moved()
    {
        foreach (var file in (string[])["forecast.json", "project.json"])
        {
            var dashboard = DashboardTests.Read(file);
            var moves = 0;
            foreach (var annotation in dashboard.GetProperty("annotations").GetProperty("list").EnumerateArray())
                foreach (var pick in await PicksAsync(dashboard))
                {
                    Assert.Equal(annotation.GetProperty("expr").GetString(), annotation.GetProperty("target").GetProperty("expr").GetString());
                    Assert.Equal(annotation.GetProperty("step").GetString(), annotation.GetProperty("target").GetProperty("interval").GetString());
                    var found = await ResultAsync(PanelRequest.OfAnnotation(dashboard, annotation, Filled(annotation.GetProperty("expr").GetString()!, pick), TimeProvider.System.GetUtcNow()));

                    // The values are times, in milliseconds: those of cutoffs.
                    var times = found.SelectMany(one => one.GetProperty("values").EnumerateArray()).Select(Number).ToHashSet();
                    Assert.All(times, time => Assert.Equal(0, time % TimeSpan.FromHours(6).TotalMilliseconds));
                    moves += times.Count;
                    Assert.All(found, one => Assert.True(one.GetProperty("metric").TryGetProperty("cause", out _)));
                }

            Assert.InRange(moves, 1, 1000);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_of_all_kinds_are_found_by_the_variables(bool isToggled)
    {
        // Without the toggle a name with quotation marks is not found, or no expression at all: Grafana puts it there as it is.
        var projects = isToggled ? (string[])[LivingOrganisation.Stuck, LivingOrganisation.Quoted] : [LivingOrganisation.Stuck];
        foreach (var project in projects)
        {
            Assert.Equal([project], await ProjectsAsync($"shitops_tasks_blocked{{project=\"{VariableText.Single(project, isToggled)}\"}}"));
            Assert.Equal([project], await ProjectsAsync($"shitops_tasks_blocked{{project=~\"{VariableText.Several([project], isToggled)}\"}}"));
            string[] both = [LivingOrganisation.Young, project];
            Assert.Equal(both.ToHashSet(), await ProjectsAsync($"shitops_tasks_blocked{{project=~\"{VariableText.Several(both, isToggled)}\"}}"));
        }
    }

    [Fact]
    public async Task Alert_rules_fire_for_what_they_say()
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var projects = (await organisation.Http.GetFromJsonAsync<JsonElement[]>("api/rows/projects?limit=1000"))!.ToDictionary(row => row.GetProperty("project").GetString()!);
        var running = projects.Where(one => one.Value.GetProperty("category").GetString() is not ("done" or "cancelled")).Select(one => one.Key).ToHashSet(StringComparer.Ordinal);
        var due = projects.Where(one => one.Value.GetProperty("due").ValueKind == JsonValueKind.String).ToDictionary(one => one.Key, one => DateOnly.Parse(one.Value.GetProperty("due").GetString()!, CultureInfo.InvariantCulture));
        var late = (await organisation.Http.GetFromJsonAsync<JsonElement[]>("api/rows/forecasts?limit=1000"))!
            .Where(row => row.GetProperty("onTimeProbability") is { ValueKind: JsonValueKind.Number } odds && odds.GetDouble() < 0.5).Select(row => row.GetProperty("project").GetString()!);

        var pastDue = await FiringAsync("shitops-past-due");
        Assert.Contains(LivingOrganisation.Stuck, pastDue);
        Assert.Equal(running.Where(project => due.TryGetValue(project, out var day) && day < today).ToHashSet(), pastDue);
        var likelyLate = await FiringAsync("shitops-late-risk");
        Assert.Contains(LivingOrganisation.Late, likelyLate);
        Assert.Equal(late.Where(project => running.Contains(project) && due.TryGetValue(project, out var day) && day >= today).ToHashSet(), likelyLate);
        Assert.Empty(await FiringAsync("shitops-pipeline-behind"));

        // By every hour of the three days, and the one before them.
        var now = TimeProvider.System.GetUtcNow();
        var blocked = await ResultAsync(new PanelRequest("query_range", new Dictionary<string, string> { ["query"] = "shitops_tasks_blocked", ["start"] = PanelRequest.Seconds(now.AddDays(-3)), ["end"] = PanelRequest.Seconds(now), ["step"] = "3600" }));
        var always = blocked.Where(one => one.GetProperty("values").GetArrayLength() == 73 && one.GetProperty("values").EnumerateArray().All(value => Number(value) > 0)).Select(one => one.GetProperty("metric").GetProperty("project").GetString()!).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(new HashSet<string> { LivingOrganisation.Stuck, LivingOrganisation.Over }, always);
        var firing = await FiringAsync("shitops-blocked");
        Assert.Equal(always.Where(running.Contains).ToHashSet(), firing);
        Assert.DoesNotContain(LivingOrganisation.Young, firing);

        async Task<HashSet<string>> FiringAsync(string uid)
        {
            var rule = AlertFile.Rules().Single(one => one.Uid == uid);
            var found = await ResultAsync(new PanelRequest("query", new Dictionary<string, string> { ["query"] = rule.Query.Model.Expr!, ["time"] = PanelRequest.Seconds(TimeProvider.System.GetUtcNow()) }));
            Assert.NotEmpty(found);
            var named = LabelOfAnnotation().Matches(string.Concat(rule.Annotations.Values)).Select(match => match.Groups[1].Value);
            Assert.All(named, label => Assert.All(found, one => Assert.True(one.GetProperty("metric").TryGetProperty(label, out _))));
            return [.. found.Where(one => rule.FiresAt(Number(one.GetProperty("value")))).Select(one => one.GetProperty("metric").TryGetProperty("project", out var project) ? project.GetString()! : "")];
        }
    }

    public static TheoryData<string> Requests() => [.. Fixture()["requests"]!.AsArray().Select(request => request!["what"]!.ToString())];

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_of_Grafana_is_answered(string what)
    {
        var request = Fixture()["requests"]!.AsArray().Single(one => one!["what"]!.ToString() == what)!.AsObject();
        var now = TimeProvider.System.GetUtcNow();
        var hour = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % (6 * TimeSpan.TicksPerHour)), TimeSpan.Zero);
        var form = (request["form"]?.AsObject() ?? []).Select(one => KeyValuePair.Create(one.Key, one.Value!.ToString() switch
        {
            "{now}" => PanelRequest.Seconds(now),
            "{from}" => PanelRequest.Seconds(hour.AddDays(-60)),
            "{to}" => PanelRequest.Seconds(hour),
            "{ahead}" => PanelRequest.Seconds(hour.AddDays(90)),
            var text => text,
        })).ToList();

        // With an address of the datasource that ends with /api, and with one that does not.
        foreach (var root in (string[])["api/v1/", "api/api/v1/"])
            foreach (var method in request["method"]!.ToString() == "POST" ? (HttpMethod[])[HttpMethod.Post, HttpMethod.Get] : [HttpMethod.Get])
            {
                var query = string.Join('&', form.Select(one => $"{WebUtility.UrlEncode(one.Key)}={WebUtility.UrlEncode(one.Value)}"));
                using var message = new HttpRequestMessage(method, $"{root}{request["path"]}{(method == HttpMethod.Get && form.Count > 0 ? "?" : "")}{(method == HttpMethod.Get ? query : "")}");
                if (method == HttpMethod.Post) message.Content = new FormUrlEncodedContent(form);
                foreach (var (name, value) in Fixture()["headers"]!.AsObject().Concat(request["headers"]?.AsObject() ?? [])) message.Headers.TryAddWithoutValidation(name, value!.ToString());
                using var answer = await organisation.Http.SendAsync(message);
                var body = await answer.Content.ReadAsStringAsync();
                Assert.True((int)answer.StatusCode == (request["status"]?.GetValue<int>() ?? 200), $"{message.Method} {message.RequestUri}: {answer.StatusCode}, {body}");
                Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
                if (request["answer"] is { } exactly) Assert.Equal(exactly.ToString(), body);
                else AssertShape(request["type"]!.ToString(), JsonDocument.Parse(body).RootElement, request["empty"] is not null);
            }
    }

    /// <summary>That an answer has the shape that Grafana reads, and something in it.</summary>
    private static void AssertShape(string type, JsonElement answer, bool isEmpty)
    {
        if (type == "bad_data")
        {
            Assert.Equal(("error", type), (answer.GetProperty("status").GetString(), answer.GetProperty("errorType").GetString()));
            Assert.NotEmpty(answer.GetProperty("error").GetString()!);
            return;
        }

        Assert.Equal("success", answer.GetProperty("status").GetString());
        var data = answer.GetProperty("data");
        switch (type)
        {
            case "object":
                Assert.NotEmpty(data.GetProperty("version").GetString()!);
                break;
            case "texts":
                Assert.NotEmpty(data.EnumerateArray());
                Assert.All(data.EnumerateArray(), one => Assert.Equal(JsonValueKind.String, one.ValueKind));
                break;
            case "series":
                Assert.NotEmpty(data.EnumerateArray());
                Assert.All(data.EnumerateArray(), one => Assert.All(one.EnumerateObject(), label => Assert.Equal(JsonValueKind.String, label.Value.ValueKind)));
                Assert.All(data.EnumerateArray(), one => Assert.True(one.TryGetProperty("__name__", out _)));
                break;
            case "metadata":
                Assert.NotEmpty(data.EnumerateObject());
                Assert.All(data.EnumerateObject(), metric => Assert.All((string[])["type", "help", "unit"], name => Assert.Equal(JsonValueKind.String, metric.Value[0].GetProperty(name).ValueKind)));
                break;
            default:
                Assert.Equal(type, data.GetProperty("resultType").GetString());
                var result = data.GetProperty("result").EnumerateArray().ToList();
                Assert.Equal(isEmpty, result.Count == 0);
                Assert.All(result, one =>
                {
                    Assert.Equal(JsonValueKind.Object, one.GetProperty("metric").ValueKind);
                    IEnumerable<JsonElement> points = type == "matrix" ? one.GetProperty("values").EnumerateArray() : [one.GetProperty("value")];
                    Assert.All(points, point => Assert.Equal((JsonValueKind.Number, JsonValueKind.String, 2), (point[0].ValueKind, point[1].ValueKind, point.GetArrayLength())));
                });
                break;
        }
    }

    /// <summary>What may be picked on a dashboard: all of what several may be picked of, and one after the other of the rest.</summary>
    private async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> PicksAsync(JsonElement dashboard)
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> picks = [Nothing];
        foreach (var variable in DashboardTests.Variables(dashboard).Where(one => one.GetProperty("type").GetString() == "query"))
        {
            var name = variable.GetProperty("name").GetString()!;
            var (selector, label) = LabelValues().Match(variable.GetProperty("definition").GetString()!).Groups is var groups ? (groups[1].Value, groups[2].Value) : default;
            HashSet<string> values = [];
            foreach (var pick in picks) values.UnionWith(await ValuesAsync(label, Filled(selector, pick)));

            // Grafana makes no expression of a name with quotation marks.
            values.RemoveWhere(value => value.Contains('"', StringComparison.Ordinal));
            Assert.NotEmpty(values);
            picks = DashboardTests.IsSingle(variable)
                ? [.. picks.SelectMany(pick => values.Select(value => With(pick, VariableText.Single(value))))]
                : [.. picks.Select(pick => With(pick, variable.GetProperty("allValue").GetString()!))];

            Dictionary<string, string> With(IReadOnlyDictionary<string, string> pick, string text) => new(pick) { [name] = text };
        }

        return picks;
    }

    private static string Filled(string expression, IReadOnlyDictionary<string, string> pick) => Variable().Replace(expression, match => pick.GetValueOrDefault(match.Groups[1].Value, match.Value));

    private async Task<IEnumerable<string>> ValuesAsync(string label, string selector) =>
        JsonDocument.Parse(await organisation.Http.GetStringAsync($"api/v1/label/{label}/values?match[]={Uri.EscapeDataString(selector)}")).RootElement.GetProperty("data").EnumerateArray().Select(value => value.GetString()!);

    private async Task<HashSet<string>> ProjectsAsync(string selector) =>
        [.. (await ResultAsync(new PanelRequest("query", new Dictionary<string, string> { ["query"] = selector }))).Select(one => one.GetProperty("metric").GetProperty("project").GetString()!)];

    private async Task<JsonElement[]> ResultAsync(PanelRequest request)
    {
        using var content = new FormUrlEncodedContent(request.Form);
        using var answer = await organisation.Http.PostAsync($"api/v1/{request.Path}", content);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{request.Form["query"]}: {body}");
        return [.. JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("result").EnumerateArray()];
    }

    private static double Number(JsonElement point) => double.Parse(point[1].GetString()!, CultureInfo.InvariantCulture);

    private static JsonObject Fixture() => JsonNode.Parse(File.ReadAllText(RepositoryRoot.File("tests", "Grafana", "requests.json")))!.AsObject();

    [GeneratedRegex(@"\$([a-z]+)\b")]
    private static partial Regex Variable();

    [GeneratedRegex(@"label_values\((.*), ([a-z]+)\)")]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"\{__field\.labels\.([a-z]+)")]
    private static partial Regex LabelOfLink();

    [GeneratedRegex(@"\{\{([a-z]+)\}\}")]
    private static partial Regex LabelOfLegend();

    [GeneratedRegex(@"\$labels\.([a-z]+)")]
    private static partial Regex LabelOfAnnotation();
}
