using FsCheck.Xunit;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

public class StoredBytesTests
{
    private readonly StateWriter _writer = new();

    [Property(MaxTest = 200)]
    public void What_is_read_back_is_written_alike(int seed)
    {
        foreach (var (name, bytes) in RowsOf(seed)) Assert.Equal(bytes, Rewritten(name, bytes));
    }

    [Property(MaxTest = 50)]
    public void No_changed_byte_goes_unnoticed(int seed)
    {
        var random = new Random(seed);
        foreach (var (name, bytes) in RowsOf(seed))
        {
            var changed = bytes.ToArray();
            changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            Assert.Throws<CorruptStateException>(() => Rewritten(name, changed));
            Assert.Throws<CorruptStateException>(() => Rewritten(name, bytes[..random.Next(bytes.Length)]));
            Assert.Throws<CorruptStateException>(() => Rewritten(name, [.. bytes, 0]));
        }
    }

    /// <summary>Behind a checksum that matches, as a bug in another version would write it.</summary>
    [Property(MaxTest = 300)]
    public void Bytes_that_make_no_sense_are_refused_and_never_crash(int seed)
    {
        var random = new Random(seed);
        foreach (var (name, bytes) in RowsOf(seed))
        {
            var content = bytes[..^4];
            for (var i = random.Next(1, 4); i > 0; i--) content[random.Next(2, content.Length)] ^= (byte)random.Next(1, 256);
            var checksum = StateWriter.Checksum(content);
            try
            {
                Rewritten(name, [.. content, .. BitConverter.GetBytes(checksum)]);
            }
            catch (CorruptStateException)
            {
                // It says what is wrong; that it is nothing else is the point.
            }
            catch (ArgumentException fault) when (fault.ParamName == "day")
            {
                // Another day can be read, and is then not written under this one's name.
            }
        }
    }

    [Fact]
    public void A_fault_is_told_in_words()
    {
        var bytes = StoredProject.Of(Some.Event()).Rows["task/APOLLO-1"];
        Assert.Equal("Stored state cannot be read: 3 bytes are too few.", Message(bytes[..3]));
        Assert.Equal("Stored state cannot be read: the checksum does not match.", Message([.. bytes[..^1], (byte)(bytes[^1] ^ 1)]));
        Assert.Equal("Stored state cannot be read: expected a Task, found kind 83.", Message(new ProjectSummary().ToBytes(_writer)));

        static string Message(byte[] bytes) => Assert.Throws<CorruptStateException>(() => TaskState.FromBytes(bytes)).Message;
    }

    [Fact]
    public void Ids_that_are_nearly_uuids_come_back_as_they_were()
    {
        foreach (var id in (string[])["3F2504E0-4F89-11D3-9A0C-0305E82C3301", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3f2504e04f8911d39a0c0305e82c3301", "{f2504e0-4f89-11d3-9a0c-0305e82c3301", ""])
        {
            var stored = StoredProject.Of(ProjectEvents.At(Some.Time, id, new TaskStatusChanged("T", new Status("Done", StatusCategory.Done)))).Tasks["T"];
            Assert.Equal(id, stored.Progress[0].Stamp.Id);
        }
    }

    [Fact]
    public void Times_from_the_first_to_the_last_tick_come_back_as_they_were()
    {
        var times = new[] { DateTimeOffset.MinValue, DateTimeOffset.MinValue.AddTicks(1), Some.Time, Some.Time.AddTicks(1), Some.Time.AddMilliseconds(1), DateTimeOffset.MaxValue };
        Event[] events = [.. times.Select((time, i) => ProjectEvents.At(time, $"{i}", new TaskStatusChanged("T", new Status("Doing", StatusCategory.InProgress))))];
        Assert.Equal(times, StoredProject.Of(events).Tasks["T"].Progress.ToArray().Select(fact => fact.Stamp.Time));
    }

    /// <summary>All kinds of bytes that the events of a seed make.</summary>
    private IEnumerable<KeyValuePair<string, byte[]>> RowsOf(int seed)
    {
        var stored = StoredProject.Of(ProjectEvents.Of(seed, longestId: 256));
        var teams = new TeamSums();
        teams.Add([.. stored.Teams]);
        return stored.Rows.Where(row => !row.Key.StartsWith("team/", StringComparison.Ordinal)).Append(KeyValuePair.Create("teams", teams.ToBytes(_writer)));
    }

    private byte[] Rewritten(string name, byte[] bytes) => name.Split('/')[0] switch
    {
        "task" => TaskState.FromBytes(bytes).ToBytes(_writer),
        "project" => ProjectState.FromBytes(bytes).ToBytes(_writer),
        "summary" => ProjectSummary.FromBytes(bytes).ToBytes(_writer),
        "teams" => TeamSums.FromBytes(bytes).ToBytes(_writer),
        _ => HistoryChanges.FromBytes(bytes).ToBytes(DateOnly.ParseExact(name.Split('/')[1], "O"), _writer),
    };
}
