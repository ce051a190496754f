using System.Diagnostics;
using System.Text.Json;

namespace ShitOps.Tests.Delivery;

/// <summary><c>infra/smoke-test.sh</c> against a running function app that asks for keys.</summary>
[Collection(nameof(BrokerCollection))]
public sealed class SmokeTestTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    [Fact]
    public async Task Passes_with_a_key_and_fails_without_or_where_nothing_answers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "it is a script for bash and curl");
        await using var app = await FunctionAppProcess.StartAsync(azurite.ConnectionString, kafka.Brokers, await kafka.CreateTopicAsync(), Some.Name("stream"), ("FUNCTIONS_REQUIRE_KEYS", "true"));
        var keys = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Path.GetTempPath(), $"shitops-functions-{app.Port}.keys.json")));
        var url = $"http://127.0.0.1:{app.Port}/";

        var (exitCode, output) = await RunAsync(url, keys.RootElement.GetProperty("hostKeys").GetProperty("default").GetString()!);
        Assert.True(exitCode == 0, output);
        Assert.Equal(["ok /api/health", "ok /api/scale", "ok /api/v1/query?query=1%2B1", "ok /api/rows/projects?limit=1", "ok /api/openapi.json"], output.TrimEnd().Split('\n'));

        (exitCode, output) = await RunAsync(url, "wrong");
        Assert.Equal(1, exitCode);
        Assert.Contains("FAILED /api/rows/projects?limit=1: 401", output, StringComparison.Ordinal);

        app.Kill();
        (exitCode, output) = await RunAsync(url, "wrong");
        Assert.Equal((1, true), (exitCode, output.StartsWith("FAILED /api/health: 000", StringComparison.Ordinal)));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string url, string key)
    {
        var start = new ProcessStartInfo("bash", [RepositoryRoot.File("infra", "smoke-test.sh"), url]) { RedirectStandardOutput = true };
        start.Environment["SHITOPS_KEY"] = key;
        start.Environment["WAIT"] = "5";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
