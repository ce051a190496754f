using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ShitOps.Tests.Infrastructure;

/// <summary>The Bicep command line, kept running, since its start takes longer than its work. It asks for nothing on the network.</summary>
public sealed class BicepCommand : IAsyncLifetime
{
    private static readonly string Program = Path.Combine(
        typeof(BicepCommand).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "BicepFolder").Value!, OperatingSystem.IsWindows() ? "bicep.exe" : "bicep");

    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<string, Task<Plan>> _plans = new(StringComparer.Ordinal);
    private Process _server = null!;
    private int _requests;

    /// <summary>The folder of the templates.</summary>
    public static string Templates { get; } = RepositoryRoot.File("infra", "bicep");

    /// <summary>The parameter files, without their ending; main is a copy of one that azd takes.</summary>
    public static IEnumerable<string> Sizes => Directory.GetFiles(Templates, "*.bicepparam").Select(path => Path.GetFileNameWithoutExtension(path)).Where(size => size != "main").Order(StringComparer.Ordinal);

    public ValueTask InitializeAsync()
    {
        _server = Process.Start(WithSettings(new ProcessStartInfo(Program, ["jsonrpc", "--stdio"]) { RedirectStandardInput = true, RedirectStandardOutput = true }))!;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _server.Kill();
        _server.Dispose();
        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs a command of its own to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(WithSettings(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>The plan of a size as it is shipped.</summary>
    public Task<Plan> PlanOfSizeAsync(string size) => _plans.GetOrAdd(size, one => PlanAsync(Path.Combine(Templates, $"{one}.bicepparam")));

    /// <summary>What a parameter file would put into an empty subscription.</summary>
    public async Task<Plan> PlanAsync(string parameterFile)
    {
        var answer = await AskAsync("bicep/getSnapshot", new JsonObject
        {
            ["path"] = parameterFile,
            ["metadata"] = new JsonObject
            {
                ["tenantId"] = "00000000-0000-0000-0000-000000000001",
                ["subscriptionId"] = "00000000-0000-0000-0000-000000000002",
                ["resourceGroup"] = null,
                ["location"] = "westeurope",
                ["deploymentName"] = "shitops",
            },
            ["externalInputs"] = null,
        });
        return new Plan(JsonNode.Parse(answer["snapshot"]!.GetValue<string>())!.AsObject());
    }

    /// <summary>What is wrong with a parameter file or the template that it is for, each with its code.</summary>
    public async Task<IReadOnlyList<string>> FindingsOfParametersAsync(string file)
    {
        var answer = await AskAsync("bicep/compileParams", new JsonObject { ["path"] = file, ["parameterOverrides"] = new JsonObject() });
        return [.. answer["diagnostics"]!.AsArray().Select(one => $"{one!["code"]}: {one["message"]}")];
    }

    /// <summary>A file as Bicep formats it.</summary>
    public async Task<string> FormatAsync(string file) => (await AskAsync("bicep/format", new JsonObject { ["path"] = file }))["contents"]!.GetValue<string>();

    // What the parameter files read from the environment: somebody who is let in, so that all there is to be planned is.
    private static ProcessStartInfo WithSettings(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("SHITOPS_", StringComparison.Ordinal) || name.StartsWith("AZURE_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["SHITOPS_TENANT_KEY"] = "a secret of the tests, which may stand nowhere in a plan";
        start.Environment["SHITOPS_BUDGET_FROM"] = "2026-12";
        start.Environment["SHITOPS_ALERT_EMAILS"] = "operations@example.com";
        start.Environment["SHITOPS_ALLOWED_ADDRESSES"] = "203.0.113.0/24";
        start.Environment["AZURE_PRINCIPAL_ID"] = "00000000-0000-0000-0000-000000000003";
        return start;
    }

    private async Task<JsonObject> AskAsync(string method, JsonObject parameters)
    {
        await _turn.WaitAsync();
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = ++_requests, ["method"] = method, ["params"] = parameters });
            var input = _server.StandardInput.BaseStream;
            await input.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n")));
            await input.WriteAsync(body);
            await input.FlushAsync();
            var answer = JsonNode.Parse(await ReadAsync(_server.StandardOutput.BaseStream))!.AsObject();
            return answer["result"]?.AsObject() ?? throw new InvalidOperationException($"bicep answers {method} with {answer["error"]}");
        }
        finally
        {
            _turn.Release();
        }
    }

    private static async Task<byte[]> ReadAsync(Stream output)
    {
        var length = 0;
        for (var line = await LineAsync(); line.Length > 0; line = await LineAsync())
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) length = int.Parse(line["Content-Length:".Length..], CultureInfo.InvariantCulture);
        var body = new byte[length];
        await output.ReadExactlyAsync(body);
        return body;

        async Task<string> LineAsync()
        {
            var (line, one) = (new StringBuilder(), new byte[1]);
            while (true)
            {
                await output.ReadExactlyAsync(one);
                if (one[0] == '\n') return line.ToString();
                if (one[0] != '\r') line.Append((char)one[0]);
            }
        }
    }
}

[CollectionDefinition(nameof(BicepCollection))]
public sealed class BicepCollection : ICollectionFixture<BicepCommand>;
