namespace ShitOps.Tests.Infrastructure;

/// <summary>What each size puts into Azure stands in infra/bicep/plans, to be read and reviewed: nothing changes there unseen.</summary>
[Collection(nameof(BicepCollection))]
public sealed class PlanTests(BicepCommand bicep)
{
    public static TheoryData<string> Sizes() => [.. BicepCommand.Sizes];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_plan_is_the_reviewed_one(string size)
    {
        var plan = (await bicep.PlanOfSizeAsync(size)).ToString();
        var reviewed = Path.Combine(BicepCommand.Templates, "plans", $"{size}.txt");
        if (Environment.GetEnvironmentVariable("ACCEPT_PLANS") == "1") await File.WriteAllTextAsync(reviewed, plan);
        Assert.True(plan == await File.ReadAllTextAsync(reviewed), $"{size} plans something else than infra/bicep/plans/{size}.txt: run this test with ACCEPT_PLANS=1 and review what changes there");
    }
}
