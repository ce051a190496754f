using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>
/// Reads batches from any number of partitions; waits until there are enough bytes or the client's time is up. Fetch sessions are
/// declined, as the protocol allows: every request names all its partitions.
/// </summary>
internal static class Fetch
{
    public static readonly Api Api = new(ApiKey.Fetch, 4, 16, FlexibleFrom: 12, Handle);

    /// <summary>A client that asks to wait longer is answered sooner, with nothing.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    private static async ValueTask Handle(Request request, ResponseWriter response)
    {
        var (body, version) = (request.Body, request.Version);
        if (version <= 14) body.Int32(); // replica: a consumer's is -1
        var wait = TimeSpan.FromMilliseconds(Math.Max(0, body.Int32()));
        var minBytes = body.Int32();
        var maxBytes = Math.Clamp(body.Int32(), 0, request.Node.Options.MaxFetchBytes);
        body.Int8(); // isolation level: without transactions everything is committed
        var session = version >= 7 ? body.Int32() : 0;
        if (version >= 7) body.Int32(); // the session's epoch
        var asked = new HashSet<PartitionLog>();
        var topics = body.Array(3, each => ReadTopic(each, version, request.Node, asked));

        var error = session == 0 ? ErrorCode.None : ErrorCode.FetchSessionIdNotFound;
        if (error != ErrorCode.None) topics.Clear();
        await Find(topics, wait < MaxWait ? wait : MaxWait, Math.Min(minBytes, maxBytes), maxBytes, request.Stopping);

        response.ThrottleTime();
        if (version >= 7)
        {
            response.Error(error);
            response.Int32(0); // no session
        }
        response.Array(topics, (_, topic) => WriteTopic(topic, version, response));
        response.Tags();
    }

    private static FetchedTopic ReadTopic(RequestReader body, short version, Node node, HashSet<PartitionLog> asked)
    {
        var name = version <= 12 ? body.String() : "";
        var id = version >= 13 ? body.Uuid() : Guid.Empty;
        var topic = version >= 13 ? node.Topics.Find(id) : node.Topics.Find(name);
        var unknown = version >= 13 && topic is null ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
        var partitions = body.Array(16, each => ReadPartition(each, version, topic, unknown, asked));
        body.Tags();
        return new FetchedTopic(name, id, partitions);
    }

    private static FetchedPartition ReadPartition(RequestReader body, short version, Topic? topic, ErrorCode unknown, HashSet<PartitionLog> asked)
    {
        var index = body.Int32();
        var leaderEpoch = version >= 9 ? body.Int32() : -1;
        var offset = body.Int64();
        if (version >= 12) body.Int32(); // the epoch last fetched: there is only one
        if (version >= 5) body.Int64(); // a follower's log start
        var maxBytes = body.Int32();
        body.Tags();
        var log = topic?.Partition(index);
        // Named once more, a partition would be read and waited for once more.
        var refusal = log is null ? unknown : !asked.Add(log) ? ErrorCode.InvalidRequest : LeaderEpochs.Check(leaderEpoch);
        return new FetchedPartition(index, log, offset, Math.Max(0, maxBytes), refusal);
    }

    private static async Task Find(List<FetchedTopic> topics, TimeSpan wait, int minBytes, int maxBytes, CancellationToken stopping)
    {
        var partitions = topics.SelectMany(topic => topic.Partitions).ToList();
        if (IsEnough() || wait == TimeSpan.Zero) return;
        using var timeout = new CancellationTokenSource(wait);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        while (!either.IsCancellationRequested)
        {
            var waiter = new AppendWaiter();
            using var cancelled = either.Token.UnsafeRegister(static each => ((AppendWaiter)each!).Wake(), waiter);
            foreach (var partition in partitions) partition.Log?.Wait(waiter);
            try
            {
                // Looked at again now that an append can no longer go unnoticed.
                if (IsEnough()) return;
                await waiter.Woken;
            }
            finally
            {
                foreach (var partition in partitions) partition.Log?.StopWaiting(waiter);
            }
            if (IsEnough()) return;
        }

        bool IsEnough()
        {
            var (left, found, answerable) = (maxBytes, 0, partitions.Count == 0);
            foreach (var partition in partitions)
            {
                // The first batch there is goes out whatever its size: a limit must not keep a consumer from ever getting past it.
                partition.Find(Math.Min(left, partition.MaxBytes), atLeastOne: found == 0);
                found += partition.Result.Records.Length;
                left = Math.Max(0, left - partition.Result.Records.Length);
                // What its limit keeps back no waiting brings.
                answerable |= partition.Result.Error != ErrorCode.None || partition.Result.IsCut;
            }
            return answerable || found >= minBytes || left == 0;
        }
    }

    private static void WriteTopic(FetchedTopic topic, short version, ResponseWriter response)
    {
        if (version <= 12) response.String(topic.Name);
        else response.Uuid(topic.Id);
        response.Array(topic.Partitions, (_, partition) => WritePartition(partition, version, response));
        response.Tags();
    }

    private static void WritePartition(FetchedPartition partition, short version, ResponseWriter response)
    {
        var result = partition.Result;
        response.Int32(partition.Index);
        response.Error(result.Error);
        response.Int64(result.HighWatermark);
        response.Int64(result.HighWatermark); // the last stable offset: without transactions the same
        if (version >= 5) response.Int64(result.LogStartOffset);
        response.ArrayLength(0); // aborted transactions
        if (version >= 11) response.Int32(-1); // no better replica to read from
        result.Records.CopyTo(response.Records(result.Records.Length));
        response.Tags();
    }

    private sealed record FetchedTopic(string Name, Guid Id, List<FetchedPartition> Partitions);

    private sealed class FetchedPartition(int index, PartitionLog? log, long offset, int maxBytes, ErrorCode refusal)
    {
        public int Index => index;

        public PartitionLog? Log => log;

        public int MaxBytes => maxBytes;

        public FetchResult Result { get; private set; } = new(refusal, -1, -1, default);

        public void Find(int limit, bool atLeastOne)
        {
            if (refusal == ErrorCode.None) Result = log!.Find(offset, limit, atLeastOne);
        }
    }
}
