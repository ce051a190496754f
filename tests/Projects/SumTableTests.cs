using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

public class SumTableTests
{
    /// <summary>Through growing with sums that are zero, and forgetting tables small and large.</summary>
    [Fact]
    public void Holds_the_sums_that_a_dictionary_holds()
    {
        var random = new Random(1);
        var (table, expected) = (new SumTable(), new Dictionary<long, long>());
        for (var round = 0; round < 200; round++)
        {
            var keys = round % 20 == 0 ? 3_000 : 1 + random.Next(60);
            for (var i = 0; i < keys * 3; i++)
            {
                var key = (long)random.Next(keys) << random.Next(0, 40);
                var amount = expected.GetValueOrDefault(key) is not 0 and var sum && random.Next(3) == 0 ? -sum : random.Next(-5, 6);
                table.Add(key, amount);
                expected[key] = expected.GetValueOrDefault(key) + amount;
            }

            Assert.Equal(expected.Where(one => one.Value != 0).Select(one => (one.Key, one.Value)).Order(), table.Sums.Order());
            Assert.Equal(expected.Values.All(sum => sum == 0), table.IsZero);
            table.Clear();
            expected.Clear();
            Assert.True(table.IsZero);
            Assert.Empty(table.Sums);
        }
    }
}
