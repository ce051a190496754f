using ShitOps.Local;
using ShitOps.Local.Azurite;

[assembly: AssemblyFixture(typeof(ShitOps.Tests.AzuriteFixture))]

namespace ShitOps.Tests;

/// <summary>One Azurite for all tests, started when the first asks for it; each uses names of its own in it.</summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("shitops-azurite-").FullName;
    private readonly Lazy<AzuriteProcess> azurite;

    public AzuriteFixture() => azurite = new(() => StartAsync().GetAwaiter().GetResult());

    public string ConnectionString => azurite.Value.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (azurite.IsValueCreated) await azurite.Value.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<AzuriteProcess> StartAsync()
    {
        var installation = await AzuriteInstallation.EnsureAsync(Console.WriteLine, CancellationToken.None);
        return await AzuriteProcess.StartAsync(installation, folder, Ports.Free(3), Path.Combine(folder, "azurite.log"), CancellationToken.None);
    }
}
