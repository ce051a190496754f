using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace ShitOps.Tests;

/// <summary>What becomes of a request to storage.</summary>
internal enum Fault
{
    None,

    /// <summary>It never arrives.</summary>
    Refused,

    /// <summary>Storage answers 503 and does nothing.</summary>
    Busy,

    /// <summary>Storage answers 412 to a change and does nothing, as if another had been faster; it answers reading.</summary>
    Conflict,

    /// <summary>It is done, and its answer never comes back.</summary>
    AnswerLost,

    /// <summary>It never arrives, and nothing says so: the caller waits until it gives up.</summary>
    Hangs,

    /// <summary>As <see cref="Hangs"/>, but it was only on its way: it is done after the caller has given up.</summary>
    Late,

    /// <summary>Storage answers 403 and does nothing; the client does not try again.</summary>
    Forbidden,
}

/// <summary>Sends requests to the store, or lets happen to them what a network and a store do.</summary>
internal sealed class FaultyTransport(Func<Request, Fault> fault, Action<Request>? sent = null) : HttpPipelineTransport
{
    /// <summary>How long after the caller has given up a late request arrives: before, amid and after the next attempts, which the SDK begins after 400 ms.</summary>
    private static readonly TimeSpan[] Lateness = [TimeSpan.Zero, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(1500)];

    private readonly HttpClientTransport _inner = new();
    private readonly ConcurrentBag<Task> _late = [];

    /// <summary>How long a caller waits for an answer, in place of the half a minute that the product gives storage.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until no request is on its way any more; to be awaited before what is stored is looked at.</summary>
    public Task AllArrivedAsync() => Task.WhenAll(_late);

    public override Request CreateRequest() => _inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var what = fault(message.Request);
        if (what == Fault.Refused) throw new RequestFailedException("connection refused (test)");
        if (what is Fault.Busy or Fault.Forbidden || (what == Fault.Conflict && message.Request.Method != RequestMethod.Get))
        {
            message.Response = new Refusal(what switch { Fault.Busy => 503, Fault.Forbidden => 403, _ => 412 }) { ClientRequestId = message.Request.ClientRequestId };
            return;
        }

        if (what is Fault.Hangs or Fault.Late)
        {
            // The caller may dispose of its own once it has given up.
            var copy = what == Fault.Late ? await CopyAsync(message.Request) : null;
            await Task.Delay(Patience, message.CancellationToken);
            if (copy is not null) _late.Add(SendLateAsync(copy, Lateness[_late.Count % Lateness.Length]));
            throw new TaskCanceledException("no answer in time (test)");
        }

        await _inner.ProcessAsync(message);
        sent?.Invoke(message.Request);
        if (what == Fault.AnswerLost) throw new RequestFailedException("connection reset (test)");
    }

    private async Task<Request> CopyAsync(Request request)
    {
        var copy = _inner.CreateRequest();
        copy.Method = request.Method;
        copy.Uri.Reset(request.Uri.ToUri());
        foreach (var header in request.Headers) copy.Headers.Add(header);
        if (request.Content is null) return copy;
        using var bytes = new MemoryStream();
        await request.Content.WriteToAsync(bytes, default);
        copy.Content = RequestContent.Create(bytes.ToArray());
        return copy;
    }

    private async Task SendLateAsync(Request request, TimeSpan lateness)
    {
        await Task.Delay(lateness);
        using var message = new HttpMessage(request, new ResponseClassifier());
        await _inner.ProcessAsync(message);
    }

    private sealed class Refusal(int status) : Response
    {
        public override int Status => status;

        public override string ReasonPhrase => "Refused by the test";

        public override Stream? ContentStream { get; set; }

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose()
        {
        }

        protected override bool ContainsHeader(string name) => false;

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => [];

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => (value = null) is not null;

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values) => (values = null) is not null;
    }
}
