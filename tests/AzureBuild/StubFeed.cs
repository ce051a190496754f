using System.IO.Compression;
using System.Xml.Linq;

namespace ShitOps.Tests.AzureBuild;

/// <summary>
/// A package feed with stand-ins for the Functions packages: the first holds the local worker's assembly, whose public types have the
/// same names, and the others hold nothing. It shows that the Azure build restores, compiles and publishes from central versions
/// and linked files; what Microsoft's own packages do is not shown.
/// </summary>
internal static class StubFeed
{
    /// <summary>Writes the packages into <paramref name="folder"/>.</summary>
    public static void Write(string folder, IEnumerable<(string Id, string Version)> packages)
    {
        Directory.CreateDirectory(folder);
        foreach (var (id, version) in packages)
        {
            using var zip = ZipFile.Open(Path.Combine(folder, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
            var isWorker = id == "Microsoft.Azure.Functions.Worker";
            using (var nuspec = zip.CreateEntry($"{id}.nuspec").Open()) Nuspec(id, version).Save(nuspec);
            if (isWorker) zip.CreateEntryFromFile(Path.Combine(AppContext.BaseDirectory, "ShitOps.Local.Worker.dll"), "lib/net10.0/ShitOps.Local.Worker.dll");
            else zip.CreateEntry("lib/net10.0/_._");
        }
    }

    /// <summary>
    /// Writes a NuGet.config by which the Functions packages come from the feed and no other place, whatever the user's own feeds have, and all
    /// others from the package cache, where the build of the tests has put them.
    /// </summary>
    public static void WriteSources(string config, string feed)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        new XElement(
            "configuration",
            new XElement("packageSources", new XElement("clear"), Source("stand-ins", feed), Source("cache", cache)),
            new XElement("packageSourceMapping", new XElement("clear"), Mapping("stand-ins", "Microsoft.Azure.Functions.*"), Mapping("cache", "*"))).Save(config);

        static XElement Source(string name, string folder) => new("add", new XAttribute("key", name), new XAttribute("value", folder));

        static XElement Mapping(string source, string pattern) => new("packageSource", new XAttribute("key", source), new XElement("package", new XAttribute("pattern", pattern)));
    }

    private static XDocument Nuspec(string id, string version)
    {
        XNamespace ns = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";
        return new XDocument(new XElement(
            ns + "package",
            new XElement(
                ns + "metadata",
                new XElement(ns + "id", id),
                new XElement(ns + "version", version),
                new XElement(ns + "authors", "tests"),
                new XElement(ns + "description", "A stand-in for tests."))));
    }
}
