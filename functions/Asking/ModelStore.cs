using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ShitOps.Storage;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Training;

namespace ShitOps.Asking;

/// <summary>Which version of the network is in use, and how it came about.</summary>
/// <param name="Version">The version, from 1.</param>
/// <param name="Parent">The version that it was refined from; 0: the one that comes with the software.</param>
/// <param name="Shipped">The hash of the one that came with the software then: with another, versions of before are not used.</param>
/// <param name="At">When it was promoted.</param>
/// <param name="Corrections">How many corrections it learnt from.</param>
/// <param name="NewestCorrection">When the newest of them was made.</param>
/// <param name="CorrectionsRight">How many of them it reads as they say.</param>
/// <param name="Scores">How well it reads the questions of the gate.</param>
public sealed record ModelVersion(
    int Version, int Parent, string Shipped, DateTimeOffset At, int Corrections, DateTimeOffset NewestCorrection, int CorrectionsRight, GateScores Scores);

/// <summary>
/// The container <c>models</c>: <c>questions-0001.safetensors</c>, … with the version as metadata beside each (<c>questions-0001.json</c>), and
/// <c>current.json</c>, which is the latest of them that was promoted; and <c>tried.json</c>, up to which correction refining was refused.
/// </summary>
public sealed class ModelStore(StorageAccount account, string container = "models")
{
    private const string Current = "current.json";
    private const string Tried = "tried.json";

    private readonly BlobContainerClient _container = account.Blobs.GetBlobContainerClient(container);

    /// <summary>The hash of the network that comes with the software.</summary>
    public static string ShippedHash { get; } = HashOf(QuestionModel.Shipped().Write());

    /// <summary>The version that was promoted last; null: none, or only ones of another release's network.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<ModelVersion?> CurrentAsync(CancellationToken cancellationToken) =>
        await ReadAsync<ModelVersion>(Current, cancellationToken) is { } version && version.Shipped == ShippedHash ? version : null;

    /// <summary>The bytes of a version.</summary>
    /// <exception cref="RequestFailedException">There is none, or storage is down or refuses.</exception>
    public async Task<byte[]> BytesAsync(int version, CancellationToken cancellationToken) =>
        (await _container.GetBlobClient($"{Name(version)}.safetensors").DownloadContentAsync(cancellationToken)).Value.Content.ToArray();

    /// <summary>Stores a version and makes it the one in use.</summary>
    /// <exception cref="RequestFailedException">It is there already, or storage is down or refuses.</exception>
    public async Task PromoteAsync(ModelVersion version, byte[] model, CancellationToken cancellationToken)
    {
        await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var isNew = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
        await _container.GetBlobClient($"{Name(version.Version)}.safetensors").UploadAsync(BinaryData.FromBytes(model), isNew, cancellationToken);
        var json = BinaryData.FromObjectAsJson(version, JsonSerializerOptions.Web);
        await _container.GetBlobClient($"{Name(version.Version)}.json").UploadAsync(json, isNew, cancellationToken);
        await _container.GetBlobClient(Current).UploadAsync(json, overwrite: true, cancellationToken);
    }

    /// <summary>When the newest correction was made of those that were tried in vain; null: none were with this release's network.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<DateTimeOffset?> TriedAsync(CancellationToken cancellationToken) =>
        await ReadAsync<TriedCorrections>(Tried, cancellationToken) is { } tried && tried.Shipped == ShippedHash ? tried.Newest : null;

    /// <summary>Notes up to which correction refining was in vain, so that it is not tried again until there is a newer one.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task NoteTriedAsync(DateTimeOffset newest, CancellationToken cancellationToken)
    {
        await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await _container.GetBlobClient(Tried).UploadAsync(BinaryData.FromObjectAsJson(new TriedCorrections(ShippedHash, newest), JsonSerializerOptions.Web), overwrite: true, cancellationToken);
    }

    /// <summary>The number of the next version: greater than that of any that is stored.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<int> NextAsync(CancellationToken cancellationToken)
    {
        if (!await _container.ExistsAsync(cancellationToken)) return 1;
        var last = 0;
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "questions-", cancellationToken))
            if (int.TryParse(blob.Name.AsSpan("questions-".Length, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) last = Math.Max(last, number);
        return last + 1;
    }

    internal static string HashOf(byte[] model) => Convert.ToHexStringLower(SHA256.HashData(model))[..16];

    private static string Name(int version) => string.Create(CultureInfo.InvariantCulture, $"questions-{version:D4}");

    private async Task<T?> ReadAsync<T>(string name, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (await _container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content.ToObjectFromJson<T>(JsonSerializerOptions.Web);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record TriedCorrections(string Shipped, DateTimeOffset Newest);
}
