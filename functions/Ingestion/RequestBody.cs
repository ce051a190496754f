using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace ShitOps.Ingestion;

/// <summary>Reads a request's body up to a limit.</summary>
internal static class RequestBody
{
    /// <summary>The body, or the problem: too large, or encoded in a way that is not read here.</summary>
    public static async Task<(ReadOnlyMemory<byte> Body, IntakeProblem? Problem)> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return (default, new IntakeProblem("Unsupported encoding", StatusCodes.Status415UnsupportedMediaType, $"Content-Encoding {encoding} is not read: send the body as it is."));
        if (request.ContentLength > limit) return (default, TooLarge(limit));

        // Grows with what comes, not with what the client says will come.
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        while (true)
        {
            var read = await request.Body.ReadAsync(body.GetMemory(4096), cancellationToken);
            if (read == 0) return (body.WrittenMemory, null);
            body.Advance(read);
            if (body.WrittenCount > limit) return (default, TooLarge(limit));
        }
    }

    private static IntakeProblem TooLarge(int limit) =>
        new("Request too large", StatusCodes.Status413PayloadTooLarge, $"The body has more than {limit:N0} bytes; none of its events was taken: send them in smaller requests.");
}
