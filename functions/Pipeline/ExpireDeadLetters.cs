using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using ShitOps.Wording;

namespace ShitOps.Pipeline;

/// <summary>Deletes dead letters that are older than <see cref="DeadLetterRetention"/>, every night at 03:30 UTC.</summary>
public sealed class ExpireDeadLetters(DeadLetters deadLetters, DeadLetterRetention retention, TimeProvider time, ILogger<ExpireDeadLetters> logger)
{
    [Function(nameof(ExpireDeadLetters))]
    public async Task RunAsync([TimerTrigger("0 30 3 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        var deleted = await deadLetters.DeleteAsync(time.GetUtcNow() - retention.Period, cancellationToken);
        logger.LogInformation("{Count} {Blobs} of dead letters older than {Days} {Noun} deleted", deleted, Quantity.Noun(deleted, "blob"), retention.Period.TotalDays, Quantity.Noun((long)retention.Period.TotalDays, "day"));
    }
}

/// <summary>How long dead letters are kept: the setting <c>DeadLetterRetentionDays</c>, 1 to 3,650, default 30.</summary>
/// <param name="Period">The time since they were stored.</param>
public sealed record DeadLetterRetention(TimeSpan Period)
{
    /// <summary>Reads the setting.</summary>
    /// <exception cref="SettingException">It is not a number of days from 1 to 3,650.</exception>
    public static DeadLetterRetention FromSettings(IConfiguration settings) => new(TimeSpan.FromDays(NumberSetting.Of(settings, "DeadLetterRetentionDays", 30, 1, 3_650, "days")));
}
