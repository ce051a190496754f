using System.Text;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

/// <summary>What is read the short way is what the complete reader reads, errors included, whatever the bytes.</summary>
public class PlainJsonTests
{
    private static readonly string[] Pieces =
    [
        "\"", "\\", "{", "}", "[", "]", ",", ":", " ", "  ", "\n", "\t", "\0", "\u007f", "\u0085", "\u00a3", "ü", "中", "😀", "null", "true", "false", "nul", "-", "0", "01", "-0", "1.5", "1.", ".5",
        "1e3", "123456789012345678901234567890", "\"data\":{", "\"data\":null,", "\"data_base64\":\"e30=\",", "\"id\":\"2\",", "\"id\":\"0197F3A2-7c41-7b2e-9d55-0c6f1f0a5b11\",", "\"time\":\"\",", "\"type\":\"task.deleted\",",
        "\"else\":[1,{\"a\":[]},\"b\"],", "\"task\":\"\",", "\"category\":\"done\",", "\"labels\":[\"a\"],", "\"spentHours\":0.1,", "\\u0041",
    ];

    private readonly EventDecoder _decoder = new();

    [Fact]
    public void Of_valid_events()
    {
        var events = new ArbitraryEvents(seed: 11);
        for (var i = 0; i < 5_000; i++) AssertSame(EventEncoder.Encode(events.Next()));
    }

    [Fact]
    public void Of_mutated_events()
    {
        var random = new Random(12);
        byte[][] valid = [.. Usual(), .. EventTypes.All.Select(type => EventContract.Documented.Types[type].Example).Select(OneLine)];
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = valid[random.Next(valid.Length)].ToList();
            for (var mutations = random.Next(1, 4); mutations > 0 && bytes.Count > 0; mutations--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(5))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)])); break;
                    case 2: bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 20))); break;
                    case 3: bytes.InsertRange(Math.Max(0, bytes.IndexOf((byte)',', at)), Encoding.UTF8.GetBytes($",{Pieces[random.Next(Pieces.Length)]}")); break;
                    default: bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(60, bytes.Count - at)))); break;
                }
            }

            AssertSame([.. bytes]);
        }
    }

    [Fact]
    public void Of_every_prefix_and_of_every_byte_in_the_place_of_every_other()
    {
        foreach (var json in Usual())
        {
            for (var at = 0; at < json.Length; at++)
            {
                AssertSame(json[..at]);
                var changed = (byte[])json.Clone();
                for (var value = 0; value < 256; value += at % 3 == 0 ? 1 : 7)
                {
                    changed[at] = (byte)value;
                    AssertSame(changed);
                }
            }
        }
    }

    [Fact]
    public void Usual_events_are_read_the_short_way() =>
        Assert.All([.. Usual(), .. EventTypes.All.Select(type => OneLine(EventContract.Documented.Types[type].Example))], json => Assert.NotNull(_decoder.DecodePlain(json, new Event())));

    /// <summary>One decoder for all, which never knows what comes next: in any order, with blanks or without, some properties twice, some unheard of.</summary>
    [Fact]
    public void Of_properties_in_any_order_and_any_spacing()
    {
        var random = new Random(13);
        string[] data = ["\"task\":\"PAY-17\"", "\"status\":\"In Review\"", "\"category\":\"done\"", "\"assignee\":null", "\"spentHours\":0.5", "\"else\":{\"task\":[]}", "\"labels\":[\"a\", \"b\"]", "\"milestone\":{\"due\":null,\"name\":\"5\"}", "\"\":1", "\"x\":\"y\""];
        string[] attributes =
        [
            "\"specversion\":\"1.0\"", "\"id\":\"0197f3a2-7c41-7b2e-9d55-0c6f1f0a5b11\"", "\"source\":\"https://jira.example.com\"", "\"subject\":\"checkout\"", "\"time\":\"2026-01-31T12:00:00.5Z\"",
        ];
        var plain = 0;
        for (var i = 0; i < 50_000; i++)
        {
            string[] these = [$"\"type\":\"{EventTypes.All[random.Next(EventTypes.All.Count)]}\"", $"\"data\":{Object(random, [.. data.Where(_ => random.Next(3) > 0)])}", .. attributes, .. random.Next(3) == 0 ? data[^3..] : []];
            var json = Encoding.UTF8.GetBytes(Object(random, these));
            if (_decoder.DecodePlain(json, new Event()) is not null) plain++;
            AssertSame(json);
        }

        Assert.InRange(plain, 10_000, 40_000);

        static string Object(Random random, string[] members)
        {
            if (random.Next(2) == 0) random.Shuffle(members);
            var (comma, colon) = random.Next(3) switch { 0 => (", ", ": "), 1 => (" ,", " :"), _ => (",", ":") };
            var text = string.Join(comma, members.Select(member => random.Next(4) == 0 ? member.Replace("\":", $"\"{colon}", StringComparison.Ordinal) : member));
            return random.Next(2) == 0 ? $"{{{text}}}" : $"{{ {text} }}";
        }
    }

    /// <summary>Up to the number of digits from which on the framework rounds, and beyond it.</summary>
    [Fact]
    public void Of_decimals()
    {
        var random = new Random(14);
        var template = Encoding.UTF8.GetString(EventEncoder.Encode(Some.Event(data: new TaskEstimated("PAY-17", default, default, 77777))));
        for (var i = 0; i < 50_000; i++)
        {
            var digits = random.NextInt64(0, (long)Math.Pow(10, random.Next(1, 18))).ToString(System.Globalization.CultureInfo.InvariantCulture);
            var number = random.Next(4) switch { 0 => digits, 1 => $"0.{digits}", 2 => $"{digits[..1]}.{digits}", _ => digits.Insert(digits.Length / 2, digits.Length < 2 ? "" : ".") };
            var json = Encoding.UTF8.GetBytes(template.Replace("77777", number, StringComparison.Ordinal));
            AssertSame(json);
            if (_decoder.DecodePlain(json, new Event()) is { Event.Data: TaskEstimated { SpentHours.Value: { } hours } }) Assert.Equal(double.Parse(number, System.Globalization.CultureInfo.InvariantCulture), hours);
        }
    }

    /// <summary>Of each length that leaves another number of bytes for the last block.</summary>
    [Fact]
    public void Of_any_length()
    {
        for (var length = 0; length < 1400; length++)
        {
            var json = EventEncoder.Encode(Some.Event() with { Source = new string('s', 1 + (length / 2)), Project = new string('p', 1 + (length % 250)) });
            Assert.Equal(json.Length <= 1472, _decoder.DecodePlain(json, new Event()) is not null);
            AssertSame(json);
        }
    }

    private static IEnumerable<byte[]> Usual()
    {
        var status = new Status("In Review", StatusCategory.InProgress);
        EventData[] all =
        [
            new TaskStatusChanged("PAY-17", status), new TaskAssigned("PAY-17", "Jürgen Weiß"), new TaskEstimated("PAY-17", 16, 7.5, new(true, null)), new TaskBlocked("PAY-17", "waiting for a sandbox"),
            new TaskUpdated("PAY-17", new TaskFields { Title = "Reconcile invoices", Priority = "High", Status = status, Milestone = new Milestone("Sprint 5", MilestoneKind.Sprint, null, new DateOnly(2026, 3, 1)), Labels = new(true, ["a", "b"]) }),
        ];
        return all.Select(data => EventEncoder.Encode(new Event("0197f3a2-7c41-7b2e-9d55-0c6f1f0a5b11", "https://jira.example.com", EventTypes.Of(data), Some.Time, "checkout", data)));
    }

    private static byte[] OneLine(byte[] json) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json).Replace("\n", "", StringComparison.Ordinal));

    private void AssertSame(byte[] json)
    {
        var (expected, actual) = (_decoder.DecodeAny(json, new Event()), _decoder.DecodeStructured(json));
        Assert.Equal(expected.Error, actual.Error);
        if (expected.Event is null) return;
        Assert.Equal(expected.Event with { Data = null }, actual.Event! with { Data = null });
        Assert.Equal(expected.Event.Data is null, actual.Event!.Data is null);
        if (expected.Event.Data is not null) Assert.Equal(EventEncoder.Encode(expected.Event), EventEncoder.Encode(actual.Event));
    }
}
