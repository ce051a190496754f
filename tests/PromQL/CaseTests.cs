namespace ShitOps.Tests.PromQL;

/// <summary>The language guide holds: every expression in Cases answers what stands behind it.</summary>
public class CaseTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(RepositoryRoot.File("tests", "PromQL", "Cases"), "*.test").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Cases_answer_as_they_say(string file)
    {
        var failures = await CaseFile.RunAsync(RepositoryRoot.File("tests", "PromQL", "Cases", file));
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }
}
