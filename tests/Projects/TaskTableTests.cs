using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

public class TaskTableTests
{
    [Fact]
    public void Finds_what_a_dictionary_finds()
    {
        var random = new Random(1);
        string[] kinds = ["T-", "", "\0", "ü", "a key that is longer than fifteen characters ", "中"];
        var (table, expected) = (new TaskTable(), new Dictionary<string, TaskState>(StringComparer.Ordinal));
        for (var i = 0; i < 200_000; i++)
        {
            var key = $"{kinds[random.Next(kinds.Length)]}{random.Next(1_000)}";
            Assert.Same(expected.GetValueOrDefault(key), table.Find(new TaskKey(key)));
            if (expected.Remove(key))
            {
                table.Remove(new TaskKey(key));
            }
            else if (random.Next(3) > 0)
            {
                expected.Add(key, new TaskState());
                table.Add(new TaskKey(key), expected[key]);
            }

            Assert.Equal(expected.Count, table.Count);
        }

        Assert.All(expected, one => Assert.Same(one.Value, table.Find(new TaskKey(one.Key))));
    }

    [Fact]
    public void Tells_keys_apart_that_end_in_zeros()
    {
        var table = new TaskTable();
        string[] keys = [.. Enumerable.Range(0, 20).Select(length => new string('\0', length))];
        var tasks = keys.ToDictionary(key => key, _ => new TaskState());
        foreach (var key in keys) table.Add(new TaskKey(key), tasks[key]);
        foreach (var key in keys) Assert.Same(tasks[key], table.Find(new TaskKey(key)));
        Assert.Throws<ArgumentException>(() => table.Add(new TaskKey(""), new TaskState()));
    }
}
