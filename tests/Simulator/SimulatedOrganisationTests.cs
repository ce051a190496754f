using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Events;
using ShitOps.Local.Simulator;

namespace ShitOps.Tests.Simulator;

public sealed class SimulatedOrganisationTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 6, 16, 10, 30, 0, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("shitops-simulator-").FullName;
    private readonly LeapingTime _time = new(Now);
    private readonly ConcurrentQueue<Event> _produced = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_first_start_produces_the_past_and_then_the_present()
    {
        await RunForAsync(TimeSpan.FromMinutes(3));
        var organisation = new Organisation(1, 2, Now.AddDays(-30));
        var expected = new List<string>();
        while (organisation.Next() is var sending && sending.At <= _time.GetUtcNow()) expected.Add(sending.Event.Id);

        Assert.Equal(expected.Take(1000), Work().Take(1000));
        Assert.Equal(expected.Order(), Work().Order());
        Assert.True(expected.Count > 500);
    }

    [Fact]
    public async Task No_event_lies_in_the_future()
    {
        await RunForAsync(TimeSpan.FromHours(1), (_, json) => Assert.True(Decode(json).Time <= _time.GetUtcNow()));
        Assert.InRange(_produced.Max(told => told.Time), _time.GetUtcNow().AddMinutes(-1), _time.GetUtcNow());
    }

    [Fact]
    public async Task Events_are_keyed_by_their_project() => await RunForAsync(TimeSpan.Zero, (project, json) => Assert.Equal(Decode(json).Project, project));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(2, 110, 130)]
    [InlineData(100, 5_900, 6_100)]
    public async Task Reports_come_as_often_as_asked_for(double perSecond, int fewest, int most)
    {
        await RunForAsync(TimeSpan.FromMinutes(1), options: Options with { EventsPerSecond = perSecond });
        Assert.InRange(Reports().Count, fewest, most);
        Assert.Equal(Reports().Count, Reports().Distinct().Count());
    }

    [Fact]
    public async Task A_run_that_was_stopped_and_resumed_produces_what_an_uninterrupted_one_does()
    {
        await RunForAsync(TimeSpan.FromHours(2));
        _time.Advance(TimeSpan.FromHours(5));
        await RunForAsync(TimeSpan.FromHours(2));
        await RunForAsync(TimeSpan.FromMinutes(10));
        var interrupted = Work();

        var organisation = new Organisation(1, 2, Now.AddDays(-30));
        var uninterrupted = new List<string>();
        while (organisation.Next() is var sending && sending.At <= _time.GetUtcNow()) uninterrupted.Add(sending.Event.Id);
        Assert.Equal(uninterrupted.Order(), interrupted.Order());
    }

    [Fact]
    public async Task After_a_crash_some_events_are_repeated_and_none_is_missing()
    {
        // A crash leaves the position of some time before.
        await RunForAsync(TimeSpan.FromMinutes(1));
        var earlier = await File.ReadAllBytesAsync(Position);
        await RunForAsync(TimeSpan.FromHours(3));
        await File.WriteAllBytesAsync(Position, earlier);
        await RunForAsync(TimeSpan.FromMinutes(1));

        var organisation = new Organisation(1, 2, Now.AddDays(-30));
        var expected = new List<string>();
        while (organisation.Next() is var sending && sending.At <= _time.GetUtcNow()) expected.Add(sending.Event.Id);
        Assert.True(Work().Count > expected.Count);
        Assert.Equal(expected.Distinct().Order(), Work().Distinct().Order());
        Assert.All(_produced.GroupBy(told => told.Id), repeated => Assert.Single(repeated.Select(told => Convert.ToHexString(EventEncoder.Encode(told))).Distinct()));
    }

    [Fact]
    public async Task While_Kafka_is_away_nothing_is_lost()
    {
        var attempts = 0;
        await RunForAsync(TimeSpan.FromHours(1), (_, _) =>
        {
            if (Interlocked.Increment(ref attempts) % 20 == 0) throw new KafkaException(new Error(ErrorCode.Local_MsgTimedOut));
        });
        var organisation = new Organisation(1, 2, Now.AddDays(-30));
        var expected = new HashSet<string>(StringComparer.Ordinal);
        while (organisation.Next() is var sending && sending.At < Now) expected.Add(sending.Event.Id);
        Assert.True(attempts > expected.Count);
        Assert.Subset(Work().ToHashSet(StringComparer.Ordinal), expected);
    }

    [Fact]
    public async Task A_client_that_has_failed_for_good_ends_the_run()
    {
        var run = new SimulatedOrganisation(Options, _time).RunAsync(
            (_, _, _) => Task.FromException(new KafkaException(new Error(ErrorCode.Local_Fatal, "fenced", isFatal: true))), CancellationToken.None);
        await Assert.ThrowsAsync<KafkaException>(() => run);
    }

    [Fact]
    public async Task The_position_says_how_far_it_has_come()
    {
        await RunForAsync(TimeSpan.FromMinutes(5));
        var position = SimulationPosition.Load(Position)!;
        Assert.Equal((1, 2, Now.AddDays(-30)), (position.Seed, position.Teams, position.Start));
        Assert.Equal(Work().Count, position.Events);
        Assert.InRange(position.Reached, Now.AddDays(-3), _time.GetUtcNow());
        Assert.Equal([SimulatedOrganisation.PositionFile], Directory.GetFiles(_directory).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Another_organisation_in_the_same_directory_is_refused()
    {
        await RunForAsync(TimeSpan.Zero);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => new SimulatedOrganisation(Options with { Seed = 2 }, _time).RunAsync((_, _, _) => Task.CompletedTask, CancellationToken.None));
        Assert.Equal($"{Position} belongs to the organisation with seed 1 and 2 teams, not to seed 2 and 2 teams; delete it to begin another one", refusal.Message);
    }

    [Fact]
    public void A_position_that_is_none_is_named()
    {
        File.WriteAllText(Position, "{");
        Assert.StartsWith($"{Position} is not the position of a simulation: ", Assert.Throws<InvalidDataException>(() => SimulationPosition.Load(Position)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 120, 2)]
    [InlineData(1001, 120, 2)]
    [InlineData(12, -1, 2)]
    [InlineData(12, 3651, 2)]
    [InlineData(12, 120, -1)]
    [InlineData(12, 120, 0.001)]
    [InlineData(12, 120, 10_001)]
    [InlineData(12, 120, double.NaN)]
    public void Options_out_of_range_are_refused(int teams, int days, double perSecond) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedOrganisation(Options with { Teams = teams, BackfillDays = days, EventsPerSecond = perSecond }, _time));

    [Fact]
    public async Task Progress_is_told_in_the_past_and_in_the_present()
    {
        var told = new ConcurrentQueue<SimulationProgress>();
        await RunForAsync(TimeSpan.FromMinutes(2), progress: new Listener(told.Enqueue));
        Assert.Contains(told, progress => !progress.IsLive);
        Assert.True(told.Last().IsLive);
        Assert.Equal(Work().Count, told.Last().Events);
        Assert.Equal(Reports().Count, told.Last().Reports);
    }

    private string Position => Path.Combine(_directory, SimulatedOrganisation.PositionFile);

    private SimulationOptions Options => new() { Seed = 1, Teams = 2, BackfillDays = 30, DataDirectory = _directory };

    private List<string> Work() => [.. _produced.Where(told => !IsReport(told)).Select(told => told.Id)];

    private List<string> Reports() => [.. _produced.Where(IsReport).Select(told => told.Id)];

    private static bool IsReport(Event told) => told.Id.Contains("report", StringComparison.Ordinal);

    private static Event Decode(byte[] json) => new EventDecoder().DecodeStructured(json).Event!;

    /// <summary>Runs for so long of the clock, which stands still while there is something to do and leaps when the run waits.</summary>
    private async Task RunForAsync(
        TimeSpan duration, Action<string, byte[]>? onProduce = null, SimulationOptions? options = null, IProgress<SimulationProgress>? progress = null)
    {
        using var stop = new CancellationTokenSource();
        _time.StopAt(_time.GetUtcNow() + duration, stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new SimulatedOrganisation(options ?? Options, _time, progress).RunAsync(ProduceAsync, stop.Token));

        async Task ProduceAsync(string project, byte[] json, CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            onProduce?.Invoke(project, json);
            _produced.Enqueue(Decode(json));
        }
    }

    /// <summary>A clock that leaps to the end of every wait, until the run has lasted long enough.</summary>
    private sealed class LeapingTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private DateTimeOffset _end;
        private CancellationTokenSource? _stop;

        public void StopAt(DateTimeOffset time, CancellationTokenSource source) => (_end, _stop) = (time, source);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _ = Task.Run(() =>
            {
                if (GetUtcNow() + dueTime > _end) _stop!.Cancel();
                else Advance(dueTime);
            });
            return timer;
        }
    }

    private sealed class Listener(Action<SimulationProgress> listen) : IProgress<SimulationProgress>
    {
        public void Report(SimulationProgress value) => listen(value);
    }
}
