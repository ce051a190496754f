using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Events;
using ShitOps.Storage;

namespace ShitOps.Pipeline;

/// <summary>A record that is no event of the contract.</summary>
/// <param name="Record">As it came.</param>
/// <param name="Error">Why it is none.</param>
public sealed record DeadLetter(KafkaRecord Record, DecodeError Error)
{
    public long Offset => Record.Offset;
}

/// <summary>
/// The container <c>dead-letters</c>: JSON lines in blobs <c>stream/topic/partition/first-last.jsonl</c> by the offsets they hold. The same
/// record may stand in two blobs if a crash made its batch come again with another cut; (stream, topic, partition, offset) names it.
/// </summary>
public sealed class DeadLetters(StorageAccount account)
{
    private readonly BlobContainerClient _container = account.Blobs.GetBlobContainerClient("dead-letters");
    private bool _exists;

    /// <summary>Stores letters of one partition durably; the same ones again leave one copy.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="letters">At least one, in the order of offsets.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task PutAsync(KafkaStream stream, string topic, int partition, IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        await EnsureExistsAsync(cancellationToken);
        var name = $"{stream.Name}/{topic}/{partition:D5}/{letters[0].Offset:D20}-{letters[^1].Offset:D20}.jsonl";
        using var lines = new MemoryStream();
        foreach (var letter in letters)
        {
            Write(lines, stream, letter);
            lines.WriteByte((byte)'\n');
        }

        lines.Position = 0;
        await _container.GetBlobClient(name).UploadAsync(
            lines, new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/jsonl" } }, cancellationToken);
    }

    /// <summary>Deletes the letters stored before <paramref name="before"/>.</summary>
    /// <returns>How many blobs went.</returns>
    public async Task<int> DeleteAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await EnsureExistsAsync(cancellationToken);
        var deleted = 0;
        await foreach (var blob in _container.GetBlobsAsync(cancellationToken: cancellationToken))
        {
            if (blob.Properties.LastModified >= before) continue;
            await _container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
            deleted++;
        }

        return deleted;
    }

    private async Task EnsureExistsAsync(CancellationToken cancellationToken)
    {
        if (_exists) return;
        await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        _exists = true;
    }

    private static void Write(Stream output, KafkaStream stream, DeadLetter letter)
    {
        var record = letter.Record;
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("stream", stream.Name);
        json.WriteString("topic", record.Topic);
        json.WriteNumber("partition", record.Partition);
        json.WriteNumber("offset", record.Offset);
        json.WriteString("timestamp", record.Timestamp.DateTimeOffset);
        json.WriteString("reason", letter.Error.Reason.ToString());
        json.WriteString("error", letter.Error.ToString());
        if (record.Key is not null) json.WriteBase64String("key", record.Key);
        if (record.Value is not null) json.WriteBase64String("value", record.Value);
        json.WriteStartArray("headers");
        foreach (var header in record.Headers ?? [])
        {
            json.WriteStartObject();
            json.WriteString("key", header.Key);
            json.WriteBase64String("value", header.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
