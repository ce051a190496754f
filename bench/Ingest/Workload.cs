using ShitOps.Events;

namespace ShitOps.Bench.Ingest;

/// <summary>One record for the topic: the Kafka key and the event as it stands there.</summary>
internal readonly record struct WorkloadRecord(string Project, byte[] Json);

/// <summary>
/// W1, an engineering organisation as a stream of events, the same one for the same seed: 200 projects of Zipf sizes, 50,000 tasks in the
/// first million events, each task with a life of some 20 events over about a fortnight, 0.1% of the events repeated (the very same bytes
/// again) and 0.1% late (hours to days after their time). A shorter run takes the beginning of the stream, so that it is as dense as the
/// long one; a longer run goes on as before.
/// </summary>
internal sealed class Workload(int seed)
{
    public const int Projects = 200;

    /// <summary>The events of the whole of W1, which take 90 days.</summary>
    public const int WholeEvents = 1_000_000;

    private const int WholeTasks = 50_000;

    /// <summary>Tasks that exist from the beginning: as many as are under way at any later time.</summary>
    private const int Backlog = 4_000;

    private const double EventsPerDay = WholeEvents / 90.0;
    private const double RepeatedShare = 0.001;
    private const double LateShare = 0.001;
    private const double ProjectShare = 0.005;
    private const int RepeatedFromLast = 10_000;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Random _random = new(seed);
    private readonly ProjectLife[] _projects = [.. Enumerable.Range(0, Projects).Select(number => new ProjectLife(number))];
    private readonly double[] _shares = ZipfShares();
    private readonly PriorityQueue<TaskLife, double> _alive = new();
    private readonly PriorityQueue<WorkloadRecord, double> _heldBack = new();
    private readonly Queue<WorkloadRecord> _lately = new(RepeatedFromLast);
    private long _index;

    /// <summary>How many tasks have come to be.</summary>
    public int Tasks { get; private set; }

    /// <summary>How many of the records given were given before.</summary>
    public long Repeated { get; private set; }

    /// <summary>How many of the records given come late.</summary>
    public long Late { get; private set; }

    /// <summary>The next record of the stream.</summary>
    /// <param name="at">The time of the event, if it is a new one; null: its place in the 90 days from 2026-01-01.</param>
    public WorkloadRecord Next(DateTimeOffset? at = null)
    {
        var record = Choose(at);
        if (_lately.Count == RepeatedFromLast) _lately.Dequeue();
        _lately.Enqueue(record);
        _index++;
        return record;
    }

    /// <summary>An event of this workload's kind.</summary>
    public WorkloadRecord Record(string project, DateTimeOffset time, EventData data)
    {
        var id = new byte[16];
        _random.NextBytes(id);
        // Version 4, variant 1: as trackers and gateways make them.
        id[7] = (byte)((id[7] & 0x0f) | 0x40);
        id[8] = (byte)((id[8] & 0x3f) | 0x80);
        return new WorkloadRecord(project, EventEncoder.Encode(new Event(new Guid(id).ToString(), "https://tracker.example.com/engineering", EventTypes.Of(data), time, project, data)));
    }

    private WorkloadRecord Choose(DateTimeOffset? at)
    {
        if (_heldBack.TryPeek(out _, out var due) && due <= _index)
        {
            Late++;
            return _heldBack.Dequeue();
        }

        if (_index >= Projects && _random.NextDouble() < RepeatedShare)
        {
            Repeated++;
            return _lately.ElementAt(_random.Next(_lately.Count));
        }

        var record = Make(at);
        if (_index < Projects || _random.NextDouble() >= LateShare) return record;
        // From an hour to three days, the shorter the likelier.
        _heldBack.Enqueue(record, _index + (EventsPerDay / 24 * Math.Pow(72, _random.NextDouble())));
        return Make(at);
    }

    private WorkloadRecord Make(DateTimeOffset? at)
    {
        // Trackers state milliseconds.
        var time = at ?? Start.AddMilliseconds(Math.Floor((_index + _random.NextDouble()) / EventsPerDay * 86_400_000));
        if (_index < Projects)
        {
            var project = _projects[_index];
            return Record(project.Key, time, project.Create());
        }

        if (Tasks < TasksBy(_index))
        {
            var project = _projects[AnyProject()];
            var (events, days) = (8 + _random.Next(25), Math.Pow(60, _random.NextDouble()));
            var task = new TaskLife(project, ++Tasks, events, days * EventsPerDay / events);
            _alive.Enqueue(task, _index + Wait(task));
            return Record(project.Key, time, task.Create(_random));
        }

        if (_random.NextDouble() < ProjectShare || !_alive.TryDequeue(out var next, out var due))
        {
            var project = _projects[AnyProject()];
            return Record(project.Key, time, project.Next(_random, DateOnly.FromDateTime(time.UtcDateTime)));
        }

        var data = next.Next(_random, DateOnly.FromDateTime(time.UtcDateTime));
        if (!next.IsOver) _alive.Enqueue(next, Math.Max(due, _index) + Wait(next));
        return Record(next.Project.Key, time, data);
    }

    private double Wait(TaskLife task) => -Math.Log(1 - _random.NextDouble()) * task.Gap;

    private static long TasksBy(long index)
    {
        var since = index - Projects;
        return since < Backlog ? since + 1 : Backlog + ((since - Backlog) * (WholeTasks - Backlog) / (WholeEvents - Projects - Backlog - 1));
    }

    private int AnyProject()
    {
        var found = Array.BinarySearch(_shares, _random.NextDouble());
        return Math.Min(found >= 0 ? found : ~found, Projects - 1);
    }

    /// <summary>The sizes of projects are as 1, 1/2, 1/3, …; given are the sums up to each.</summary>
    private static double[] ZipfShares()
    {
        var whole = Enumerable.Range(1, Projects).Sum(rank => 1.0 / rank);
        var sum = 0.0;
        return [.. Enumerable.Range(1, Projects).Select(rank => sum += 1.0 / rank / whole)];
    }
}
