using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using NJsonSchema;
using ShitOps.PromQL.Ast;
using ShitOps.PromQL.Parsing;

namespace ShitOps.Tests.Grafana;

/// <summary>The dashboards that are shipped: whole, by the schema, and by the rules without which Grafana shows something else than it says.</summary>
[Collection(nameof(AppCollection))]
public sealed partial class DashboardTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly string[] OfNow = ["stat", "bargauge", "table"];
    private static readonly string[] OverTime = ["timeseries", "heatmap"];

    public static TheoryData<string> Files() => [.. Directory.GetFiles(RepositoryRoot.File("grafana/dashboards"), "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_dashboard_is_whole(string file)
    {
        var dashboard = Read(file);
        Assert.Equal($"shitops-{Path.GetFileNameWithoutExtension(file)}", dashboard.GetProperty("uid").GetString());
        Assert.NotEmpty(dashboard.GetProperty("description").GetString()!);
        Assert.Contains($"| {dashboard.GetProperty("title")} | ", File.ReadAllText(RepositoryRoot.File("docs/grafana.md")), StringComparison.Ordinal);
        var all = dashboard.GetProperty("panels").EnumerateArray().ToList();
        Assert.Distinct(all.Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.All(Panels(dashboard), panel =>
        {
            Assert.Contains(panel.GetProperty("type").GetString(), OfNow.Concat(OverTime));
            Assert.EndsWith(".", panel.GetProperty("description").GetString(), StringComparison.Ordinal);
            Assert.NotEmpty(panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString()!);
            Assert.Distinct(panel.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("refId").GetString()));
        });

        // Panels lie on a grid of 24 columns, none over another.
        var taken = new HashSet<(int, int)>();
        foreach (var panel in all)
        {
            var (x, y, w, h) = (Grid("x"), Grid("y"), Grid("w"), Grid("h"));
            Assert.InRange(x + w, 1, 24);
            for (var column = x; column < x + w; column++)
                for (var row = y; row < y + h; row++) Assert.True(taken.Add((column, row)), $"{panel.GetProperty("title")} lies over another panel");

            int Grid(string name) => panel.GetProperty("gridPos").GetProperty(name).GetInt32();
        }

        // A variable that is used is there, and a link leads to dashboards that are.
        var text = dashboard.GetRawText();
        var variables = Variables(dashboard).Select(one => one.GetProperty("name").GetString()).ToHashSet();
        Assert.All(Variable().Matches(text).Select(match => match.Groups[1].Value).Where(name => !name.StartsWith("__", StringComparison.Ordinal)), name => Assert.Contains(name, variables));
        var known = Files().Select(row => $"shitops-{Path.GetFileNameWithoutExtension(row.Data)}").ToHashSet(StringComparer.Ordinal);
        Assert.All(Link().Matches(text), match => Assert.Contains(match.Groups[1].Value, known));
        var tags = Files().SelectMany(row => Read(row.Data).GetProperty("tags").EnumerateArray()).Select(tag => tag.GetString()).ToHashSet();
        Assert.All(dashboard.GetProperty("links").EnumerateArray().SelectMany(link => link.GetProperty("tags").EnumerateArray()), tag => Assert.Contains(tag.GetString(), tags));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_dashboard_fits_the_schema(string file)
    {
        var schema = await JsonSchema.FromFileAsync(RepositoryRoot.File("tests", "Grafana", "dashboard.schema.json"));
        Assert.Empty(schema.Validate(await File.ReadAllTextAsync(RepositoryRoot.File("grafana", "dashboards", file))).Select(fault => fault.ToString()));
    }

    [Theory]
    [InlineData("command-center.json", "\"schemaVersion\": 39", "\"schemaVersion\": \"39\"")]
    [InlineData("command-center.json", "\"colorMode\": \"", "\"colourMode\": \"")]
    [InlineData("command-center.json", "\"displayMode\": \"list\"", "\"displayMode\": \"lists\"")]
    [InlineData("command-center.json", "\"refId\": \"A\"", "\"refId\": 1")]
    [InlineData("command-center.json", "\"mode\": \"absolute\"", "\"mode\": \"relative\"")]
    [InlineData("project.json", "\"yAxis\": {", "\"axis\": {")]
    [InlineData("forecast.json", "\"id\": \"merge\"", "\"id\": \"join\"")]
    [InlineData("forecast.json", "\"collapsed\": false", "\"collapsed\": \"no\"")]
    public async Task The_schema_finds_what_Grafana_would_not_take(string file, string text, string with)
    {
        var schema = await JsonSchema.FromFileAsync(RepositoryRoot.File("tests", "Grafana", "dashboard.schema.json"));
        var dashboard = await File.ReadAllTextAsync(RepositoryRoot.File("grafana", "dashboards", file));
        Assert.Contains(text, dashboard, StringComparison.Ordinal);
        Assert.NotEmpty(schema.Validate(dashboard.Replace(text, with, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Panels_ask_for_what_they_say(string file) => Assert.Empty(Faults(Read(file)));

    [Theory]
    [InlineData("project.json", "\"instant\": true", "\"instant\": false", "a value of now is asked for as a range")]
    [InlineData("project.json", """project=\"$project\" """, """project=~\"$project\" """, "$project is one value, and compared as a regular expression")]
    [InlineData("resources.json", """team=~\"$team\" """, """team=\"$team\" """, "$team may be several values, and is not compared as a regular expression")]
    [InlineData("pipeline.json", """sum(shitops_pipeline_lag_records)" """, """(sum(shitops_pipeline_lag_records) or vector(0))" """, "a zero that nobody measured")]
    [InlineData("pipeline.json", "\"instant\": true", "\"instant\": false", "a range of what is known of now only")]
    [InlineData("pipeline.json", "\"type\": \"bargauge\"", "\"type\": \"timeseries\"", "a graph of one instant")]
    [InlineData("team.json", "@ end()", "", "at each step others are among the most")]
    [InlineData("resources.json", "${datasource:queryparam}&", "", "a link forgets the datasource")]
    [InlineData("resources.json", ":percentencode}", "}", "a link does not encode ${__field.labels.project}")]
    [InlineData("forecast.json", "\"timeFrom\": \"1h\"", "\"hide\": false", "a value of now is asked for at the end of a range in the future")]
    [InlineData("forecast.json", "\"uid\": \"${datasource}\"", "\"uid\": \"shitops\"", "a datasource that is not the variable's")]
    [InlineData("team.json", "\"value\": \"shitops\"", "\"value\": \"other\"", "the datasource is not the provisioned one")]
    public void What_panels_should_not_ask_is_found(string file, string text, string with, string fault)
    {
        var dashboard = File.ReadAllText(RepositoryRoot.File("grafana/dashboards", file));
        Assert.Contains(text.TrimEnd(), dashboard, StringComparison.Ordinal);
        Assert.Contains(fault, Faults(JsonDocument.Parse(dashboard.Replace(text.TrimEnd(), with.TrimEnd(), StringComparison.Ordinal)).RootElement).Select(one => one.Split(": ", 2)[1]));
    }

    [Fact]
    public async Task The_page_asks_what_dashboards_ask()
    {
        var expressions = Files().SelectMany(row => Panels(Read(row.Data))).SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => Picked().Replace(target.GetProperty("expr").GetString()!, "$picked")).ToHashSet(StringComparer.Ordinal);
        Assert.All(await PageQueriesAsync("$picked"), query => Assert.Contains(query, expressions));
    }

    [Fact]
    public async Task The_page_is_served_with_all_that_it_refers_to()
    {
        await using var app = await FunctionAppProcess.StartAsync(azurite.ConnectionString, kafka.Brokers, await kafka.CreateTopicAsync(), Some.Name("stream"), ("Slices", $"{Some.Slices()}"));
        using var page = await app.Http.GetAsync("");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Contains("default-src 'self'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        var files = Reference().Matches(await page.Content.ReadAsStringAsync()).Select(match => match.Groups[1].Value).ToList();
        Assert.Contains("uPlot.iife.min.js", files);
        foreach (var file in files.Where(file => file != "data:,"))
        {
            using var answer = await app.Http.GetAsync(file);
            Assert.True(answer.IsSuccessStatusCode || file.StartsWith("api/", StringComparison.Ordinal), file);
        }

        using var nothing = await app.Http.GetAsync("nothing.js");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, nothing.StatusCode);
    }

    /// <summary>A dashboard.</summary>
    internal static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(RepositoryRoot.File($"grafana/dashboards/{file}"))).RootElement;

    /// <summary>The panels of a dashboard, without the headings of rows.</summary>
    internal static IEnumerable<JsonElement> Panels(JsonElement dashboard) => dashboard.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row");

    /// <summary>The variables of a dashboard.</summary>
    internal static IEnumerable<JsonElement> Variables(JsonElement dashboard) => dashboard.GetProperty("templating").GetProperty("list").EnumerateArray();

    /// <summary>Whether one value of a variable is picked, and not several or all of them.</summary>
    internal static bool IsSingle(JsonElement variable) => !variable.GetProperty("multi").GetBoolean() && !variable.GetProperty("includeAll").GetBoolean();

    /// <summary>The uid of the datasource that is provisioned.</summary>
    internal static string ProvisionedDatasource() =>
        Assert.Single(File.ReadAllLines(RepositoryRoot.File("grafana/provisioning/datasources/shitops.yaml")), line => line.Trim().StartsWith("uid: ", StringComparison.Ordinal)).Trim()["uid: ".Length..];

    /// <summary>What a dashboard asks, or links to, and should not, each after the panel's title.</summary>
    private static IEnumerable<string> Faults(JsonElement dashboard)
    {
        var variables = Variables(dashboard).ToLookup(one => one.GetProperty("type").GetString());
        if (variables["datasource"].Single().GetProperty("current").GetProperty("value").GetString() != ProvisionedDatasource()) yield return ": the datasource is not the provisioned one";
        foreach (var asking in variables["query"].Concat(dashboard.GetProperty("annotations").GetProperty("list").EnumerateArray()))
            if (!IsOfVariable(asking)) yield return ": a datasource that is not the variable's";

        var endsAhead = dashboard.GetProperty("time").GetProperty("to").GetString() != "now";
        foreach (var panel in Panels(dashboard))
        {
            var (title, type) = (panel.GetProperty("title").GetString(), panel.GetProperty("type").GetString());
            if (!IsOfVariable(panel)) yield return $"{title}: a datasource that is not the variable's";
            foreach (var target in panel.GetProperty("targets").EnumerateArray())
            {
                var expression = target.GetProperty("expr").GetString()!;
                var isInstant = target.TryGetProperty("instant", out var instant) && instant.GetBoolean() && !target.GetProperty("range").GetBoolean();
                if (!IsOfVariable(target)) yield return $"{title}: a datasource that is not the variable's";
                if (!isInstant && OfNow.Contains(type)) yield return $"{title}: a value of now is asked for as a range";
                if (isInstant && OverTime.Contains(type)) yield return $"{title}: a graph of one instant";
                if (!isInstant && NowOnly().IsMatch(expression)) yield return $"{title}: a range of what is known of now only";
                if (isInstant && endsAhead && !panel.TryGetProperty("timeFrom", out _)) yield return $"{title}: a value of now is asked for at the end of a range in the future";
                if (!isInstant && MostOf().IsMatch(expression)) yield return $"{title}: at each step others are among the most";
                if (IsFilledUp(Parser.Parse(expression.Replace("$__interval", "1d", StringComparison.Ordinal)))) yield return $"{title}: a zero that nobody measured";
                foreach (var variable in variables["query"])
                {
                    var (name, isSingle) = (variable.GetProperty("name").GetString(), IsSingle(variable));
                    if (Regex.Count(expression, $"""\${name}\b""") == Regex.Count(expression, $"""{(isSingle ? "=" : "=~")}"\${name}" """.TrimEnd())) continue;
                    yield return isSingle ? $"{title}: ${name} is one value, and compared as a regular expression" : $"{title}: ${name} may be several values, and is not compared as a regular expression";
                }
            }

            if (!panel.GetProperty("fieldConfig").GetProperty("defaults").TryGetProperty("links", out var links)) continue;
            foreach (var url in links.EnumerateArray().Select(link => link.GetProperty("url").GetString()!))
            {
                if (!url.Contains("${datasource:queryparam}", StringComparison.Ordinal)) yield return $"{title}: a link forgets the datasource";
                foreach (Match match in FieldOfLink().Matches(url))
                    if (!match.Value.EndsWith(":percentencode}", StringComparison.Ordinal)) yield return $"{title}: a link does not encode {match.Value}";
            }
        }

        static bool IsOfVariable(JsonElement asking) => asking.GetProperty("datasource") is var datasource && datasource.GetProperty("type").GetString() == "prometheus" && datasource.GetProperty("uid").GetString() == "${datasource}";
    }

    /// <summary>Whether something is shown where there is nothing.</summary>
    private static bool IsFilledUp(Expression expression) => expression switch
    {
        Parenthesized inner => IsFilledUp(inner.Inner),
        BinaryOperation { Operator: BinaryOperator.Or } either => either.Right.ToString().StartsWith("vector(", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The queries of the built-in page, with the matchers of what is picked.</summary>
    private static async Task<string[]> PageQueriesAsync(string matchers)
    {
        const string script = "require('vm').runInThisContext(require('fs').readFileSync(process.argv[1], 'utf8') + ';globalThis.all = numbers.concat(plots.flatMap(plot => plot.queries))'); console.log(JSON.stringify(all.map(one => one.query(process.argv[2]))))";
        using var node = Process.Start(new ProcessStartInfo("node", ["-e", script, RepositoryRoot.File("local/Page/panels.js"), matchers]) { RedirectStandardOutput = true })!;
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
        return JsonSerializer.Deserialize<string[]>(output)!;
    }

    [GeneratedRegex(@"\$\{?([a-z_]+)")]
    private static partial Regex Variable();

    [GeneratedRegex("/d/(shitops-[a-z-]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\$\{__(?:field|data)[^}]*\}")]
    private static partial Regex FieldOfLink();

    [GeneratedRegex(@"(?:top|bottom)k\((?!.*@ end\(\))")]
    private static partial Regex MostOf();

    [GeneratedRegex("shitops_pipeline_|shitops_task_age_seconds")]
    private static partial Regex NowOnly();

    [GeneratedRegex("""(?:team|project)=~?"\$(?:team|project)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Picked();

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Reference();
}
