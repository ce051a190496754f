using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.AspNetCore.Http;

namespace ShitOps.Bench.Ingest;

/// <summary>Sends what the storage clients send, records every request to tables, and counts those to blobs.</summary>
/// <param name="recording">Takes the requests to tables.</param>
/// <param name="tablePort">Which requests these are.</param>
internal sealed class RecordingTransport(TableRecording recording, int tablePort) : HttpPipelineTransport
{
    private readonly HttpClientTransport _inner = new();
    private long _blobWrites;

    /// <summary>How many requests to blobs so far change something.</summary>
    public long BlobWrites => Interlocked.Read(ref _blobWrites);

    public override Request CreateRequest() => _inner.CreateRequest();

    public override void Process(HttpMessage message) => ProcessAsync(message).AsTask().GetAwaiter().GetResult();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var request = message.Request;
        if (request.Uri.Port != tablePort)
        {
            if (!HttpMethods.IsGet(request.Method.Method) && !HttpMethods.IsHead(request.Method.Method)) Interlocked.Increment(ref _blobWrites);
            await _inner.ProcessAsync(message);
            return;
        }

        using var body = new MemoryStream();
        if (request.Content is { } content)
        {
            await content.WriteToAsync(body, message.CancellationToken);
            // What was written once need not be written out of its parts again.
            request.Content = RequestContent.Create(body.GetBuffer().AsMemory(0, (int)body.Length));
        }

        var recorded = recording.Begin(request, body.GetBuffer().AsSpan(0, (int)body.Length));
        try
        {
            await _inner.ProcessAsync(message);
            recorded.Status = message.Response.Status;
        }
        finally
        {
            recording.End();
        }
    }
}
