using Azure;
using Azure.Data.Tables;
using ShitOps.Storage;
using ShitOps.Synthesis.Training;

namespace ShitOps.Asking;

/// <summary>
/// The table <c>corrections</c>: what people say that questions mean, in words and signs, without names that are known. One row for the same words, however often
/// they are sent and by whomever; so many in all and so many an hour, so that nobody can drown the others.
/// </summary>
public sealed class CorrectionStore(StorageAccount account, TimeProvider time, string table = "corrections")
{
    /// <summary>The most corrections that are kept.</summary>
    public const int MostKept = 2_000;

    /// <summary>The most that one process takes in an hour.</summary>
    public const int MostAnHour = 60;

    /// <summary>How long a correction is kept; what was learnt from it stays learnt.</summary>
    public const int KeptDays = 90;

    private const string Partition = "corrections";

    private readonly AccountTable _table = account.Table(table);
    private readonly Lock _lock = new();
    private readonly Queue<DateTimeOffset> _taken = new();

    /// <summary>Keeps a correction in the place of one for the same words.</summary>
    /// <returns>Whether it was kept; false: there are too many.</returns>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<bool> TryAddAsync(CorrectedQuestion correction, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            while (_taken.TryPeek(out var first) && now - first >= TimeSpan.FromHours(1)) _taken.Dequeue();
            if (_taken.Count >= MostAnHour) return false;
            _taken.Enqueue(now);
        }

        if (await _table.GetAsync(Partition, correction.Key, cancellationToken) is null && (await AllAsync(cancellationToken)).Count >= MostKept) return false;
        var row = new TableEntity(Partition, correction.Key) { ["Question"] = correction.ToJson(), ["At"] = now };
        await _table.SubmitAsync([new TableTransactionAction(TableTransactionActionType.UpsertReplace, row)], cancellationToken);
        return true;
    }

    /// <summary>All corrections, each with when it was made, in the order of their keys.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyList<(CorrectedQuestion Correction, DateTimeOffset At)>> AllAsync(CancellationToken cancellationToken)
    {
        List<(CorrectedQuestion, DateTimeOffset)> all = [];
        await foreach (var row in _table.QueryAsync($"PartitionKey eq '{Partition}'", cancellationToken))
            if (row.GetString("Question") is { } json && CorrectedQuestion.Parse(json) is { } correction) all.Add((correction, row.GetDateTimeOffset("At") ?? default));
        return all;
    }

    /// <summary>Deletes corrections that are older than <see cref="KeptDays"/>.</summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        var first = time.GetUtcNow().AddDays(-KeptDays);
        foreach (var (correction, at) in await AllAsync(cancellationToken))
            if (at < first) await _table.DeleteAsync(Partition, correction.Key, cancellationToken);
    }
}
