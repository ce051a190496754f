using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Groups;

/// <summary>A group as DescribeGroups shows it.</summary>
internal sealed record GroupDescription(string Id, GroupState State, string ProtocolType, string Protocol, IReadOnlyList<MemberDescription> Members);

internal sealed record MemberDescription(
    string Id,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    ReadOnlyMemory<byte> Metadata,
    ReadOnlyMemory<byte> Assignment);

/// <summary>All groups, under one lock: what a group does takes microseconds, and groups on one laptop are few.</summary>
internal sealed class GroupCoordinator : IDisposable
{
    /// <summary>Kafka's own upper limit; its lower one (6 s) would only make tests slow.</summary>
    private static readonly TimeSpan MaxSessionTimeout = TimeSpan.FromMinutes(30);

    /// <summary>Kafka's own limit of what a client may store with an offset.</summary>
    private const int MaxMetadataLength = 4096;

    /// <summary>As long as the name of a file: longer than any that means something.</summary>
    private const int MaxGroupIdLength = 255;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly GroupStore _store;
    private readonly BrokerOptions _options;
    private readonly ITimer _timer;
    private DateTimeOffset _timerDue = DateTimeOffset.MaxValue;
    private bool _disposed;

    public GroupCoordinator(GroupStore store, BrokerOptions options)
    {
        _store = store;
        _options = options;
        _timer = options.TimeProvider.CreateTimer(_ => Elapse(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private DateTimeOffset Now => _options.TimeProvider.GetUtcNow();

    public Task<JoinResult> Join(JoinRequest request)
    {
        if (!IsGroupId(request.GroupId)) return Task.FromResult(new JoinResult(ErrorCode.InvalidGroupId, request.MemberId));
        if (request.SessionTimeout <= TimeSpan.Zero || request.SessionTimeout > MaxSessionTimeout || request.RebalanceTimeout < TimeSpan.Zero)
            return Task.FromResult(new JoinResult(ErrorCode.InvalidSessionTimeout, request.MemberId));
        lock (_gate)
        {
            if (!_groups.ContainsKey(request.GroupId) && request.MemberId.Length > 0)
                return Task.FromResult(new JoinResult(ErrorCode.UnknownMemberId, request.MemberId));
            return Change(FindOrAdd(request.GroupId), group => group.Join(request, Now));
        }
    }

    public Task<SyncResult> Sync(
        string groupId,
        string memberId,
        string? instanceId,
        int generation,
        string? protocolType,
        string? protocolName,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> assignments)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(groupId, out var known)
                ? Change(known, group => group.Sync(memberId, instanceId, generation, protocolType, protocolName, assignments, Now))
                : Task.FromResult(new SyncResult(ErrorCode.UnknownMemberId));
        }
    }

    public ErrorCode Heartbeat(string groupId, string memberId, string? instanceId, int generation)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(groupId, out var group)
                ? group.Heartbeat(memberId, instanceId, generation, Now)
                : ErrorCode.UnknownMemberId;
        }
    }

    public ErrorCode Leave(string groupId, string memberId, string? instanceId)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(groupId, out var known)
                ? Change(known, group => group.Leave(memberId, instanceId, Now))
                : ErrorCode.UnknownMemberId;
        }
    }

    /// <summary>
    /// Commits what is fit to be committed; the outcome of each partition in the order given. <paramref name="exists"/> is asked
    /// under the lock, so that <see cref="ForgetTopic"/>, called once a topic is gone, is the last word on it.
    /// </summary>
    public IReadOnlyList<ErrorCode> Commit(
        string groupId,
        string memberId,
        string? instanceId,
        int generation,
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Offset)> offsets,
        Predicate<TopicPartition> exists)
    {
        lock (_gate)
        {
            var error = !IsGroupId(groupId) ? ErrorCode.InvalidGroupId
                : _groups.TryGetValue(groupId, out var group) ? group.CheckCommit(memberId, instanceId, generation, Now)
                : generation < 0 && memberId.Length == 0 ? ErrorCode.None
                : ErrorCode.UnknownMemberId;
            var outcomes = offsets.Select(each =>
                error != ErrorCode.None ? error
                : !exists(each.Partition) ? ErrorCode.UnknownTopicOrPartition
                : each.Offset.Metadata?.Length > MaxMetadataLength ? ErrorCode.OffsetMetadataTooLarge
                : ErrorCode.None).ToList();
            // Of several offsets for one partition the last is committed.
            var fit = new Dictionary<TopicPartition, CommittedOffset>();
            foreach (var (i, (partition, offset)) in offsets.Index())
                if (outcomes[i] == ErrorCode.None) fit[partition] = offset;
            var stored = Try(() => _store.Commit(groupId, fit));
            return stored == ErrorCode.None ? outcomes : outcomes.ConvertAll(outcome => outcome == ErrorCode.None ? stored : outcome);
        }
    }

    /// <summary>All offsets of a group, as they are now.</summary>
    public ImmutableDictionary<TopicPartition, CommittedOffset> Offsets(string groupId)
    {
        lock (_gate) return _store.Offsets(groupId);
    }

    public IReadOnlyList<GroupDescription> List()
    {
        lock (_gate) return [.. _groups.Keys.Union(_store.Groups, StringComparer.Ordinal).Select(DescribeUnderLock).OfType<GroupDescription>()];
    }

    /// <summary>Null when there is no such group.</summary>
    public GroupDescription? Describe(string groupId)
    {
        lock (_gate) return DescribeUnderLock(groupId);
    }

    public ErrorCode Delete(string groupId)
    {
        lock (_gate)
        {
            if (DescribeUnderLock(groupId) is null) return ErrorCode.GroupIdNotFound;
            if (_groups.TryGetValue(groupId, out var group) && !group.IsIdle) return ErrorCode.NonEmptyGroup;
            _groups.Remove(groupId);
            return Try(() => _store.Delete(groupId));
        }
    }

    public void ForgetTopic(string topic)
    {
        lock (_gate) _store.ForgetTopic(topic);
    }

    /// <summary>Puts commits on disk. Groups go on meanwhile: the disk may take its time.</summary>
    public void Flush()
    {
        SafeFileHandle? unflushed;
        lock (_gate) unflushed = _disposed ? null : _store.TakeUnflushed();
        if (unflushed is null) return;
        try
        {
            RandomAccess.FlushToDisk(unflushed);
        }
        catch (ObjectDisposedException)
        {
            // Rewritten or closed in the meantime: both put everything on disk.
        }
        catch
        {
            lock (_gate) _store.IsFlushed = false;
            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer.Dispose();
            _store.Dispose();
        }
    }

    private GroupDescription? DescribeUnderLock(string groupId)
    {
        if (!_groups.TryGetValue(groupId, out var group))
        {
            return _store.Contains(groupId)
                ? new GroupDescription(groupId, GroupState.Empty, "", "", [])
                : null;
        }
        var settled = group.State == GroupState.Stable;
        var members = group.Members.Select(member => new MemberDescription(
            member.Id,
            member.Joined.InstanceId,
            member.Joined.ClientId,
            member.Joined.ClientHost,
            settled ? member.Metadata(group.Protocol) : default,
            settled ? member.Assignment : default));
        return new GroupDescription(groupId, group.State, group.ProtocolType, settled ? group.Protocol : "", [.. members]);
    }

    private static bool IsGroupId(string groupId) => groupId.Length is > 0 and <= MaxGroupIdLength;

    private Group FindOrAdd(string groupId) =>
        _groups.TryGetValue(groupId, out var group) ? group : _groups[groupId] = new Group(groupId, _options.InitialRebalanceDelay);

    private ErrorCode Try(Action store)
    {
        try
        {
            store();
            return ErrorCode.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _options.Log($"The offsets of a group could not be stored: {e.Message}");
            return ErrorCode.KafkaStorageError;
        }
    }

    private T Change<T>(Group group, Func<Group, T> change)
    {
        var result = change(group);
        Settle(group);
        return result;
    }

    /// <summary>After a change: an idle group lives on in the store alone, any other is looked at again in time.</summary>
    private void Settle(Group group)
    {
        if (group.IsIdle) _groups.Remove(group.Id);
        else if (group.NextDeadline < _timerDue) Wake(group.NextDeadline);
    }

    private void Wake(DateTimeOffset due)
    {
        _timerDue = due;
        // Rounded up: a timer that fires a little early would only be set again.
        var wait = due == DateTimeOffset.MaxValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due - Now).TotalMilliseconds)));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Elapse()
    {
        lock (_gate)
        {
            if (_disposed) return;
            foreach (var group in _groups.Values.ToList())
            {
                try
                {
                    group.Elapse(Now);
                    if (!group.IsIdle) continue;
                }
                catch (Exception e)
                {
                    // On a timer's thread it would end the process. The group's members are unknown then, and join again.
                    _options.Log($"Dropped the group {group.Id} on an error of the broker: {e}");
                }
                _groups.Remove(group.Id);
            }
            Wake(_groups.Values.Select(group => group.NextDeadline).DefaultIfEmpty(DateTimeOffset.MaxValue).Min());
        }
    }
}
