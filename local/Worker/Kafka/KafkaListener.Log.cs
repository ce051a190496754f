using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ShitOps.Local.Worker;

/// <content>What it tells.</content>
internal sealed partial class KafkaListener
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Assigned: {Partitions}")]
    private static partial void LogAssigned(ILogger logger, string partitions);

    [LoggerMessage(Level = LogLevel.Information, Message = "{How}: {Partitions}")]
    private static partial void LogLost(ILogger logger, string how, string partitions);

    [LoggerMessage(Level = LogLevel.Error, Message = "Failed on a batch of {Count} ({Positions}), try {Tries}")]
    private static partial void LogFailed(ILogger logger, Exception failure, int count, string positions, int tries);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of {Count} that the function failed on is committed ({Positions}): {Why}. It is lost to it.")]
    private static partial void LogCommitted(ILogger logger, int count, string positions, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Not stored, {Offset}: {Reason}")]
    private static partial void LogNotStored(ILogger logger, string offset, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Function}' took longer than maxPollIntervalMs: its partitions go to other consumers, and its records come again")]
    private static partial void LogTooSlow(ILogger logger, string function);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Topic {Topic} does not exist at {Brokers}; waiting for it")]
    private static partial void LogTopicMissing(ILogger logger, string topic, string brokers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing comes from topic {Topic} at {Brokers}: {Reason} ({Code}); trying on")]
    private static partial void LogRefused(ILogger logger, string topic, string brokers, string reason, ErrorCode code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka cannot be reached at {Brokers}: {Reason}; trying on")]
    private static partial void LogUnreachable(ILogger logger, string brokers, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Kafka is reached again at {Brokers}")]
    private static partial void LogReachable(ILogger logger, string brokers);

    [LoggerMessage(Level = LogLevel.Error, Message = "The consumer failed and is made anew: {Reason}")]
    private static partial void LogFatal(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "'{Function}' cannot go on consuming, so the app stops")]
    private static partial void LogBroken(ILogger logger, Exception fault, string function);

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Function}' could not leave its consumer group in order")]
    private static partial void LogNotLeft(ILogger logger, Exception? fault, string function);

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Function}' did not heed cancellation within {Limit}; its batch comes again")]
    private static partial void LogUnfinished(ILogger logger, string function, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Debug, Message = "librdkafka {Facility}: {Line}")]
    private static partial void LogClient(ILogger logger, string facility, string line);
}
