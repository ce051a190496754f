using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Groups;

/// <summary>A way of sharing out partitions that a member can take part in, with what it tells the leader for that.</summary>
internal readonly record struct JoinProtocol(string Name, ReadOnlyMemory<byte> Metadata);

/// <summary>A member as the leader is told of it.</summary>
internal readonly record struct JoinedMember(string MemberId, string? InstanceId, ReadOnlyMemory<byte> Metadata);

/// <summary>The answer to a join; <see cref="Members"/> is for the leader only.</summary>
internal sealed record JoinResult(
    ErrorCode Error,
    string MemberId,
    int Generation = -1,
    string? ProtocolType = null,
    string? ProtocolName = null,
    string Leader = "",
    bool SkipAssignment = false,
    IReadOnlyList<JoinedMember>? Members = null);

/// <summary>The answer to a sync: the member's share, in a form only the clients read.</summary>
internal sealed record SyncResult(ErrorCode Error, string? ProtocolType = null, string? ProtocolName = null, ReadOnlyMemory<byte> Assignment = default);

/// <summary>What a client says of itself when it joins.</summary>
internal sealed record JoinRequest(
    string GroupId,
    string MemberId,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    TimeSpan SessionTimeout,
    TimeSpan RebalanceTimeout,
    string ProtocolType,
    IReadOnlyList<JoinProtocol> Protocols,
    bool MemberIdRequired,
    bool KnowsSkipAssignment);

/// <summary>One member of a group. Changed only under the coordinator's lock.</summary>
internal sealed class Member(string id, JoinRequest joined)
{
    public string Id { get; } = id;

    /// <summary>The latest join of this member.</summary>
    public JoinRequest Joined { get; set; } = joined;

    public ReadOnlyMemory<byte> Assignment { get; set; }

    /// <summary>When the member is taken for dead unless it is heard of; ignored while it waits for an answer.</summary>
    public DateTimeOffset Deadline { get; set; }

    public TaskCompletionSource<JoinResult>? Joining { get; set; }

    public TaskCompletionSource<SyncResult>? Syncing { get; set; }

    public bool Waits => Joining is not null || Syncing is not null;

    public ReadOnlyMemory<byte> Metadata(string protocol) => Joined.Protocols.FirstOrDefault(each => each.Name == protocol).Metadata;

    public bool SaysTheSame(IReadOnlyList<JoinProtocol> protocols) =>
        Joined.Protocols.Count == protocols.Count
        && Joined.Protocols.Zip(protocols).All(pair =>
            pair.First.Name == pair.Second.Name && pair.First.Metadata.Span.SequenceEqual(pair.Second.Metadata.Span));

    public void Answer(JoinResult result)
    {
        Joining?.TrySetResult(result);
        Joining = null;
    }

    public void Answer(SyncResult result)
    {
        Syncing?.TrySetResult(result);
        Syncing = null;
    }
}
