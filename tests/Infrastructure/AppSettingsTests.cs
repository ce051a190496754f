using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ShitOps.Archive;
using ShitOps.Observability;
using ShitOps.Storage;

namespace ShitOps.Tests.Infrastructure;

/// <summary>The apps that are planned are the app that is built: its settings, its functions, its metrics, its files.</summary>
[Collection(nameof(BicepCollection))]
public sealed partial class AppSettingsTests(BicepCommand bicep)
{
    public static TheoryData<string> Sizes() => [.. BicepCommand.Sizes];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task An_app_takes_its_settings(string size)
    {
        var plan = await bicep.PlanOfSizeAsync(size);
        foreach (var app in plan.OfType("Microsoft.Web/sites"))
        {
            // What is known only when it is there, and what stands in the vault.
            var settings = plan.SettingsOf(app).ToDictionary(one => one.Key, one => one.Value switch
            {
                ['[', ..] when one.Key == "APPLICATIONINSIGHTS_CONNECTION_STRING" => $"InstrumentationKey={Guid.NewGuid()}",
                ['[', ..] when one.Key == "APPLICATIONINSIGHTS_AUTHENTICATION_STRING" => $"Authorization=AAD;ClientId={Guid.NewGuid()}",
                ['[', ..] => Guid.NewGuid().ToString(),
                _ when one.Value.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal) => "a secret of more than thirty-two characters",
                _ => one.Value,
            }, StringComparer.Ordinal);
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key.Replace("__", ":", StringComparison.Ordinal), (string?)one.Value))).Build();

            var services = new ServiceCollection();
            services.AddLogging();
            Services.Add(services, configuration);

            Assert.NotNull(Telemetry.Identity(configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]));
            await using var provider = services.BuildServiceProvider();
            var account = provider.GetRequiredService<StorageAccount>();
            Assert.Equal(settings["DataStorage__accountName"], account.Blobs.AccountName);
            var isSpread = app == plan.App("live") && settings.ContainsKey("AggregateStorage");
            Assert.Equal(isSpread ? plan.OfType("Microsoft.Storage/storageAccounts").Count() - 2 : 1, account.Aggregates.Count);
            Assert.All(account.Aggregates, one => Assert.Contains(plan.OfType("Microsoft.Storage/storageAccounts"), planned => planned.Name == one.AccountName));
        }
    }

    [Fact]
    public void Telemetry_goes_by_an_identity_or_not_at_all()
    {
        Assert.Null(Telemetry.Identity(""));
        var fault = Assert.Throws<SettingException>(() => Telemetry.Identity("ClientId=1"));
        Assert.Equal("the setting APPLICATIONINSIGHTS_AUTHENTICATION_STRING is \"ClientId=1\"; expected Authorization=AAD, with ;ClientId=… for a user-assigned identity", fault.Message);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_setting_is_one_that_the_documentation_lists(string size)
    {
        var plan = await bicep.PlanOfSizeAsync(size);
        var listed = (await File.ReadAllLinesAsync(RepositoryRoot.File("docs", "runtimes.md"))).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => ListedSetting().Matches(line.Split('|')[1])).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var name in plan.OfType("Microsoft.Web/sites").SelectMany(app => plan.SettingsOf(app).Keys))
            Assert.True(listed.Contains(name) || listed.Contains(name.Split("__")[0]) || HostSetting().IsMatch(name), $"docs/runtimes.md knows no setting {name}");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Every_function_runs_in_exactly_one_app(string size)
    {
        var plan = await bicep.PlanOfSizeAsync(size);
        foreach (var (name, _) in Functions())
        {
            var apps = plan.OfType("Microsoft.Web/sites").Where(app => plan.SettingsOf(app).GetValueOrDefault($"AzureWebJobs.{name}.Disabled") != "true").Select(app => app["tags", "azd-service-name"]).ToList();
            Assert.True(apps.Count == 1, $"{name} runs in {(apps.Count == 0 ? "no app" : string.Join(" and ", apps))}: name it in liveFunctions or archiveFunctions of main.bicep, whichever it is");
            Assert.Equal(name.Contains("Archive", StringComparison.Ordinal) || name == "KeepManifest" ? "archive" : "live", apps[0]);
        }

        var disabled = plan.OfType("Microsoft.Web/sites").SelectMany(app => plan.SettingsOf(app).Keys).Select(name => DisabledFunction().Match(name)).Where(match => match.Success).Select(match => match.Groups["function"].Value);
        Assert.All(disabled, name => Assert.Contains(name, Functions().Select(one => one.Name)));
    }

    [Fact]
    public async Task Every_timer_function_is_missed_when_it_does_not_run()
    {
        var plan = await bicep.PlanOfSizeAsync("small");
        var query = plan.OfType("Microsoft.Insights/scheduledQueryRules").Single(rule => rule.Name.StartsWith("alert-timers-", StringComparison.Ordinal)).List("properties", "criteria", "allOf").Single()["query"]!.ToString();
        var minutes = TimerOfAlert().Matches(query).ToDictionary(match => match.Groups["function"].Value, match => int.Parse(match.Groups["minutes"].Value), StringComparer.Ordinal);
        var timers = Functions().Where(one => one.Schedule is not null).ToList();
        Assert.Equal(timers.Select(one => one.Name).Order(StringComparer.Ordinal), minutes.Keys.Order(StringComparer.Ordinal));

        // Twice its interval, at least, unless that is a day.
        var from = new DateTime(2026, 1, 1);
        Assert.All(timers, one =>
        {
            var schedule = NCrontab.CrontabSchedule.Parse(one.Schedule!, new() { IncludingSeconds = true });
            var interval = schedule.GetNextOccurrence(schedule.GetNextOccurrence(from)) - schedule.GetNextOccurrence(from);
            Assert.InRange(minutes[one.Name], (interval < TimeSpan.FromDays(1) ? 2 : 1) * interval.TotalMinutes + 1, 2 * 24 * 60);
        });
    }

    [Fact]
    public async Task Alerts_ask_for_metrics_that_there_are()
    {
        HashSet<string> known = new(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => known.Add(instrument.Name) };
        listener.Start();
        foreach (var type in (Type[])[typeof(PipelineInstruments), typeof(InvocationMetrics)]) RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        var asked = (await bicep.PlanOfSizeAsync("small")).OfType("Microsoft.Insights/scheduledQueryRules").SelectMany(rule => rule.List("properties", "criteria", "allOf")).SelectMany(one => MetricName().Matches(one["query"]!.ToString())).Select(match => match.Value).ToList();
        Assert.Equal(6, asked.Count);
        Assert.All(asked, name => Assert.Contains(name, known));
    }

    [Fact]
    public async Task What_goes_to_cooler_tiers_is_what_compaction_writes()
    {
        var plan = await bicep.PlanOfSizeAsync("small");
        var prefix = plan.OfType("Microsoft.Storage/storageAccounts/managementPolicies").Single().At("properties", "policy", "rules")![0]!["definition"]!["filters"]!["prefixMatch"]![0]!.ToString();
        var folder = $"{ArchiveTable.Container}/{ArchiveTable.Root}";
        Assert.StartsWith(prefix, folder + ArchiveTable.CompactedPath(new ArchiveChain("stream", "topic", 3), Guid.Empty), StringComparison.Ordinal);
        Assert.False($"{folder}_delta_log/".StartsWith(prefix, StringComparison.Ordinal));
    }

    private static List<(string Name, string? Schedule)> Functions() => [..
        from method in typeof(Services).Assembly.GetTypes().SelectMany(type => type.GetMethods())
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        select (function.Name, method.GetParameters().Select(parameter => parameter.GetCustomAttribute<TimerTriggerAttribute>()?.Schedule).FirstOrDefault(schedule => schedule is not null))];

    [GeneratedRegex("[A-Za-z_]+")]
    private static partial Regex ListedSetting();

    [GeneratedRegex("^(?:AzureFunctionsJobHost__|AzureWebJobs\\.)")]
    private static partial Regex HostSetting();

    [GeneratedRegex(@"^AzureWebJobs\.(?<function>\w+)\.Disabled$")]
    private static partial Regex DisabledFunction();

    [GeneratedRegex("\"(?<function>\\w+)\", (?<minutes>\\d+)")]
    private static partial Regex TimerOfAlert();

    [GeneratedRegex("(?<=Name == \")[^\"]+")]
    private static partial Regex MetricName();
}
