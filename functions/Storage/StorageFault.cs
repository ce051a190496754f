using Azure;
using Azure.Identity;

namespace ShitOps.Storage;

/// <summary>What the SDK throws when storage is down, cannot be reached, refuses, or lets nobody in.</summary>
public static class StorageFault
{
    /// <summary>Whether it is one of these. After its retries the SDK throws them all together, attempts among them that were given up since no answer came.</summary>
    public static bool Is(Exception fault) =>
        fault is RequestFailedException or AuthenticationFailedException || (fault is AggregateException all && all.InnerExceptions.All(one => Is(one) || one is OperationCanceledException));

    /// <summary>Whether any other request would fail as well: storage is down, too busy, does not answer or lets nobody in. A refusal of this one request is none.</summary>
    public static bool IsOutage(Exception fault) =>
        Is(fault) && fault is not RequestFailedException { Status: not (0 or 401 or 403 or 408 or 429 or >= 500) };
}
