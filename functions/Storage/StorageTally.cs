using Azure.Core;
using Azure.Core.Pipeline;

namespace ShitOps.Storage;

/// <summary>Counts what is asked of storage on behalf of one piece of work, wherever in it that happens.</summary>
public sealed class StorageTally
{
    private static readonly AsyncLocal<StorageTally?> Current = new();
    private long _requests;
    private long _bytes;

    private StorageTally()
    {
    }

    /// <summary>Requests sent, repeated ones too.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Bytes of the bodies of answers, as far as their lengths are known.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    internal static HttpPipelinePolicy Policy { get; } = new CountingPolicy();

    /// <summary>Counts from now on what the caller, and whatever it starts, asks for; until it begins another or returns.</summary>
    public static StorageTally Begin() => Current.Value = new StorageTally();

    private sealed class CountingPolicy : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (Current.Value is { } tally) Interlocked.Increment(ref tally._requests);
        }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (Current.Value is not { } tally) return;
            var length = message.Response.Headers.ContentLength ?? (message.Response.ContentStream is { CanSeek: true } body ? (int)body.Length : 0);
            Interlocked.Add(ref tally._bytes, length);
        }
    }
}
