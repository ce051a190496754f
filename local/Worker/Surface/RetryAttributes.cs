using System.Globalization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>How often a failed invocation is tried again. Counted in memory only: nothing safe can be built on it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RetryAttribute : Attribute
{
    /// <summary>Tries after the first; -1 for ever.</summary>
    public int MaxRetryCount { get; set; }

    private protected static TimeSpan Interval(string text, string parameter) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval >= TimeSpan.Zero
            ? interval
            : throw new ArgumentOutOfRangeException(parameter, text, "A retry interval is written hh:mm:ss and is not negative.");
}

/// <summary>Tries again after the same delay each time.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class FixedDelayRetryAttribute : RetryAttribute
{
    public FixedDelayRetryAttribute(int maxRetryCount, string delayInterval)
    {
        _ = Interval(delayInterval, nameof(delayInterval));
        MaxRetryCount = maxRetryCount;
        DelayInterval = delayInterval;
    }

    public string DelayInterval { get; }
}

/// <summary>Tries again after a delay that doubles, between two bounds.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class ExponentialBackoffRetryAttribute : RetryAttribute
{
    public ExponentialBackoffRetryAttribute(int maxRetryCount, string minimumInterval, string maximumInterval)
    {
        if (Interval(minimumInterval, nameof(minimumInterval)) > Interval(maximumInterval, nameof(maximumInterval)))
        {
            throw new ArgumentException("The minimum interval is longer than the maximum interval.", nameof(minimumInterval));
        }

        MaxRetryCount = maxRetryCount;
        MinimumInterval = minimumInterval;
        MaximumInterval = maximumInterval;
    }

    public string MinimumInterval { get; }

    public string MaximumInterval { get; }
}
