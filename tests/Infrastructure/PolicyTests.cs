namespace ShitOps.Tests.Infrastructure;

/// <summary>Every size keeps every policy, and every policy finds what it is there to find: templates with just that flaw.</summary>
[Collection(nameof(BicepCollection))]
public sealed class PolicyTests(BicepCommand bicep)
{
    public static TheoryData<string> Sizes() => [.. BicepCommand.Sizes];

    public static TheoryData<string, string> Rounds() => [.. Flaw.All.Select(flaw => (flaw.Policy, flaw.Size)).Distinct()];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_size_keeps_every_policy(string size)
    {
        var plan = await bicep.PlanOfSizeAsync(size);
        Assert.Empty(Policies.All.SelectMany(policy => policy.Value(plan).Select(finding => $"{policy.Key}: {finding}")));
    }

    [Theory]
    [MemberData(nameof(Rounds))]
    public async Task A_policy_finds_each_flaw(string policy, string size)
    {
        var flaws = Flaw.All.Where(flaw => (flaw.Policy, flaw.Size) == (policy, size)).ToList();
        using var templates = new BrokenTemplates(flaws.Select(flaw => (flaw.File, flaw.Text, flaw.Instead)));
        // What the linter would find too, a policy has to find by itself.
        File.Delete(templates.PathOf("bicepconfig.json"));
        var findings = Policies.All[policy](await bicep.PlanAsync(templates.PathOf($"{size}.bicepparam"))).ToList();
        var expected = flaws.SelectMany(flaw => flaw.Findings).ToList();
        Assert.All(expected, text => Assert.Contains(findings, finding => finding.Contains(text, StringComparison.Ordinal)));
        Assert.All(findings, finding => Assert.Contains(expected, text => finding.Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_policy_has_flaws() => Assert.Equal(Policies.All.Keys.Order(StringComparer.Ordinal), Flaw.All.Select(flaw => flaw.Policy).Distinct().Order(StringComparer.Ordinal));
}
