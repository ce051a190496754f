using System.Text.Json;
using System.Xml.Linq;

namespace ShitOps.Tests.AzureBuild;

/// <summary>The build for the Functions host, as far as it can be checked without Microsoft's packages.</summary>
public sealed class AzureBuildTests : IDisposable
{
    private static readonly (string Id, string Version)[] Packages =
    [
        ("Microsoft.Azure.Functions.Worker", "2.52.0"),
        ("Microsoft.Azure.Functions.Worker.Sdk", "2.1.0"),
        ("Microsoft.Azure.Functions.Worker.Extensions.Http", "3.3.0"),
        ("Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore", "2.1.1"),
        ("Microsoft.Azure.Functions.Worker.Extensions.Timer", "4.3.1"),
        ("Microsoft.Azure.Functions.Worker.Extensions.Kafka", "4.3.0"),
        ("Microsoft.Azure.Functions.Worker.OpenTelemetry", "1.2.0"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("shitops-azure-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Evaluates_to_the_Functions_packages_and_nothing_local()
    {
        var project = await EvaluateAsync("-p:FunctionsRuntime=Azure");

        var references = Items(project, "PackageReference").ToHashSet();
        Assert.Superset(Packages.Select(package => package.Id).ToHashSet(), references);
        Assert.Equal("v4", project.GetProperty("Properties").GetProperty("AzureFunctionsVersion").GetString());
        Assert.Equal("Exe", project.GetProperty("Properties").GetProperty("OutputType").GetString());
        Assert.Equal("net10.0", project.GetProperty("Properties").GetProperty("TargetFramework").GetString());
        Assert.Contains("Microsoft.AspNetCore.App", Items(project, "FrameworkReference"));
        Assert.DoesNotContain(Items(project, "ProjectReference"), reference => reference.Contains("local", StringComparison.Ordinal));
        var versions = project.GetProperty("Items").GetProperty("PackageVersion").EnumerateArray()
            .ToDictionary(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("Version").GetString()!);
        Assert.All(Packages, package => Assert.Equal(package.Version, versions[package.Id]));
    }

    [Fact]
    public async Task Publishing_selects_it_and_building_selects_the_local_runtime()
    {
        var publishing = await EvaluateAsync("-p:_IsPublishing=true");
        var building = await EvaluateAsync("-p:Configuration=Debug");

        Assert.Equal("Azure", publishing.GetProperty("Properties").GetProperty("FunctionsRuntime").GetString());
        Assert.Equal("Local", building.GetProperty("Properties").GetProperty("FunctionsRuntime").GetString());
        Assert.DoesNotContain(Items(building, "PackageReference"), id => id.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publishes_from_a_feed_that_has_the_packages_and_says_which_are_missing_from_one_that_has_not()
    {
        var source = CopyOfTheSources();
        var feed = Directory.CreateDirectory(Path.Combine(_folder, "feed")).FullName;
        var output = Path.Combine(_folder, "published");
        StubFeed.WriteSources(Path.Combine(source, "NuGet.config"), feed);

        // The stand-ins must not get into the user's own package cache under Microsoft's names: they are restored into a folder of their own.
        string[] publish = ["publish", "functions", "-c", "Release", "-o", output, $"-p:RestorePackagesPath={Path.Combine(_folder, "packages")}"];
        var without = await Dotnet.RunAsync(source, publish);
        StubFeed.Write(feed, Packages);
        var with = await Dotnet.RunAsync(source, [.. publish, "-p:KafkaProtocol=Ssl"]);

        Assert.NotEqual(0, without.ExitCode);
        Assert.Contains("Microsoft.Azure.Functions.Worker", without.Output, StringComparison.Ordinal);
        Assert.True(with.ExitCode == 0, with.Output);
        Assert.Equal(File.ReadAllText(RepositoryRoot.File("host.json")), File.ReadAllText(Path.Combine(output, "host.json")));
        Assert.True(File.Exists(Path.Combine(output, "ShitOps.Functions.dll")));
        Assert.False(File.Exists(Path.Combine(output, "local.settings.json")));
        var constants = Directory.GetFiles(Path.Combine(source, "functions", "obj", "Azure"), "KafkaBuild.g.cs", SearchOption.AllDirectories).Single();
        Assert.Contains("BrokerProtocol.Ssl;", File.ReadAllText(constants), StringComparison.Ordinal);
    }

    [Fact]
    public void Central_versions_are_those_of_the_product()
    {
        var central = XDocument.Load(RepositoryRoot.File("Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(item => item.Attribute("Include")!.Value, item => item.Attribute("Version")!.Value);

        Assert.All(Packages, package => Assert.Equal(package.Version, central[package.Id]));
    }

    private static async Task<JsonElement> EvaluateAsync(string property)
    {
        var (exitCode, output) = await Dotnet.RunAsync(
            RepositoryRoot.Path, "msbuild", "functions/functions.csproj", property,
            "-getProperty:FunctionsRuntime,AzureFunctionsVersion,OutputType,TargetFramework", "-getItem:PackageReference,PackageVersion,ProjectReference,FrameworkReference");
        Assert.True(exitCode == 0, output);
        return JsonDocument.Parse(output).RootElement;
    }

    private static IEnumerable<string> Items(JsonElement project, string kind) =>
        project.GetProperty("Items").GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!);

    private string CopyOfTheSources()
    {
        var copy = Path.Combine(_folder, "source");
        string[] files = ["Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", ".editorconfig", "global.json", "host.json"];
        var inFolders = ((string[])["functions", "shared"]).SelectMany(name => Directory.EnumerateFiles(RepositoryRoot.File(name), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(RepositoryRoot.Path, path))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
        foreach (var file in files.Concat(inFolders))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, file))!);
            File.Copy(RepositoryRoot.File(file), Path.Combine(copy, file));
        }

        return copy;
    }
}
