using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using ShitOps.Observability;

namespace ShitOps.Storage;

/// <summary>
/// The account that holds tables and blobs, and those that the aggregates are in. Its settings are the Functions host's, <c>AzureWebJobsStorage</c>
/// with a connection string, or without keys <c>AzureWebJobsStorage__accountName</c> (or <c>__blobServiceUri</c> and <c>__tableServiceUri</c>), where
/// <c>AzureWebJobsStorage__clientId</c> picks a user-assigned identity; or <c>DataStorage</c> with the same, so that the host's blobs are elsewhere.
/// <c>AggregateStorage</c> names the accounts of the aggregates, separated by commas: names, for access by that identity, or connection strings.
/// </summary>
public sealed class StorageAccount
{
    private StorageAccount(TableServiceClient tables, BlobServiceClient blobs, IReadOnlyList<TableServiceClient> aggregates) =>
        (Tables, Blobs, Aggregates) = (tables, blobs, aggregates.Count == 0 ? [tables] : aggregates);

    public TableServiceClient Tables { get; }

    public BlobServiceClient Blobs { get; }

    /// <summary>The accounts that share the slices of the aggregates among them, at least one; later ones are only ever added at the end.</summary>
    public IReadOnlyList<TableServiceClient> Aggregates { get; }

    /// <summary>A table of the account.</summary>
    public AccountTable Table(string name) => new(Tables.GetTableClient(name));

    /// <summary>Reads the settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="transport">What sends the requests; null: the SDK's own.</param>
    /// <exception cref="SettingException">None of them is there.</exception>
    public static StorageAccount FromSettings(IConfiguration settings, HttpPipelineTransport? transport = null)
    {
        var (tableOptions, blobOptions) = (WithRetries(new TableClientOptions(), transport), WithRetries(new BlobClientOptions(), transport));
        var name = IsNamed(settings, "DataStorage") ? "DataStorage" : "AzureWebJobsStorage";
        var section = settings.GetSection(name);
        TokenCredential credential = section["clientId"] is { Length: > 0 } clientId
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
            : new DefaultAzureCredential();
        var aggregates = (settings["AggregateStorage"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(one => one.Contains('=') ? new TableServiceClient(one, tableOptions) : new TableServiceClient(TablesOf(one), credential, tableOptions)).ToArray();
        if (settings[name] is { Length: > 0 } connectionString)
        {
            try
            {
                return new(new TableServiceClient(connectionString, tableOptions), new BlobServiceClient(connectionString, blobOptions), aggregates);
            }
            catch (Exception fault) when (fault is FormatException or InvalidOperationException or ArgumentException)
            {
                // Not the fault's own message, which quotes what may be a key.
                throw new SettingException($"the setting {name} is no connection string of a storage account");
            }
        }

        var account = section["accountName"];
        var tables = section["tableServiceUri"] is { } stated ? new Uri(stated) : account is null ? null : TablesOf(account);
        var blobs = section["blobServiceUri"] ?? (account is null ? null : $"https://{account}.blob.core.windows.net");
        if (tables is null || blobs is null)
            throw new SettingException($"the setting {name} is missing: a connection string, or {name}__accountName for access by identity");
        return new(new TableServiceClient(tables, credential, tableOptions), new BlobServiceClient(new Uri(blobs), credential, blobOptions), aggregates);

        static Uri TablesOf(string account) => new($"https://{account}.table.core.windows.net");
    }

    /// <summary>Whether the settings name an account.</summary>
    public static bool IsNamed(IConfiguration settings) => IsNamed(settings, "DataStorage") || IsNamed(settings, "AzureWebJobsStorage");

    private static bool IsNamed(IConfiguration settings, string name) => settings[name] is { Length: > 0 } || settings.GetSection(name).GetChildren().Any();

    // Storage that is away for seconds is waited for here; beyond that the trigger delivers the batch again.
    private static T WithRetries<T>(T options, HttpPipelineTransport? transport)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 5;
        options.Retry.Delay = TimeSpan.FromMilliseconds(400);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(10);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        options.AddPolicy(StorageTally.Policy, HttpPipelinePosition.PerRetry);
        options.AddPolicy(new StorageSpans(), HttpPipelinePosition.PerRetry);
        if (transport is not null) options.Transport = transport;
        return options;
    }
}
