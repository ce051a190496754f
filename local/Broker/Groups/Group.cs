using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Groups;

/// <summary>The states of a group, by Kafka's names.</summary>
internal enum GroupState
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

/// <summary>
/// The state machine of one group (the classic protocol): members join, the coordinator waits for all of them, the leader shares
/// out the partitions, every member syncs to learn its share, and any change starts this over. Changed only under the coordinator's
/// lock; time is an argument.
/// </summary>
internal sealed class Group(string id, TimeSpan initialRebalanceDelay)
{
    /// <summary>The client chose the name: with the rest of the id it must stay within what a string of the protocol can be.</summary>
    private const int MaxNameInMemberId = 255;

    /// <summary>Members, and clients about to be: as many as connections by default.</summary>
    private const int MaxSize = 1_000;

    /// <summary>Clients offer two or three.</summary>
    private const int MaxProtocols = 64;

    /// <summary>In the order they joined.</summary>
    private readonly List<Member> _members = [];

    /// <summary>Ids given to clients that have yet to join with them, and until when they may.</summary>
    private readonly Dictionary<string, DateTimeOffset> _pending = new(StringComparer.Ordinal);

    private Member? _leader;
    private DateTimeOffset _joinsFrom;
    private DateTimeOffset _joinsUntil;

    public string Id => id;

    public GroupState State { get; private set; } = GroupState.Empty;

    /// <summary>Begins again once the group was empty: no member of an earlier generation is known by then.</summary>
    public int Generation { get; private set; }

    public string ProtocolType { get; private set; } = "";

    public string Protocol { get; private set; } = "";

    public IReadOnlyList<Member> Members => _members;

    public bool IsIdle => _members.Count == 0 && _pending.Count == 0;

    /// <summary>When <see cref="Elapse"/> has something to do.</summary>
    public DateTimeOffset NextDeadline
    {
        get
        {
            var sessions = _members.Where(member => !member.Waits).Select(member => member.Deadline);
            var next = _pending.Values.Concat(sessions).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
            if (State != GroupState.PreparingRebalance) return next;
            if (_joinsUntil < next) next = _joinsUntil;
            return EveryoneJoined && _joinsFrom < next ? _joinsFrom : next;
        }
    }

    private bool EveryoneJoined => _pending.Count == 0 && _members.TrueForAll(member => member.Joining is not null);

    public Task<JoinResult> Join(JoinRequest request, DateTimeOffset now)
    {
        if (!Fits(request)) return Refuse(ErrorCode.InconsistentGroupProtocol);
        if (FindInstance(request.InstanceId) is { } instance)
        {
            if (request.MemberId.Length == 0) return Replace(instance, request, now);
            if (instance.Id != request.MemberId) return Refuse(ErrorCode.FencedInstanceId);
        }
        if (request.MemberId.Length == 0)
        {
            if (_members.Count + _pending.Count >= MaxSize) return Refuse(ErrorCode.GroupMaxSizeReached);
            var memberId = NewMemberId(request);
            if (request.InstanceId is not null || !request.MemberIdRequired) return Add(memberId, request, now);
            // The client must join again with this id, so that a join whose answer is lost leaves no member behind.
            _pending[memberId] = now + request.SessionTimeout;
            return Task.FromResult(new JoinResult(ErrorCode.MemberIdRequired, memberId));
        }
        if (_pending.Remove(request.MemberId)) return Add(request.MemberId, request, now);
        if (Find(request.MemberId) is not { } known) return Refuse(ErrorCode.UnknownMemberId);

        var unchanged = known.SaysTheSame(request.Protocols);
        // Only a lost answer, or a follower with nothing new: the leader joins again when it saw reason to share out anew.
        if (unchanged && (State == GroupState.CompletingRebalance || (State == GroupState.Stable && known != _leader)))
        {
            known.Deadline = now + known.Joined.SessionTimeout;
            return Task.FromResult(Joined(known));
        }
        known.Joined = request;
        return Await(known, now);

        Task<JoinResult> Refuse(ErrorCode error) => Task.FromResult(new JoinResult(error, request.MemberId));
    }

    /// <summary><paramref name="assignments"/> is the leader's sharing out; the others send none.</summary>
    public Task<SyncResult> Sync(
        string memberId,
        string? instanceId,
        int generationId,
        string? protocolType,
        string? protocolName,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> assignments,
        DateTimeOffset now)
    {
        var error = Check(memberId, instanceId, generationId, now);
        if (error == ErrorCode.None && State == GroupState.PreparingRebalance) error = ErrorCode.RebalanceInProgress;
        var sameProtocol = (protocolType ?? ProtocolType) == ProtocolType && (protocolName ?? Protocol) == Protocol;
        if (error == ErrorCode.None && !sameProtocol) error = ErrorCode.InconsistentGroupProtocol;
        if (error != ErrorCode.None) return Task.FromResult(new SyncResult(error));
        var member = Find(memberId)!;
        if (State == GroupState.Stable) return Task.FromResult(Synced(member));

        member.Answer(new SyncResult(ErrorCode.RebalanceInProgress));
        member.Syncing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = member.Syncing.Task;
        if (member == _leader)
        {
            State = GroupState.Stable;
            foreach (var each in _members)
            {
                each.Assignment = assignments.GetValueOrDefault(each.Id);
                each.Deadline = now + each.Joined.SessionTimeout;
                each.Answer(Synced(each));
            }
        }
        return answer;
    }

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generationId, DateTimeOffset now)
    {
        var error = Check(memberId, instanceId, generationId, now);
        return error == ErrorCode.None && State == GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : error;
    }

    /// <summary>A member may leave by its id, or by its instance id alone when an operator removes it.</summary>
    public ErrorCode Leave(string memberId, string? instanceId, DateTimeOffset now)
    {
        if (_pending.Remove(memberId))
        {
            Elapse(now);
            return ErrorCode.None;
        }
        var member = instanceId is null ? Find(memberId) : FindInstance(instanceId);
        if (member is null) return ErrorCode.UnknownMemberId;
        if (memberId.Length > 0 && member.Id != memberId) return ErrorCode.FencedInstanceId;
        Remove(member, now);
        Elapse(now);
        return ErrorCode.None;
    }

    /// <summary>Whether a commit comes from a member of this generation, or from outside while there are no members.</summary>
    public ErrorCode CheckCommit(string memberId, string? instanceId, int generationId, DateTimeOffset now)
    {
        if (generationId < 0 && memberId.Length == 0 && instanceId is null && _members.Count == 0) return ErrorCode.None;
        var error = Check(memberId, instanceId, generationId, now);
        // While the leader shares out, nobody knows whose partition it is.
        return error == ErrorCode.None && State == GroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : error;
    }

    /// <summary>Does what time alone brings: members not heard of go, a rebalance that has waited long enough ends.</summary>
    public void Elapse(DateTimeOffset now)
    {
        foreach (var (memberId, until) in _pending)
            if (until <= now) _pending.Remove(memberId);
        foreach (var member in _members.Where(member => !member.Waits && member.Deadline <= now).ToList()) Remove(member, now);
        if (State == GroupState.PreparingRebalance && ((EveryoneJoined && now >= _joinsFrom) || now >= _joinsUntil)) CompleteJoin(now);
    }

    private static string NewMemberId(JoinRequest request)
    {
        var name = request.InstanceId ?? request.ClientId;
        return $"{(name.Length > MaxNameInMemberId ? name[..MaxNameInMemberId] : name)}-{Guid.NewGuid()}";
    }

    private Member? Find(string memberId) => _members.Find(member => member.Id == memberId);

    private Member? FindInstance(string? instanceId) => instanceId is null ? null : _members.Find(member => member.Joined.InstanceId == instanceId);

    /// <summary>Whether the group would have a protocol in common, with this in place of what the member said before.</summary>
    private bool Fits(JoinRequest request)
    {
        if (request.Protocols.Count is 0 or > MaxProtocols || request.ProtocolType.Length == 0) return false;
        var former = FindInstance(request.InstanceId) ?? Find(request.MemberId);
        var others = _members.FindAll(member => member != former);
        return others.Count == 0
            || (request.ProtocolType == ProtocolType && Names(request).Any(InCommon(others).Contains));
    }

    private ErrorCode Check(string memberId, string? instanceId, int generationId, DateTimeOffset now)
    {
        if (FindInstance(instanceId) is { } instance && instance.Id != memberId)
            return ErrorCode.FencedInstanceId;
        if (Find(memberId) is not { } member) return ErrorCode.UnknownMemberId;
        if (generationId != Generation) return ErrorCode.IllegalGeneration;
        member.Deadline = now + member.Joined.SessionTimeout;
        return ErrorCode.None;
    }

    private Task<JoinResult> Add(string memberId, JoinRequest request, DateTimeOffset now)
    {
        if (_members.Count == 0) ProtocolType = request.ProtocolType;
        var member = new Member(memberId, request);
        _members.Add(member);
        return Await(member, now);
    }

    /// <summary>
    /// A static member came back without its id (its process was restarted). It takes its old place under a new id, which fences off the
    /// old one; while nothing it says has changed, the others need not stop for it.
    /// </summary>
    private Task<JoinResult> Replace(Member old, JoinRequest request, DateTimeOffset now)
    {
        Dismiss(old, ErrorCode.FencedInstanceId);
        var member = new Member(NewMemberId(request), request) { Assignment = old.Assignment, Deadline = now + request.SessionTimeout };
        _members[_members.IndexOf(old)] = member;
        var wasLeader = _leader == old;
        if (wasLeader) _leader = member;
        if (State != GroupState.Stable || !old.SaysTheSame(request.Protocols)) return Await(member, now);
        // Told that it leads, an old client would share out anew: it is told the old leader's id instead.
        var joined = Joined(member);
        if (wasLeader) joined = request.KnowsSkipAssignment ? joined with { SkipAssignment = true } : joined with { Leader = old.Id, Members = null };
        return Task.FromResult(joined);
    }

    private Task<JoinResult> Await(Member member, DateTimeOffset now)
    {
        member.Answer(new JoinResult(ErrorCode.RebalanceInProgress, member.Id));
        member.Joining = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = member.Joining.Task;
        PrepareRebalance(now);
        Elapse(now);
        return answer;
    }

    private void PrepareRebalance(DateTimeOffset now)
    {
        if (State == GroupState.PreparingRebalance) return;
        _joinsFrom = State == GroupState.Empty ? now + initialRebalanceDelay : now;
        _joinsUntil = now + _members.Max(member => member.Joined.RebalanceTimeout);
        if (_joinsUntil < _joinsFrom) _joinsUntil = _joinsFrom;
        foreach (var member in _members)
        {
            // A member that waited for its share has shown itself just now, though it could send no heartbeat.
            if (member.Syncing is not null) member.Deadline = now + member.Joined.SessionTimeout;
            member.Answer(new SyncResult(ErrorCode.RebalanceInProgress));
        }
        State = GroupState.PreparingRebalance;
    }

    private void CompleteJoin(DateTimeOffset now)
    {
        // Static members that did not come back stay until their session ends.
        foreach (var member in _members.Where(member => member.Joining is null && member.Joined.InstanceId is null).ToList()) Forget(member);
        if (_members.Count > 0 && _members.TrueForAll(member => member.Joining is null))
        {
            // There is no one to lead: as in Kafka, the rebalance goes on until one comes back or the last session ends.
            _joinsUntil = _members.Max(member => member.Deadline);
            return;
        }
        Generation++;
        if (_members.Count == 0)
        {
            State = GroupState.Empty;
            return;
        }
        Protocol = Elect();
        if (_leader?.Joining is null || !_members.Contains(_leader)) _leader = _members.First(member => member.Joining is not null);
        State = GroupState.CompletingRebalance;
        foreach (var member in _members)
        {
            member.Assignment = default;
            member.Deadline = now + member.Joined.SessionTimeout;
            member.Answer(Joined(member));
        }
    }

    /// <summary>Every member votes for the first of its protocols that all have.</summary>
    private string Elect()
    {
        var common = InCommon(_members);
        return _members
            .Select(member => Names(member.Joined).First(common.Contains))
            .CountBy(name => name, StringComparer.Ordinal)
            .MaxBy(votes => votes.Value).Key;
    }

    private static IEnumerable<string> Names(JoinRequest joined) => joined.Protocols.Select(protocol => protocol.Name);

    private static HashSet<string> InCommon(List<Member> members)
    {
        var common = Names(members[0].Joined).ToHashSet(StringComparer.Ordinal);
        foreach (var member in members) common.IntersectWith(Names(member.Joined));
        return common;
    }

    private JoinResult Joined(Member member) => new(
        ErrorCode.None,
        member.Id,
        Generation,
        ProtocolType,
        Protocol,
        _leader!.Id,
        Members: member == _leader ? [.. _members.Select(each => new JoinedMember(each.Id, each.Joined.InstanceId, each.Metadata(Protocol)))] : null);

    private SyncResult Synced(Member member) => new(ErrorCode.None, ProtocolType, Protocol, member.Assignment);

    private void Remove(Member member, DateTimeOffset now)
    {
        Forget(member);
        if (State == GroupState.Empty) return;
        if (_members.Count > 0)
        {
            PrepareRebalance(now);
            return;
        }
        Generation++;
        State = GroupState.Empty;
    }

    private void Forget(Member member)
    {
        Dismiss(member, ErrorCode.UnknownMemberId);
        _members.Remove(member);
    }

    private static void Dismiss(Member member, ErrorCode why)
    {
        member.Answer(new JoinResult(why, member.Id));
        member.Answer(new SyncResult(why));
    }
}
