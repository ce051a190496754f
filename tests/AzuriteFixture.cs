using ShitOps.Local;
using ShitOps.Local.Azurite;

[assembly: AssemblyFixture(typeof(ShitOps.Tests.AzuriteFixture))]

namespace ShitOps.Tests;

/// <summary>One Azurite for all tests, started when the first asks for it; each uses names of its own in it.</summary>
public class AzuriteFixture : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shitops-azurite-").FullName;
    private readonly Lazy<AzuriteProcess> _azurite;

    public AzuriteFixture() => _azurite = new(() => StartAsync().GetAwaiter().GetResult());

    public string ConnectionString => _azurite.Value.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_azurite.IsValueCreated) await _azurite.Value.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<AzuriteProcess> StartAsync()
    {
        var installation = await AzuriteInstallation.EnsureAsync(Console.WriteLine, CancellationToken.None);
        return await AzuriteProcess.StartAsync(installation, _folder, Ports.Free(3), Path.Combine(_folder, "azurite.log"), CancellationToken.None);
    }
}
