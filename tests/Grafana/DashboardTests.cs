using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using NJsonSchema;
using ShitOps.Aggregation;
using ShitOps.Datasource;
using ShitOps.Events;
using ShitOps.Forecasting;
using ShitOps.Local.Simulator;
using ShitOps.PromQL.Parsing;
using ShitOps.Storage;

namespace ShitOps.Tests.Grafana;

/// <summary>The dashboards and alert rules that are shipped: whole, of one datasource, and every expression has an answer on a living organisation.</summary>
[Collection(nameof(AppCollection))]
public sealed partial class DashboardTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly string[] CorePanels = ["stat", "timeseries", "bargauge"];

    public static TheoryData<string> Files() => [.. Directory.GetFiles(RepositoryRoot.File("grafana/dashboards"), "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_dashboard_is_whole(string file)
    {
        var dashboard = Read(file);
        Assert.Equal($"shitops-{Path.GetFileNameWithoutExtension(file)}", dashboard.GetProperty("uid").GetString());
        Assert.NotEmpty(dashboard.GetProperty("description").GetString()!);
        var panels = dashboard.GetProperty("panels").EnumerateArray().ToList();
        Assert.Distinct(panels.Select(panel => panel.GetProperty("id").GetInt32()));
        var taken = new HashSet<(int, int)>();
        Assert.All(panels, panel =>
        {
            Assert.Contains(panel.GetProperty("type").GetString(), CorePanels);
            Assert.EndsWith(".", panel.GetProperty("description").GetString(), StringComparison.Ordinal);
            Assert.NotEmpty(panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString()!);
            Assert.All(panel.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("datasource")).Append(panel.GetProperty("datasource")), IsOurs);
            Assert.Distinct(panel.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("refId").GetString()));

            // Panels lie on a grid of 24 columns, none over another.
            var (x, y, w, h) = (Grid("x"), Grid("y"), Grid("w"), Grid("h"));
            Assert.InRange(x + w, 1, 24);
            for (var column = x; column < x + w; column++)
                for (var row = y; row < y + h; row++) Assert.True(taken.Add((column, row)), $"{panel.GetProperty("title")} lies over another panel");

            int Grid(string name) => panel.GetProperty("gridPos").GetProperty(name).GetInt32();
        });

        // A variable that is used is there, and a link leads to a dashboard that is.
        var text = dashboard.GetRawText();
        var variables = dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Select(one => one.GetProperty("name").GetString()).ToHashSet();
        Assert.All(Variable().Matches(text).Select(match => match.Groups[1].Value).Where(name => !name.StartsWith("__", StringComparison.Ordinal)), name => Assert.Contains(name, variables));
        var known = Files().Select(row => $"shitops-{Path.GetFileNameWithoutExtension(row.Data)}").ToHashSet(StringComparer.Ordinal);
        Assert.All(Link().Matches(text), match => Assert.Contains(match.Groups[1].Value, known));

        static void IsOurs(JsonElement datasource) => Assert.Equal(("prometheus", "${datasource}"), (datasource.GetProperty("type").GetString(), datasource.GetProperty("uid").GetString()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_dashboard_fits_the_schema(string file)
    {
        var schema = await JsonSchema.FromFileAsync(RepositoryRoot.File("tests", "Grafana", "dashboard.schema.json"));
        Assert.Empty(schema.Validate(await File.ReadAllTextAsync(RepositoryRoot.File("grafana", "dashboards", file))).Select(fault => fault.ToString()));
    }

    [Theory]
    [InlineData("\"schemaVersion\": 39", "\"schemaVersion\": \"39\"")]
    [InlineData("\"colorMode\": \"", "\"colourMode\": \"")]
    [InlineData("\"displayMode\": \"list\"", "\"displayMode\": \"lists\"")]
    [InlineData("\"refId\": \"A\"", "\"refId\": 1")]
    [InlineData("\"mode\": \"absolute\"", "\"mode\": \"relative\"")]
    public async Task The_schema_finds_what_Grafana_would_not_take(string text, string with)
    {
        var schema = await JsonSchema.FromFileAsync(RepositoryRoot.File("tests", "Grafana", "dashboard.schema.json"));
        var dashboard = await File.ReadAllTextAsync(RepositoryRoot.File("grafana", "dashboards", "command-center.json"));
        Assert.Contains(text, dashboard, StringComparison.Ordinal);
        Assert.NotEmpty(schema.Validate(dashboard.Replace(text, with, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_expression_has_an_answer_on_a_living_organisation()
    {
        await using var app = await StartAsync();

        // Some with odds of their due days, and some with people on them today, as if all of them were picked: hardly any has both.
        var project = string.Join('|', (await ValuesAsync("label/project/values?match[]=shitops_forecast_on_time_probability")).Take(TaskAgeSeries.MostProjects / 2)
            .Union((await ValuesAsync("label/project/values?match[]=shitops_resource_allocation_hours")).Take(TaskAgeSeries.MostProjects / 2)));
        List<string> silent = [];
        foreach (var row in Files())
        {
            var dashboard = Read(row.Data);
            foreach (var variable in dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Where(one => one.GetProperty("type").GetString() == "query"))
            {
                var (selector, label) = LabelValues().Match(Filled(variable.GetProperty("definition").GetString()!)).Groups is var groups ? (groups[1].Value, groups[2].Value) : default;
                Assert.NotEmpty(await ValuesAsync($"label/{label}/values?match[]={Uri.EscapeDataString(selector)}"));
            }

            foreach (var panel in dashboard.GetProperty("panels").EnumerateArray())
                foreach (var target in panel.GetProperty("targets").EnumerateArray())
                    if (!await HasAnswerAsync(Filled(target.GetProperty("expr").GetString()!))) silent.Add($"{row.Data}, {panel.GetProperty("title")}: {target.GetProperty("expr")}");
        }

        var alerts = File.ReadAllText(RepositoryRoot.File("grafana/provisioning/alerting/shitops.yaml"));
        foreach (var expression in Alert().Matches(alerts).Select(match => match.Groups[1].Value))
            if (!await HasAnswerAsync(expression)) silent.Add($"alert: {expression}");
        foreach (var expression in await PageQueriesAsync())
            if (!await HasAnswerAsync(expression)) silent.Add($"page: {expression}");
        Assert.Empty(silent);
        Assert.All(DatasourceUid().Matches(alerts).Select(match => match.Groups[1].Value), uid => Assert.True(uid is "shitops" or "__expr__"));

        async Task<string[]> ValuesAsync(string address) =>
            [.. JsonDocument.Parse(await app.Http.GetStringAsync($"api/v1/{address}")).RootElement.GetProperty("data").EnumerateArray().Select(value => value.GetString()!)];

        async Task<bool> HasAnswerAsync(string expression)
        {
            Parser.Parse(expression);
            using var content = new FormUrlEncodedContent([KeyValuePair.Create("query", expression)]);
            using var answer = await app.Http.PostAsync("api/v1/query", content);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, $"{expression}: {body}");
            return JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("result").GetArrayLength() > 0;
        }

        string Filled(string expression) => expression.Replace("$team", ".*", StringComparison.Ordinal).Replace("$project", project, StringComparison.Ordinal);
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

    /// <summary>The queries of the built-in page, for all teams and projects.</summary>
    private static async Task<string[]> PageQueriesAsync()
    {
        const string script = "require('vm').runInThisContext(require('fs').readFileSync(process.argv[1], 'utf8') + ';globalThis.all = numbers.concat(plots.flatMap(plot => plot.queries))'); console.log(JSON.stringify(all.map(one => one.query('project!=\"\"'))))";
        using var node = Process.Start(new ProcessStartInfo("node", ["-e", script, RepositoryRoot.File("local/Page/panels.js")]) { RedirectStandardOutput = true })!;
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
        return JsonSerializer.Deserialize<string[]>(output)!;
    }

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(RepositoryRoot.File($"grafana/dashboards/{file}"))).RootElement;

    /// <summary>An app that has aggregated what a few teams did in the last three months: with eight weeks of its own a project has odds.</summary>
    private async Task<FunctionAppProcess> StartAsync()
    {
        var topic = await kafka.CreateTopicAsync();
        var slices = Some.Slices();
        var app = await FunctionAppProcess.StartAsync(azurite.ConnectionString, kafka.Brokers, topic, Some.Name("stream"), ("Slices", $"{slices}"), ("AzureWebJobs.ForecastProjects.Disabled", "true"));
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build();
        var now = TimeProvider.System.GetUtcNow();
        var organisation = new Organisation(1, 4, now.AddDays(-90));
        var sent = 0;
        for (var next = organisation.Next(); next.At < now; next = organisation.Next(), sent++)
            producer.Produce(topic, new Message<string, byte[]> { Key = next.Event.Project, Value = EventEncoder.Encode(next.Event) });
        producer.Flush(TimeSpan.FromMinutes(1));
        await app.HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0 && health.GetProperty("events").GetProperty("decoded").GetInt32() == sent && health.TryGetProperty("archive", out _));

        // Rather than by the app's timer, which might forecast half of it.
        var account = StorageAccount.FromSettings(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build());
        await new ProjectForecaster(new LiveAggregates(account, slices, TimeProvider.System), new ForecastTable(account), new ForecastRetention(null), TimeProvider.System, NullLogger<ProjectForecaster>.Instance).RunAsync(default);
        return app;
    }

    [GeneratedRegex(@"\$\{?([a-z_]+)")]
    private static partial Regex Variable();

    [GeneratedRegex("/d/(shitops-[a-z-]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"label_values\((.*), ([a-z]+)\)")]
    private static partial Regex LabelValues();

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex(@"expr: (.+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"datasourceUid: (\S+)")]
    private static partial Regex DatasourceUid();
}
