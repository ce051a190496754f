using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class DecodeAllocationTests
{
    /// <summary>
    /// The event, its data and its task's key: 96 + 48 + 40 bytes. Everything else is there already, and the id is 16 bytes of the event.
    /// </summary>
    private const long ThreeObjects = 184;

    [Fact]
    public void A_status_change_allocates_three_objects()
    {
        var data = new TaskStatusChanged("CHK-17", new Status("In Review", StatusCategory.InProgress)) { Actor = "Ada Quartz" };
        var json = EventEncoder.Encode(
            new Event("0197f3a2-7c41-7b2e-9d55-0c6f1f0a5b11", "https://jira.example.com", EventTypes.TaskStatusChanged, DateTimeOffset.UnixEpoch, "checkout", data));
        var decoder = new EventDecoder();
        for (var i = 0; i < 100; i++) Assert.True(decoder.DecodeStructured(json).IsDecoded);

        const int events = 1_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < events; i++) decoder.DecodeStructured(json);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / events, 1, ThreeObjects);
    }
}
