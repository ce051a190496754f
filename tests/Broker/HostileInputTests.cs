using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Local.Broker;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Tests.Broker;

public class HostileInputTests
{
    /// <summary>What a request of a few hundred bytes may make the broker allocate: creating a topic opens files.</summary>
    private const long MaxAllocated = 4 * 1024 * 1024;

    public static TheoryData<string> Apis() => [.. Node.Apis.Select(api => $"{api.Key}")];

    [Fact]
    public void The_schemas_tested_are_those_announced() => Assert.Equal(
        Node.Apis.Select(api => (api.Key, (int)api.MinVersion, (int)api.MaxVersion, (int)api.FlexibleFrom)),
        Schema.All.Select(schema => (schema.Key, schema.From, schema.To, schema.Flexible)));

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Every_version_is_answered_in_its_own_form(string api)
    {
        var schema = Schema.All.Single(each => $"{each.Key}" == api);
        await WithDispatcherAsync(async dispatcher =>
        {
            for (var version = schema.From; version <= schema.To; version++)
            {
                for (var seed = 0; seed < 100; seed++)
                {
                    using var response = await dispatcher.HandleAsync(schema.RandomRequest(version, new Random(seed)), "/test", CancellationToken.None).WaitAsync(TestBroker.Patience);
                    schema.Verify(response.Frame.Span, version);
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_damaged_request_is_answered_or_refused_and_costs_no_more_memory_than_it_may(string api)
    {
        var schema = Schema.All.Single(each => $"{each.Key}" == api);
        await WithDispatcherAsync(async dispatcher =>
        {
            using var stopping = new CancellationTokenSource();
            var outcomes = new List<Task>();
            for (var version = schema.From; version <= schema.To; version++)
            {
                for (var seed = 0; seed < 300; seed++)
                {
                    var random = new Random(seed);
                    var request = Damaged(schema.RandomRequest(version, random), random);
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    outcomes.Add(dispatcher.HandleAsync(request, "/test", stopping.Token));
                    Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
                }
            }
            // Some wait, as they may have asked to.
            await stopping.CancelAsync();
            foreach (var outcome in outcomes) await RefusedOrAnsweredAsync(outcome);
        });
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task What_is_named_many_times_over_costs_neither_memory_nor_a_long_answer(string api)
    {
        const int Requested = 100_000;
        var schema = Schema.All.Single(each => $"{each.Key}" == api);
        await WithDispatcherAsync(async dispatcher =>
        {
            // A topic and a group with much to tell, both by the name the requests repeat.
            await AskAsync(new Wire().Int16((short)ApiKey.OffsetCommit).Int16(2).Int32(1).String("fat").String("t").Int32(-1).String("").Int64(-1).Int32(1).String("t").Int32(1).Int32(0).Int64(1).String(new string('m', 4000)));
            await AskAsync(new Wire().Int16((short)ApiKey.JoinGroup).Int16(0).Int32(1).String("fat").String("t").Int32(10_000).String("").String("consumer").Int32(1).String("range").Bytes(new byte[20_000]));
            foreach (var version in (int[])[schema.From, schema.To])
            {
                foreach (var request in schema.Repetitions(version, "t", Requested))
                {
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    var answering = dispatcher.HandleAsync(request, "/test", CancellationToken.None);
                    var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                    using var response = await answering.WaitAsync(TestBroker.Patience);
                    schema.Verify(response.Frame.Span, version);
                    Assert.InRange(allocated, 0, 400L * Requested);
                    Assert.InRange(response.Frame.Length, 0, 30 * Requested);
                }
            }

            async Task AskAsync(Wire request) => (await dispatcher.HandleAsync(request.ToArray(), "/test", CancellationToken.None)).Dispose();
        }, partitions: 100);
    }

    [Fact]
    public async Task A_topic_named_twice_is_described_once()
    {
        await using var broker = await TestBroker.StartAsync();
        using var connection = await broker.ConnectAsync();
        var metadata = await connection.AskAsync(ApiKey.Metadata, 0, new Wire().Int32(2).String("t").String("t"));
        Assert.Equal((1, 1), (metadata.Int32(), metadata.Int32()));
        Assert.Equal(("localhost", broker.Running.Port, 1), (metadata.String(), metadata.Int32(), metadata.Int32()));
        var configs = await connection.AskAsync(ApiKey.DescribeConfigs, 0, new Wire().Int32(2).Int8(2).String("t").Int32(-1).Int8(2).String("t").Int32(-1));
        Assert.Equal((0, 1), (configs.Int32(), configs.Int32()));
    }

    [Fact]
    public async Task A_partition_named_twice_in_a_fetch_is_refused_and_not_waited_for()
    {
        await using var broker = await TestBroker.StartAsync();
        using var connection = await broker.ConnectAsync();
        await connection.AskAsync(ApiKey.Metadata, 0, new Wire().Int32(1).String("t"));
        var answer = await connection.AskAsync(ApiKey.Fetch, 4, new Wire().Int32(-1).Int32(300_000).Int32(1).Int32(1000).Int8(0).Int32(1).String("t").Int32(2)
            .Int32(0).Int64(0).Int32(1000)
            .Int32(0).Int64(0).Int32(1000));
        Assert.Equal((0, 1, "t", 2, 0, ErrorCode.None), (answer.Int32(), answer.Int32(), answer.String(), answer.Int32(), answer.Int32(), answer.Error()));
        answer.Skip(8 + 8 + 4 + 4);
        Assert.Equal((0, ErrorCode.InvalidRequest), (answer.Int32(), answer.Error()));
    }

    [Fact]
    public async Task A_long_request_without_records_closes_its_connection_and_one_with_records_is_answered()
    {
        await using var broker = await TestBroker.StartAsync();
        using var hostile = await broker.ConnectAsync();
        await hostile.SendAsync(new Wire().Int32((1024 * 1024) + 1).Int16((short)ApiKey.Metadata).Int16(0).ToArray());
        Assert.Null(await hostile.ReceiveAsync());
        using var producing = await broker.ConnectAsync();
        await producing.AskAsync(ApiKey.Metadata, 0, new Wire().Int32(1).String("t"));
        Assert.Equal(ErrorCode.MessageTooLarge, (await producing.ProduceAsync("t", new byte[3 * 1024 * 1024])).Error);
    }

    [Fact]
    public void An_answer_ends_at_32_mebibytes_and_the_records_in_it()
    {
        using var response = new ResponseWriter();
        response.Records(50 * 1024 * 1024);
        response.Bytes((32 * 1024 * 1024) - 100);
        Assert.Throws<MalformedRequestException>(() => response.Bytes(100).Length);
    }

    [Fact]
    public void Records_of_no_length_at_all_do_not_unpack_without_end()
    {
        // 100,000 of them in some 400 bytes.
        var batch = Batch.Of(new byte[400_000], [.. Enumerable.Range(0, 100_000).Select(i => (long)i)], attributes: 1, pack: Gzip);
        Assert.Empty(Local.Broker.Log.Records.Read(batch));

        static byte[] Gzip(byte[] bytes)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
            return packed.ToArray();
        }
    }

    [Fact]
    public void A_block_that_claims_to_unpack_to_more_than_snappy_can_pack_is_not_believed()
    {
        // 250,000,000 in a few bytes.
        var batch = Batch.Of([0x80, 0xe5, 0x9a, 0x77, 0], [1], attributes: 2);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Empty(Local.Broker.Log.Records.Read(batch));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
    }

    [Fact]
    public async Task Random_bytes_are_answered_or_refused() => await WithDispatcherAsync(async dispatcher =>
    {
        using var stopping = new CancellationTokenSource();
        var random = new Random(1);
        var outcomes = new List<Task>();
        for (var i = 0; i < 20_000; i++)
        {
            var request = new byte[random.Next(200)];
            random.NextBytes(request);
            // Half of them name an API that exists.
            if (i % 2 == 0 && request.Length > 4) BinaryPrimitives.WriteInt32BigEndian(request, (random.Next(50) << 16) | random.Next(17));
            outcomes.Add(dispatcher.HandleAsync(request, "/test", stopping.Token));
        }
        await stopping.CancelAsync();
        foreach (var outcome in outcomes) await RefusedOrAnsweredAsync(outcome);
    });

    [Theory]
    [InlineData(new byte[] { 0x7f, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0x80, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0x10, 0, 1 })]
    [InlineData(new byte[] { (byte)'G', (byte)'E', (byte)'T', (byte)' ' })]
    public async Task A_length_that_no_request_has_closes_its_connection_and_no_other(byte[] length)
    {
        await using var broker = await TestBroker.StartAsync(options => options with { MaxRequestBytes = 1024 * 1024 });
        using var other = await broker.ConnectAsync();
        using var hostile = await broker.ConnectAsync();

        await hostile.SendAsync(length);

        Assert.Null(await hostile.ReceiveAsync());
        Assert.Equal(ErrorCode.None, (await other.AskAsync(ApiKey.ApiVersions, 0, new Wire())).Error());
    }

    [Fact]
    public async Task A_claimed_length_reserves_no_memory_until_the_bytes_come()
    {
        await using var broker = await TestBroker.StartAsync();
        var hostile = new List<RawConnection>();
        for (var i = 0; i < 50; i++)
        {
            hostile.Add(await broker.ConnectAsync());
            // 99 MiB each, of which a hundred bytes come.
            await hostile[i].SendAsync(new Wire().Int32(99 * 1024 * 1024).Raw(new byte[100]).ToArray());
        }
        using var honest = await broker.ConnectAsync();
        await honest.AskAsync(ApiKey.ApiVersions, 0, new Wire());

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, 1024L * 1024 * 1024);
        foreach (var connection in hostile) connection.Dispose();
    }

    [Fact]
    public async Task A_request_that_comes_in_pieces_and_one_of_many_at_once_are_both_answered()
    {
        await using var broker = await TestBroker.StartAsync();
        using var connection = await broker.ConnectAsync();
        var request = new Wire().Int16(18).Int16(0).Int32(7).String("slow").Framed();
        foreach (var each in request) await connection.SendAsync(new[] { each });
        Assert.Equal(7, (await connection.ReceiveAsync())!.Int32());

        await connection.SendAsync(Enumerable.Repeat(request, 20_000).SelectMany(each => each).ToArray());
        for (var i = 0; i < 20_000; i++) Assert.Equal(7, (await connection.ReceiveAsync())!.Int32());
    }

    [Fact]
    public async Task Too_new_a_version_of_ApiVersions_is_answered_in_version_0()
    {
        await using var broker = await TestBroker.StartAsync();
        using var connection = await broker.ConnectAsync();
        var answer = await connection.AskAsync(ApiKey.ApiVersions, 99, new Wire());
        Assert.Equal(ErrorCode.UnsupportedVersion, answer.Error());
        Assert.Equal(Node.Apis.Count, answer.Int32());
    }

    [Theory]
    [InlineData(999, 0)]
    [InlineData(-1, 0)]
    [InlineData(1, 99)]
    [InlineData(0, 0)]
    public async Task An_unknown_api_or_version_closes_the_connection(int api, int version)
    {
        await using var broker = await TestBroker.StartAsync();
        using var connection = await broker.ConnectAsync();
        await connection.SendAsync(new Wire().Int16(api).Int16(version).Int32(1).String("raw").Framed());
        Assert.Null(await connection.ReceiveAsync());
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_room_is_made_by_those_that_go()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { MaxConnections = 2 });
        var first = await broker.ConnectAsync();
        using var second = await broker.ConnectAsync();
        await first.AskAsync(ApiKey.ApiVersions, 0, new Wire());
        await second.AskAsync(ApiKey.ApiVersions, 0, new Wire());
        using (var third = await broker.ConnectAsync()) Assert.Null(await third.ReceiveAsync());

        first.Dispose();
        var until = DateTime.UtcNow + TestBroker.Patience;
        while (!await IsServedAsync()) Assert.True(DateTime.UtcNow < until);

        async Task<bool> IsServedAsync()
        {
            using var connection = await broker.ConnectAsync();
            await connection.SendAsync(new Wire().Int16(18).Int16(0).Int32(1).String("raw").Framed());
            return await connection.ReceiveAsync() is not null;
        }
    }

    [Fact]
    public async Task A_connection_that_asks_nothing_is_closed_and_one_that_waits_for_its_answer_is_not()
    {
        var clock = new FakeTimeProvider();
        await using var broker = await TestBroker.StartAsync(options => options with { TimeProvider = clock, InitialRebalanceDelay = TimeSpan.FromHours(1) });
        using var waiting = await broker.ConnectAsync();
        var joining = waiting.AskAsync(ApiKey.JoinGroup, 2, new Wire().String("g").Int32(10_000).Int32(10_000).String("").String("consumer").Int32(1).String("range").Bytes([]));
        using (var watching = await broker.ConnectAsync())
            while ((await watching.AskAsync(ApiKey.ListGroups, 0, new Wire())).Remaining == 2 + 4) await Task.Yield();
        using var silent = await broker.ConnectAsync();
        var closing = silent.ReceiveAsync();

        // A little at a time, until it is as long as the broker has known it.
        for (var minutes = 0; !closing.IsCompleted; minutes++)
        {
            Assert.InRange(minutes, 0, 50);
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAny(closing, Task.Delay(20));
        }

        Assert.Null(await closing);
        clock.Advance(TimeSpan.FromHours(1));
        var joined = await joining;
        Assert.Equal((0, ErrorCode.None), (joined.Int32(), joined.Error()));
    }

    [Fact]
    public async Task The_longest_strings_there_are_can_be_quoted_in_answers()
    {
        var longest = new string('x', short.MaxValue);
        await using var broker = await TestBroker.StartAsync();
        using var connection = await broker.ConnectAsync();
        await connection.AskAsync(ApiKey.CreatePartitions, 0, new Wire().Int32(1).String(longest).Int32(3).Int32(-1).Int32(0).Int8(0));
        await connection.AskAsync(ApiKey.CreateTopics, 2, new Wire().Int32(1).String("t").Int32(1).Int16(1).Int32(0).Int32(1).String(longest).String(longest).Int32(0).Int8(0));
        await connection.AskAsync(ApiKey.DescribeConfigs, 0, new Wire().Int32(1).Int8(2).String(longest).Int32(-1));
        await connection.AskAsync(ApiKey.JoinGroup, 5, new Wire().String("g").Int32(10).Int32(10).String("").String(longest).String("consumer").Int32(1).String("range").Bytes([]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_is_no_compressed_data_ends_a_lookup_by_time_without_an_error(int codec)
    {
        byte[][] beginnings = [[], [0x1f, 0x8b, 8], [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1], [0x04, 0x22, 0x4d, 0x18], [0x28, 0xb5, 0x2f, 0xfd]];
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var garbage = new byte[random.Next(1, 300)];
            random.NextBytes(garbage);
            var batch = Batch.Of([.. beginnings[seed % beginnings.Length], .. garbage], [1, 2, 3], attributes: codec);
            Assert.InRange(Local.Broker.Log.Records.Read(batch).Count(), 0, 3);
        }
    }

    private static byte[] Damaged(byte[] request, Random random)
    {
        // The first four bytes say which API and version are meant to be damaged.
        switch (random.Next(4))
        {
            case 0:
                return request[..random.Next(4, request.Length)];
            case 1:
                for (var i = random.Next(1, 4); i > 0; i--) request[random.Next(4, request.Length)] = (byte)random.Next(256);
                return request;
            case 2:
                // The greatest lengths there are, in either encoding.
                byte[] huge = random.Next(2) == 0 ? [0x7f, 0xff, 0xff, 0xff] : [0xff, 0xff, 0xff, 0xff, 0x0f];
                huge.AsSpan(0, Math.Min(huge.Length, request.Length - 8)).CopyTo(request.AsSpan(random.Next(8, Math.Max(9, request.Length - huge.Length))));
                return request;
            default:
                var inserted = new byte[random.Next(1, 20)];
                random.NextBytes(inserted);
                var at = random.Next(8, request.Length + 1);
                return [.. request[..at], .. inserted, .. request[at..]];
        }
    }

    private static async Task RefusedOrAnsweredAsync(Task outcome)
    {
        try
        {
            await outcome.WaitAsync(TestBroker.Patience);
        }
        catch (Exception e) when (e is MalformedRequestException or OperationCanceledException)
        {
            // Refused; or it still waited when the test ended.
        }
    }

    private static async Task WithDispatcherAsync(Func<RequestDispatcher, Task> work, int partitions = 2)
    {
        var directory = Directory.CreateTempSubdirectory("shitops-fuzz-");
        try
        {
            using var node = new Node(new BrokerOptions { DataDirectory = directory.FullName, DefaultPartitions = partitions, MaxPartitions = 10 * partitions, InitialRebalanceDelay = TimeSpan.Zero, FlushInterval = TimeSpan.FromHours(1) });
            node.FindOrCreate("t", create: true);
            await work(new RequestDispatcher(node));
            // Whatever was asked, it still serves.
            using var alive = await new RequestDispatcher(node).HandleAsync(new Wire().Int16(18).Int16(0).Int32(1).String("raw").ToArray(), "/test", CancellationToken.None);
            Assert.NotEqual(0, alive.Frame.Length);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
