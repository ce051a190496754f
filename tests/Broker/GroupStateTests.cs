using ShitOps.Local.Broker.Groups;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Tests.Broker;

/// <summary>The state machine of a group, with time as an argument.</summary>
public class GroupStateTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rebalance = TimeSpan.FromSeconds(60);
    private readonly Group _group = new("g", initialRebalanceDelay: TimeSpan.Zero);

    [Fact]
    public async Task A_new_member_is_first_given_an_id_to_join_with()
    {
        var asked = await _group.Join(Request(), Start);
        Assert.Equal(ErrorCode.MemberIdRequired, asked.Error);
        var joined = await _group.Join(Request(asked.MemberId), Start);
        Assert.Equal((ErrorCode.None, asked.MemberId, asked.MemberId, 1), (joined.Error, joined.MemberId, joined.Leader, joined.Generation));
    }

    [Fact]
    public async Task An_id_that_was_never_given_is_unknown() => Assert.Equal(ErrorCode.UnknownMemberId, (await _group.Join(Request("made up"), Start)).Error);

    [Fact]
    public async Task The_initial_delay_lets_others_join_the_first_generation()
    {
        var group = new Group("g", TimeSpan.FromSeconds(3));
        var first = group.Join(Request() with { MemberIdRequired = false }, Start);
        var second = group.Join(Request() with { MemberIdRequired = false }, Start.AddSeconds(2));
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal(Start.AddSeconds(3), group.NextDeadline);
        group.Elapse(Start.AddSeconds(3));
        Assert.Equal((1, 1), ((await first).Generation, (await second).Generation));
        Assert.Equal(2, (await first).Members!.Count);
        Assert.Null((await second).Members);
    }

    [Fact]
    public async Task Followers_learn_their_share_when_the_leader_has_shared_out()
    {
        var (leader, follower) = await TwoJoinedAsync();
        var waiting = Sync(follower);
        Assert.False(waiting.IsCompleted);
        Assert.Equal("A", await Share(Sync(leader, (leader, "A"), (follower, "B"))));
        Assert.Equal("B", await Share(waiting));
        Assert.Equal(GroupState.Stable, _group.State);
    }

    [Fact]
    public async Task A_heartbeat_tells_of_a_rebalance_until_the_member_joins_again()
    {
        var leader = await StableAsync();
        Assert.Equal(ErrorCode.None, Heartbeat(leader));
        var joining = Add();
        Assert.Equal(ErrorCode.RebalanceInProgress, Heartbeat(leader));
        Assert.False(joining.IsCompleted);
        var again = await _group.Join(Request(leader), Start);
        Assert.Equal((2, 2), (again.Generation, (await joining).Generation));
    }

    [Fact]
    public async Task An_old_generation_and_an_unknown_member_can_neither_beat_nor_commit_nor_sync()
    {
        var member = await StableAsync();
        Assert.Equal(ErrorCode.IllegalGeneration, _group.Heartbeat(member, null, 0, Start));
        Assert.Equal(ErrorCode.IllegalGeneration, _group.CheckCommit(member, null, 0, Start));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat("x", null, 1, Start));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.CheckCommit("x", null, 1, Start));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.CheckCommit("", null, -1, Start));
        Assert.Equal(ErrorCode.None, _group.CheckCommit(member, null, 1, Start));
        Assert.Equal(ErrorCode.IllegalGeneration, (await _group.Sync(member, null, 0, null, null, NoShares, Start)).Error);
    }

    [Fact]
    public async Task A_member_not_heard_of_for_its_session_is_gone()
    {
        var member = await StableAsync();
        Assert.Equal(Start + Session, _group.NextDeadline);
        _group.Heartbeat(member, null, 1, Start.AddSeconds(6));
        _group.Elapse(Start.AddSeconds(15));
        Assert.Single(_group.Members);
        _group.Elapse(Start.AddSeconds(16));
        Assert.Empty(_group.Members);
        Assert.Equal(GroupState.Empty, _group.State);
    }

    [Fact]
    public async Task One_that_does_not_join_again_in_time_is_left_behind()
    {
        var slow = await StableAsync();
        var joining = Add();
        // Its heartbeats go on; it merely does not come.
        for (var second = 5; second < 60; second += 5) _group.Heartbeat(slow, null, 1, Start.AddSeconds(second));
        _group.Elapse(Start.AddSeconds(59));
        Assert.False(joining.IsCompleted);
        _group.Elapse(Start + Rebalance);
        Assert.Equal([(await joining).MemberId], _group.Members.Select(member => member.Id));
        Assert.Equal(ErrorCode.UnknownMemberId, Heartbeat(slow));
    }

    [Fact]
    public async Task A_member_that_leaves_starts_a_rebalance()
    {
        var (leader, follower) = await TwoJoinedAsync();
        await Sync(leader);
        Assert.Equal(ErrorCode.None, _group.Leave(leader, null, Start));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Leave(leader, null, Start));
        Assert.Equal(GroupState.PreparingRebalance, _group.State);
        Assert.Equal(follower, (await _group.Join(Request(follower), Start)).Leader);
    }

    [Fact]
    public async Task Syncs_that_wait_are_called_back_when_a_rebalance_begins()
    {
        var (leader, follower) = await TwoJoinedAsync();
        var waiting = Sync(follower);
        _group.Leave(leader, null, Start);
        Assert.Equal(ErrorCode.RebalanceInProgress, (await waiting).Error);
    }

    [Fact]
    public async Task Commits_wait_while_the_leader_shares_out()
    {
        var member = await JoinedAsync();
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.CheckCommit(member, null, 1, Start));
    }

    [Fact]
    public async Task A_protocol_all_members_have_is_elected_and_one_that_fits_none_is_refused()
    {
        var first = await JoinedAsync("cooperative", "range");
        var second = Add("range");
        Assert.Equal("range", (await _group.Join(Request(first, "cooperative", "range"), Start)).ProtocolName);
        Assert.Equal("range", (await second).ProtocolName);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await _group.Join(Request("", "other"), Start)).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await _group.Join(Request() with { ProtocolType = "connect" }, Start)).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await _group.Join(Request() with { Protocols = [] }, Start)).Error);
    }

    [Fact]
    public async Task A_follower_that_joins_again_unchanged_is_told_the_generation_and_the_leader_starts_a_new_one()
    {
        var (leader, follower) = await TwoJoinedAsync();
        await Sync(leader);
        Assert.Equal(2, (await _group.Join(Request(follower), Start)).Generation);
        Assert.Equal(GroupState.Stable, _group.State);
        _ = _group.Join(Request(leader), Start);
        Assert.Equal(GroupState.PreparingRebalance, _group.State);
    }

    [Fact]
    public async Task A_static_member_takes_its_old_place_and_fences_its_former_self()
    {
        var first = await _group.Join(Request() with { InstanceId = "one" }, Start);
        await Share(Sync(first.MemberId, (first.MemberId, "A")));

        var second = await _group.Join(Request() with { InstanceId = "one" }, Start);

        Assert.Equal((ErrorCode.None, first.Generation), (second.Error, second.Generation));
        Assert.NotEqual(first.MemberId, second.MemberId);
        Assert.NotEqual(second.MemberId, second.Leader);
        Assert.Equal("A", await Share(Sync(second.MemberId)));
        Assert.Equal(ErrorCode.FencedInstanceId, _group.Heartbeat(first.MemberId, "one", 1, Start));
        Assert.Equal(ErrorCode.FencedInstanceId, (await _group.Join(Request(first.MemberId) with { InstanceId = "one" }, Start)).Error);
        Assert.Equal(ErrorCode.FencedInstanceId, _group.CheckCommit(first.MemberId, "one", 1, Start));
    }

    [Fact]
    public async Task A_static_member_that_comes_back_with_another_protocol_is_not_measured_against_its_former_self()
    {
        var first = await _group.Join(Request("", "range") with { InstanceId = "one" }, Start);
        var second = await _group.Join(Request("", "cooperative") with { InstanceId = "one" }, Start);
        Assert.Equal((ErrorCode.None, first.Generation + 1, "cooperative"), (second.Error, second.Generation, second.ProtocolName));
    }

    [Fact]
    public async Task An_id_given_but_never_used_is_forgotten()
    {
        await _group.Join(Request(), Start);
        Assert.False(_group.IsIdle);
        _group.Elapse(Start + Session);
        Assert.True(_group.IsIdle);
    }

    [Fact]
    public async Task A_rebalance_goes_on_while_the_session_of_a_static_member_does()
    {
        var member = (await _group.Join(Request() with { InstanceId = "one" }, Start)).MemberId;
        await Sync(member);
        _group.Leave((await AskedAsync()).MemberId, null, Start);
        var other = Add();
        for (var second = 5; second <= 60; second += 5) _group.Heartbeat(member, "one", 1, Start.AddSeconds(second));
        foreach (var each in _group.Members.Where(each => each.Id != member).ToList()) _group.Leave(each.Id, null, Start.AddSeconds(60));

        _group.Elapse(Start.AddSeconds(60));

        Assert.Equal((GroupState.PreparingRebalance, Start.AddSeconds(70)), (_group.State, _group.NextDeadline));
        Assert.Equal(ErrorCode.UnknownMemberId, (await other).Error);
        var again = await _group.Join(Request(member) with { InstanceId = "one" }, Start.AddSeconds(61));
        Assert.Equal((ErrorCode.None, 2, member), (again.Error, again.Generation, again.Leader));

        Task<JoinResult> AskedAsync() => _group.Join(Request(), Start);
    }

    [Fact]
    public async Task A_group_whose_last_static_member_does_not_come_back_is_empty_when_its_session_ends()
    {
        await Sync((await _group.Join(Request() with { InstanceId = "one" }, Start)).MemberId);
        var other = Add();
        _group.Leave(_group.Members[1].Id, null, Start);
        Assert.Equal(ErrorCode.UnknownMemberId, (await other).Error);
        _group.Elapse(Start + Session);
        Assert.Equal((GroupState.Empty, true), (_group.State, _group.IsIdle));
    }

    [Fact]
    public async Task More_protocols_than_any_client_has_are_refused()
    {
        var protocols = Enumerable.Range(0, 65).Select(i => $"{i}").ToArray();
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await _group.Join(Request("", protocols), Start)).Error);
        Assert.Equal(ErrorCode.MemberIdRequired, (await _group.Join(Request("", protocols[1..]), Start)).Error);
    }

    [Fact]
    public async Task A_full_group_takes_no_more_until_an_id_that_was_never_used_is_forgotten()
    {
        for (var i = 0; i < 1000; i++) Assert.Equal(ErrorCode.MemberIdRequired, (await _group.Join(Request(), Start)).Error);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, (await _group.Join(Request(), Start)).Error);
        _group.Elapse(Start + Session);
        Assert.Equal(ErrorCode.MemberIdRequired, (await _group.Join(Request(), Start)).Error);
    }

    private static readonly Dictionary<string, ReadOnlyMemory<byte>> NoShares = [];

    private static JoinRequest Request(string memberId = "", params string[] protocols) => new(
        "g", memberId, null, "client", "/127.0.0.1", Session, Rebalance, "consumer",
        [.. (protocols.Length == 0 ? ["range"] : protocols).Select(name => new JoinProtocol(name, new byte[] { 1 }))],
        MemberIdRequired: true,
        KnowsSkipAssignment: false);

    private static async Task<string> Share(Task<SyncResult> sync)
    {
        var result = await sync;
        Assert.Equal(ErrorCode.None, result.Error);
        return System.Text.Encoding.UTF8.GetString(result.Assignment.Span);
    }

    private Task<JoinResult> Add(params string[] protocols) => _group.Join(Request("", protocols) with { MemberIdRequired = false }, Start);

    private async Task<string> JoinedAsync(params string[] protocols) => (await Add(protocols)).MemberId;

    private async Task<string> StableAsync()
    {
        var member = await JoinedAsync();
        await Sync(member);
        return member;
    }

    private async Task<(string Leader, string Follower)> TwoJoinedAsync()
    {
        var leader = await JoinedAsync();
        var follower = Add();
        await _group.Join(Request(leader), Start);
        return (leader, (await follower).MemberId);
    }

    private ErrorCode Heartbeat(string member) => _group.Heartbeat(member, null, _group.Generation, Start);

    private Task<SyncResult> Sync(string member, params (string Member, string Share)[] shares) => _group.Sync(
        member, null, _group.Generation, null, null,
        shares.ToDictionary(each => each.Member, each => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(each.Share)),
        Start);
}
