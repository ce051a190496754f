using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>A client may say which leader it thinks it talks to (-1: it does not say).</summary>
internal static class LeaderEpochs
{
    public static ErrorCode Check(int epoch) => epoch switch
    {
        -1 or PartitionLog.LeaderEpoch => ErrorCode.None,
        > PartitionLog.LeaderEpoch => ErrorCode.UnknownLeaderEpoch,
        _ => ErrorCode.FencedLeaderEpoch,
    };
}
