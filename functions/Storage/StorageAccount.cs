using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;

namespace ShitOps.Storage;

/// <summary>
/// The account that holds tables and blobs, from the same settings as the Functions host: <c>AzureWebJobsStorage</c> with a connection
/// string, or without keys <c>AzureWebJobsStorage__accountName</c> (or <c>__blobServiceUri</c> and <c>__tableServiceUri</c>), where
/// <c>AzureWebJobsStorage__clientId</c> picks a user-assigned identity.
/// </summary>
public sealed class StorageAccount
{
    private StorageAccount(TableServiceClient tables, BlobServiceClient blobs) => (Tables, Blobs) = (tables, blobs);

    public TableServiceClient Tables { get; }

    public BlobServiceClient Blobs { get; }

    /// <summary>A table of the account.</summary>
    public AccountTable Table(string name) => new(Tables.GetTableClient(name));

    /// <summary>Reads the settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="transport">What sends the requests; null: the SDK's own.</param>
    /// <exception cref="SettingException">None of them is there.</exception>
    public static StorageAccount FromSettings(IConfiguration settings, HttpPipelineTransport? transport = null)
    {
        var (tableOptions, blobOptions) = (WithRetries(new TableClientOptions(), transport), WithRetries(new BlobClientOptions(), transport));
        if (settings["AzureWebJobsStorage"] is { Length: > 0 } connectionString)
            return new(new TableServiceClient(connectionString, tableOptions), new BlobServiceClient(connectionString, blobOptions));

        var section = settings.GetSection("AzureWebJobsStorage");
        var account = section["accountName"];
        var tables = section["tableServiceUri"] ?? (account is null ? null : $"https://{account}.table.core.windows.net");
        var blobs = section["blobServiceUri"] ?? (account is null ? null : $"https://{account}.blob.core.windows.net");
        if (tables is null || blobs is null)
            throw new SettingException("the setting AzureWebJobsStorage is missing: a connection string, or AzureWebJobsStorage__accountName for access by identity");

        TokenCredential credential = section["clientId"] is { Length: > 0 } clientId
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
            : new DefaultAzureCredential();
        return new(new TableServiceClient(new Uri(tables), credential, tableOptions), new BlobServiceClient(new Uri(blobs), credential, blobOptions));
    }

    // Storage that is away for seconds is waited for here; beyond that the trigger delivers the batch again.
    private static T WithRetries<T>(T options, HttpPipelineTransport? transport)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 5;
        options.Retry.Delay = TimeSpan.FromMilliseconds(400);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(10);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        options.AddPolicy(StorageTally.Policy, HttpPipelinePosition.PerRetry);
        if (transport is not null) options.Transport = transport;
        return options;
    }
}
