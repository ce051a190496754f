using ShitOps.Local;
using ShitOps.Local.Azurite;

[assembly: AssemblyFixture(typeof(ShitOps.Tests.AzuriteFixture))]

namespace ShitOps.Tests;

/// <summary>One Azurite for all tests; each uses names of its own in it.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("shitops-azurite-").FullName;
    private AzuriteProcess? azurite;

    public string ConnectionString => azurite!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        var installation = await AzuriteInstallation.EnsureAsync(Console.WriteLine, CancellationToken.None);
        azurite = await AzuriteProcess.StartAsync(installation, folder, Ports.Free(3), Path.Combine(folder, "azurite.log"), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (azurite is not null) await azurite.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
