using Azure;
using Azure.Identity;
using ShitOps.Storage;

namespace ShitOps.Tests.Storage;

/// <summary>What is storage's fault, and what holds for all of it.</summary>
public class StorageFaultTests
{
    public static TheoryData<Exception, bool, bool> Faults => new()
    {
        { new RequestFailedException(0, "nobody answers"), true, true },
        { new RequestFailedException(503, "busy"), true, true },
        { new RequestFailedException(403, "nobody is let in"), true, true },
        { new AuthenticationFailedException("no token"), true, true },
        { new RequestFailedException(413, "this one is too large"), true, false },
        { new RequestFailedException(412, "another was faster"), true, false },
        { new AggregateException(new RequestFailedException(503, "busy"), new RequestFailedException(0, "nobody answers")), true, true },
        { new AggregateException(new TaskCanceledException("no answer came"), new TaskCanceledException("no answer came")), true, true },
        { new AggregateException(new InvalidDataException("a row is damaged")), false, false },
        { new InvalidDataException("a row is damaged"), false, false },
        { new OperationCanceledException(), false, false },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Outages_are_told_from_refusals_of_one_request(Exception fault, bool isFault, bool isOutage)
    {
        Assert.Equal((isFault, isOutage), (StorageFault.Is(fault), StorageFault.IsOutage(fault)));
    }
}
