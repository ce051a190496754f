using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class DecodeAllocationTests
{
    /// <summary>Names are there already, and id and task's key are bytes of the event.</summary>
    [Fact]
    public void A_status_change_is_decoded_into_memory_of_its_batch_without_any_other()
    {
        var memory = new EventBatch();
        var data = new TaskStatusChanged("CHK-17", new Status("In Review", StatusCategory.InProgress)) { Actor = "Ada Quartz" };
        var json = EventEncoder.Encode(
            new Event("0197f3a2-7c41-7b2e-9d55-0c6f1f0a5b11", "https://jira.example.com", EventTypes.TaskStatusChanged, DateTimeOffset.UnixEpoch, "checkout", data));
        var decoder = new EventDecoder();
        for (var i = 0; i < 100; i++) Decode();

        const int events = 1_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < events; i++) Decode();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Decode()
        {
            memory.Clear();
            Assert.True(decoder.DecodeStructured(json, memory).IsDecoded);
        }
    }
}
