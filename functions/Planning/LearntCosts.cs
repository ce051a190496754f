using Microsoft.Extensions.Logging;

namespace ShitOps.Planning;

/// <summary>
/// What plans cost, as this process and those before it learnt; for several threads at once. What was logged before is read beside the first
/// answers, so that none waits for it, and again after a while if it could not be.
/// </summary>
/// <param name="costs">What is believed of it; nobody else uses it.</param>
/// <param name="before">Reads what was logged before, the earliest first.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
public sealed class LearntCosts(CostModel costs, Func<CancellationToken, Task<IReadOnlyList<LoggedQuery>>> before, TimeProvider time, ILogger<LearntCosts> log)
{
    /// <summary>How long after reading failed it is tried again, if somebody asks.</summary>
    public static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(30);

    // Whoever asks meanwhile does not wait for all of it.
    private const int LearntAtOnce = 100;

    private readonly Lock _lock = new();
    private bool _isRead;
    private long? _failedAt;

    /// <summary>Asks what is believed.</summary>
    public T Ask<T>(Func<CostModel, T> question)
    {
        lock (_lock)
        {
            if (!_isRead && (_failedAt is not { } at || time.GetElapsedTime(at) >= AgainAfter))
            {
                _isRead = true;
                _ = Task.Run(ReadAsync, CancellationToken.None);
            }

            return question(costs);
        }
    }

    /// <summary>Learns what a plan took; of one that was broken off, that it takes so long at least.</summary>
    public void Learn(LoggedQuery one)
    {
        lock (_lock) LearnNow(one);
    }

    private void LearnNow(LoggedQuery one)
    {
        // How long it takes until something fails says nothing of how long it takes.
        if (one.Outcome != QueryOutcome.Failed) costs.Learn(one.Shape, new PlanCandidate(one.Plan, one.Estimate), one.SpentMs, one.Count, isAtLeast: one.Outcome != QueryOutcome.Answered);
    }

    private async Task ReadAsync()
    {
        try
        {
            foreach (var some in (await before(CancellationToken.None)).Chunk(LearntAtOnce))
                lock (_lock)
                    foreach (var one in some) LearnNow(one);
        }
        catch (Exception fault)
        {
            // Whatever it is, answers do not need it.
            log.LogWarning(fault, "What plans took before could not be read; what they are expected to take is a guess at first");
            lock (_lock) (_isRead, _failedAt) = (false, time.GetTimestamp());
        }
    }
}
