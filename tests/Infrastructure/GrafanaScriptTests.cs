using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ShitOps.Tests.Infrastructure;

/// <summary>What infra/bicep/grafana.sh asks of the Azure command line, one in its place that writes down what it is asked.</summary>
public sealed class GrafanaScriptTests : IDisposable
{
    private const string Key = "the-key-of-grafana";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("grafana-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Datasource_and_dashboards_are_put_into_grafana(bool isThere)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the script is for a POSIX shell");
        var asked = await RunAsync(isThere);

        var kind = isThere ? "update" : "create";
        Assert.Single(asked, line => line.StartsWith($"grafana data-source {kind} ", StringComparison.Ordinal));
        Assert.Equal(isThere ? 0 : 1, asked.Count(line => line.StartsWith("functionapp keys set ", StringComparison.Ordinal)));
        Assert.Equal(isThere ? 0 : 1, asked.Count(line => line.StartsWith("grafana folder create ", StringComparison.Ordinal)));
        Assert.Single(asked, line => line.StartsWith("network private-endpoint-connection approve --id /connections/of-grafana ", StringComparison.Ordinal));
        var dashboards = Directory.GetFiles(RepositoryRoot.File("grafana", "dashboards"), "*.json").Select(path => $"@grafana/dashboards/{Path.GetFileName(path)}").Order(StringComparer.Ordinal);
        Assert.Equal(dashboards, asked.Where(line => line.StartsWith("grafana dashboard create ", StringComparison.Ordinal)).Select(line => line.Split(' ').Single(word => word.StartsWith('@'))).Order(StringComparer.Ordinal));
        Assert.All(asked, line => Assert.DoesNotContain(Key, line, StringComparison.Ordinal));

        // The same datasource as the provisioning's.
        var datasource = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "datasource.json")))!.AsObject();
        Assert.Equal(("https://app.example", Key), (datasource["url"]!.ToString(), datasource["secureJsonData"]!["httpHeaderValue1"]!.ToString()));
        var provisioned = (await File.ReadAllLinesAsync(RepositoryRoot.File("grafana", "provisioning", "datasources", "shitops.yaml"))).Select(line => line.Trim(' ', '-')).ToHashSet(StringComparer.Ordinal);
        var stated = datasource.Where(one => one.Value is JsonValue && one.Key is not "url").Concat(datasource["jsonData"]!.AsObject()).ToList();
        Assert.Equal(10, stated.Count);
        Assert.All(stated, one => Assert.Contains($"{one.Key}: {one.Value!.ToJsonString().Trim('"')}", provisioned));
    }

    private async Task<string[]> RunAsync(bool isThere)
    {
        var state = isThere ? "0" : "1";
        var az = Path.Combine(_folder.FullName, "az");
        await File.WriteAllTextAsync(az, $$"""
            #!/bin/sh
            cd {{_folder.FullName}}
            echo "$*" >>asked
            case "$*" in
              "functionapp keys list "*) [ {{state}} = 0 ] || [ -e key ] && echo {{Key}} || true ;;
              "functionapp keys set "*) touch key ;;
              "network private-endpoint-connection list "*) echo /connections/of-grafana ;;
              "grafana data-source show "* | "grafana folder show "*) exit {{state}} ;;
              "grafana data-source "*) for word; do case "$word" in @*) cp "${word#@}" datasource.json ;; esac; done ;;
            esac
            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("sh", [Path.Combine(BicepCommand.Templates, "grafana.sh")]) { RedirectStandardError = true };
        start.Environment["PATH"] = $"{_folder.FullName}:{start.Environment["PATH"]}";
        foreach (var (name, value) in new[] { ("RESOURCE_GROUP", "rg"), ("LIVE_APP", "app"), ("URL", "https://app.example"), ("GRAFANA", "amg") }) start.Environment[$"SHITOPS_{name}"] = value;
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, errors));
        return await File.ReadAllLinesAsync(Path.Combine(_folder.FullName, "asked"));
    }
}
