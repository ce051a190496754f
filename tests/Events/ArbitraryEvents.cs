using ShitOps.Events;

namespace ShitOps.Tests.Events;

/// <summary>An endless sequence of valid events, the usual and the odd ones, that depends on nothing but the seed.</summary>
internal sealed class ArbitraryEvents(int seed)
{
    private static readonly string[] Oddities = ["a", "Z", "7", " ", "\"", "\\", "/", "ü", "ß", "中", "😀", "\u00a0", "\u2028", "<", "&", "+", "'", "{", "]", ","];
    private static readonly string[] Controls = ["\0", "\u0001", "\b", "\t", "\n", "\u001f", "\u007f", "\u0085"];

    private readonly Random _random = new(seed);

    public Event Next()
    {
        var data = Data();
        return new Event(Attribute(256), Attribute(1024), EventTypes.Of(data), Time(), Attribute(256), data);
    }

    private EventData Data() => Statement() with { Actor = Maybe(Name) };

    private EventData Statement() => _random.Next(13) switch
    {
        0 => new ProjectCreated(ProjectFields()),
        1 => new ProjectUpdated(ProjectFields()),
        2 => new ProjectStatusChanged(Status()),
        3 => new TaskCreated(Name(), TaskFields()),
        4 => new TaskUpdated(Name(), TaskFields()),
        5 => new TaskStatusChanged(Name(), Status()),
        6 => new TaskAssigned(Name(), Maybe(Name)),
        7 => new TaskEstimated(Name(), Stated(Hours), Stated(Hours), Stated(Hours)),
        8 => new TaskBlocked(Name(), Maybe(Text)),
        9 => new TaskUnblocked(Name()),
        10 => new TaskDeleted(Name()),
        11 => Allocated(),
        _ => new ResourceReleased(Name()),
    };

    private ProjectFields ProjectFields() => new()
    {
        Name = StatedText(Text),
        Team = StatedText(Name),
        Owner = StatedText(Name),
        Status = _random.Next(2) == 0 ? Status() : null,
        Start = Stated(Day),
        Due = Stated(Day),
    };

    private TaskFields TaskFields() => new()
    {
        Title = StatedText(Text),
        Kind = StatedText(Name),
        Priority = StatedText(Name),
        Status = _random.Next(2) == 0 ? Status() : null,
        Assignee = StatedText(Name),
        Team = StatedText(Name),
        Parent = StatedText(Name),
        EstimateHours = Stated(Hours),
        Due = Stated(Day),
        Milestone = _random.Next(3) switch { 0 => default, 1 => new Field<Milestone?>(true, null), _ => Milestone() },
        Labels = _random.Next(3) switch { 0 => default, 1 => new Field<IReadOnlyList<string>?>(true, null), _ => new(true, [.. Enumerable.Range(0, _random.Next(5)).Select(_ => Name())]) },
    };

    private Milestone Milestone() => new(Name(), (MilestoneKind)_random.Next(3), _random.Next(2) == 0 ? Day() : null, _random.Next(2) == 0 ? Day() : null);

    private ResourceAllocated Allocated()
    {
        var (one, other) = (Day(), Day());
        var (from, to) = one < other ? (one, other) : (other, one);
        return new ResourceAllocated(Name(), Name(), Hours(), from, _random.Next(2) == 0 ? to : null, Maybe(Name));
    }

    private Status Status() => new(Name(), (StatusCategory)_random.Next(5));

    private DateOnly Day() => DateOnly.FromDayNumber(_random.Next(DateOnly.MaxValue.DayNumber + 1));

    private double Hours() => _random.Next(4) switch { 0 => 0, 1 => _random.Next(100), 2 => _random.NextDouble() * 1_000_000, _ => 1_000_000 };

    private DateTimeOffset Time() => _random.Next(3) switch
    {
        0 => new DateTimeOffset(_random.NextInt64(DateTime.MaxValue.Ticks + 1), TimeSpan.Zero),
        1 => DateTimeOffset.UnixEpoch.AddSeconds(_random.Next()),
        _ => DateTimeOffset.UnixEpoch.AddMilliseconds(_random.NextInt64(4_000_000_000_000)),
    };

    private string Attribute(int longest) => Text(1, longest, Oddities);

    private string Name() => Text(1, 256, [.. Oddities, .. Controls]);

    private string Text() => Text(0, 4096, [.. Oddities, .. Controls]);

    private string Text(int shortest, int longest, string[] alphabet)
    {
        var length = _random.Next(20) == 0 ? longest : _random.Next(shortest, 30);
        var text = new System.Text.StringBuilder();
        while (text.Length < length) text.Append(alphabet[_random.Next(alphabet.Length)]);

        // The last one may have been a pair of surrogates, one more than there is room for.
        if (text.Length > longest) text.Remove(text.Length - 2, 2);
        return text.ToString();
    }

    private T? Maybe<T>(Func<T> value)
        where T : class => _random.Next(3) == 0 ? null : value();

    private Field<string?> StatedText(Func<string> value) => _random.Next(3) switch { 0 => default, 1 => new Field<string?>(true, null), _ => value() };

    private Field<T?> Stated<T>(Func<T> value)
        where T : struct => _random.Next(3) switch { 0 => default, 1 => new Field<T?>(true, null), _ => value() };
}
