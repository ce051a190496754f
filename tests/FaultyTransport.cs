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
}

/// <summary>Sends requests to the store, or lets happen to them what a network and a store do.</summary>
internal sealed class FaultyTransport(Func<Request, Fault> fault, Action<Request>? sent = null) : HttpPipelineTransport
{
    private readonly HttpClientTransport _inner = new();

    public override Request CreateRequest() => _inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var what = fault(message.Request);
        if (what == Fault.Refused) throw new RequestFailedException("connection refused (test)");
        if (what == Fault.Busy || (what == Fault.Conflict && message.Request.Method != RequestMethod.Get))
        {
            message.Response = new Refusal(what == Fault.Busy ? 503 : 412) { ClientRequestId = message.Request.ClientRequestId };
            return;
        }

        await _inner.ProcessAsync(message);
        sent?.Invoke(message.Request);
        if (what == Fault.AnswerLost) throw new RequestFailedException("connection reset (test)");
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
