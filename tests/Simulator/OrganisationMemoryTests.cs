using ShitOps.Local.Simulator;

namespace ShitOps.Tests.Simulator;

/// <summary>Runs alone: what other tests allocate meanwhile would count.</summary>
[Collection(nameof(OrganisationMemoryTests))]
[CollectionDefinition(nameof(OrganisationMemoryTests), DisableParallelization = true)]
public class OrganisationMemoryTests
{
    [Fact]
    public void Memory_does_not_grow_with_the_years()
    {
        var start = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        var organisation = new Organisation(1, 4, start);
        var afterOneYear = MemoryAfter(days: 365);
        Assert.InRange(MemoryAfter(days: 5 * 365), 0, afterOneYear + 2_000_000);
        GC.KeepAlive(organisation);

        long MemoryAfter(int days)
        {
            while (organisation.Next().At < start.AddDays(days)) { }
            return GC.GetTotalMemory(forceFullCollection: true);
        }
    }
}
