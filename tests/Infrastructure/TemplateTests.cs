using System.Text.Json;

namespace ShitOps.Tests.Infrastructure;

/// <summary>The templates are built, linted and formatted, and the parameter files fit them. A warning is an error, since Bicep only warns of most wrong types.</summary>
[Collection(nameof(BicepCollection))]
public sealed class TemplateTests(BicepCommand bicep)
{
    public static TheoryData<string> Files() => [.. Directory.GetFiles(BicepCommand.Templates, "*.bicep*", SearchOption.AllDirectories)
        .Where(path => !path.EndsWith(".json", StringComparison.Ordinal)).Select(path => Path.GetRelativePath(BicepCommand.Templates, path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Sizes() => [.. BicepCommand.Sizes];

    [Fact]
    public async Task The_templates_have_no_findings() => Assert.Empty(await FindingsAsync(Path.Combine(BicepCommand.Templates, "main.bicep")));

    [Fact]
    public async Task Wrong_types_and_broken_rules_are_found()
    {
        using var copy = new BrokenTemplates(
            ("modules/vault.bicep", "enablePurgeProtection: true", "enablePurgeProtection: 'yes'"),
            ("modules/eventHubs.bicep", "sku: { name: tier, tier: tier, capacity: capacity }", "sku: { tier: tier, capacity: capacity }"),
            ("modules/grafana.bicep", "grafana@2024-10-01", "grafana@2019-01-01"),
            ("modules/telemetry.bicep", "param workspaceName string", "param workspaceName string\nparam nobody string = ''"),
            ("main.bicep", "output SHITOPS_LIVE_APP string = names.live", "output SHITOPS_LIVE_APP string = tenantKey"));
        var findings = await FindingsAsync(copy.PathOf("main.bicep"));
        Assert.All(["BCP036", "BCP035", "BCP081", "no-unused-params", "outputs-should-not-contain-secrets"], rule => Assert.Contains(findings, finding => finding.StartsWith($"{rule}:", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_is_formatted(string file)
    {
        var path = Path.Combine(BicepCommand.Templates, file);
        Assert.Equal(await bicep.FormatAsync(path), await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task What_is_not_formatted_is_found()
    {
        using var copy = new BrokenTemplates(("modules/vault.bicep", "  name: name\n", " name:   name\n"));
        Assert.NotEqual(await File.ReadAllTextAsync(copy.PathOf("modules/vault.bicep")), await bicep.FormatAsync(copy.PathOf("modules/vault.bicep")));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Parameters_fit_the_template(string size) => Assert.Empty(await bicep.FindingsOfParametersAsync(Path.Combine(BicepCommand.Templates, $"{size}.bicepparam")));

    [Theory]
    [InlineData("param slices = 8", "", "BCP258")]
    [InlineData("param slices = 8", "param slices = 0", "BCP328")]
    [InlineData("kind: 'eventHubs'", "kind: 'rabbit'", "BCP036")]
    [InlineData("param redundancy = 'Standard_LRS'", "param redundancy = 'Premium_LRS'", "BCP033")]
    public async Task Parameters_that_do_not_fit_are_found(string text, string flaw, string code)
    {
        using var copy = new BrokenTemplates(("small.bicepparam", text, flaw));
        Assert.Contains(await bicep.FindingsOfParametersAsync(copy.PathOf("small.bicepparam")), finding => finding.StartsWith($"{code}:", StringComparison.Ordinal));
    }

    /// <summary>What build and linter find, each with its rule. Warnings leave the exit code at 0, so it is read from the SARIF.</summary>
    private static async Task<List<string>> FindingsAsync(string template)
    {
        var (_, output, _) = await BicepCommand.RunAsync("lint", template, "--diagnostics-format", "sarif");
        return [.. JsonDocument.Parse(output).RootElement.GetProperty("runs").EnumerateArray().SelectMany(run => run.GetProperty("results").EnumerateArray())
            .Select(result => $"{result.GetProperty("ruleId")}: {result.GetProperty("message").GetProperty("text")}")];
    }
}
