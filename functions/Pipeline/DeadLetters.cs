using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
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
/// The container <c>dead-letters</c>: JSON lines in blobs of about 16 MiB at most, <c>stream/topic/partition/first-last.jsonl</c> by the offsets they hold. The
/// same record stands in two blobs as a rule, since what aggregates and what archives each put it aside, in batches of different cuts, and in
/// more if a crash made its batch come again with another cut; (stream, topic, partition, offset) names it.
/// </summary>
public sealed class DeadLetters(StorageAccount account)
{
    // A batch may hold gigabytes of records that are none of ours.
    private const int LargestBlob = 16 << 20;

    private readonly BlobContainerClient _container = account.Blobs.GetBlobContainerClient("dead-letters");
    private bool _exists;

    /// <summary>Stores letters of one partition durably; the same ones again leave one copy.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="letters">In the order of offsets; none: nothing happens.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task PutAsync(KafkaStream stream, string topic, int partition, IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        if (letters.Count == 0) return;
        await EnsureExistsAsync(cancellationToken);
        using var lines = new MemoryStream();
        var first = letters[0].Offset;
        for (var i = 0; i < letters.Count; i++)
        {
            Write(lines, stream, letters[i]);
            lines.WriteByte((byte)'\n');
            if (lines.Length < LargestBlob && i < letters.Count - 1) continue;
            await UploadAsync(lines, $"{stream.Name}/{topic}/{partition:D5}/{first:D20}-{letters[i].Offset:D20}.jsonl", cancellationToken);
            lines.SetLength(0);
            if (i < letters.Count - 1) first = letters[i + 1].Offset;
        }
    }

    /// <summary>All letters that are stored, each once, by stream, topic and partition, and in each nearly by offset.</summary>
    /// <exception cref="InvalidDataException">A blob holds what is no letter; the message names it.</exception>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async IAsyncEnumerable<StoredDeadLetter> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await _container.ExistsAsync(cancellationToken)) yield break;
        HashSet<long> offsets = [];
        var folder = "";
        await foreach (var blob in _container.GetBlobsAsync(cancellationToken: cancellationToken))
        {
            if (folder != blob.Name[..(blob.Name.LastIndexOf('/') + 1)])
            {
                folder = blob.Name[..(blob.Name.LastIndexOf('/') + 1)];
                offsets.Clear();
            }

            if (await OpenAsync(blob.Name, cancellationToken) is not { } content) continue;
            using var lines = new StreamReader(content);
            for (var number = 1; await lines.ReadLineAsync(cancellationToken) is { } line; number++)
            {
                StoredDeadLetter letter;
                try
                {
                    letter = StoredDeadLetter.Of(line, blob.Properties.LastModified ?? default);
                }
                catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
                {
                    throw new InvalidDataException($"dead-letters/{blob.Name}, line {number}, is no dead letter: {fault.Message}", fault);
                }

                if (offsets.Add(letter.Offset)) yield return letter;
            }
        }
    }

    /// <summary>Reads a blob; null: it has expired since it was listed.</summary>
    private async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            // All at once: what is read bit by bit may expire in between.
            return (await _container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content.ToStream();
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            return null;
        }
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

    private async Task UploadAsync(MemoryStream lines, string name, CancellationToken cancellationToken)
    {
        lines.Position = 0;
        try
        {
            await _container.GetBlobClient(name).UploadAsync(
                lines, new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/jsonl" } }, cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            _exists = false;
            throw;
        }
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
        // As it came: a producer may state a time that no calendar has.
        json.WriteNumber("timestampMs", record.Timestamp.UnixTimestampMs);
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
