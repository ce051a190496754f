using System.Collections.Concurrent;
using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using ShitOps.Planning;
using ShitOps.Storage;

namespace ShitOps.Asking;

/// <summary>What one query took. It holds no names: neither of who asked, nor of what was asked for.</summary>
/// <param name="At">When it was answered.</param>
/// <param name="Shape">The query's <see cref="QueryShape"/>.</param>
/// <param name="Plan">The plan that was taken.</param>
/// <param name="Estimate">What it was estimated to read.</param>
/// <param name="ExpectedMs">How long it was expected to take.</param>
/// <param name="SpentMs">How long it took.</param>
/// <param name="Requests">Requests to storage.</param>
/// <param name="Bytes">Bytes of their answers.</param>
/// <param name="Rows">Rows of the answer.</param>
/// <param name="Propensity">With which probability the plan was chosen.</param>
/// <param name="Candidates">How many plans there were.</param>
public sealed record LoggedQuery(
    DateTimeOffset At, string Shape, QueryPlan Plan, PlanEstimate Estimate, double ExpectedMs, double SpentMs, long Requests, long Bytes, int Rows, double Propensity, int Candidates);

/// <summary>
/// The table <c>querylog</c>, from which the cost model learns: PartitionKey = the day, RowKey = the time and which process wrote it. Entries are
/// written some at a time, beside the answers; when a process dies its last few seconds are lost.
/// </summary>
public sealed class QueryLog(StorageAccount account, TimeProvider time, ILogger<QueryLog> log, string table = "querylog") : IAsyncDisposable
{
    /// <summary>How long entries are kept.</summary>
    public const int KeptDays = 30;

    /// <summary>An entry is written so long after the answer at the latest.</summary>
    public static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(10);

    private const int FlushFrom = 50;
    private const int MostWaiting = 5_000;

    private readonly AccountTable _table = account.Table(table);
    private readonly ConcurrentQueue<LoggedQuery> _waiting = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly string _writer = Guid.NewGuid().ToString("N")[..8];
    private int _isDue;
    private int _number;

    /// <summary>Notes a query; it is written a little later.</summary>
    public void Add(LoggedQuery one)
    {
        if (_waiting.Count < MostWaiting) _waiting.Enqueue(one);
        if (_waiting.Count >= FlushFrom) _ = Task.Run(() => FlushAsync(CancellationToken.None));
        else if (Interlocked.Exchange(ref _isDue, 1) == 0) _ = FlushLaterAsync();

        async Task FlushLaterAsync()
        {
            await Task.Delay(FlushEvery, time);
            Interlocked.Exchange(ref _isDue, 0);
            await FlushAsync(CancellationToken.None);
        }
    }

    /// <summary>Writes what waits.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (!await _writing.WaitAsync(0, cancellationToken)) return;
        try
        {
            List<LoggedQuery> some = [];
            while (some.Count < MostWaiting && _waiting.TryDequeue(out var one)) some.Add(one);
            foreach (var day in some.GroupBy(one => DayKey(DateOnly.FromDateTime(one.At.UtcDateTime)), StringComparer.Ordinal))
                foreach (var rows in day.Chunk(AccountTable.MostActions))
                    await _table.SubmitAsync([.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, Entity(day.Key, row)))], cancellationToken);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            // An answer is worth more than what is learnt from it.
            log.LogWarning(fault, "What queries took could not be written");
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The latest entries of the last days, the earliest of them first.</summary>
    /// <param name="most">How many.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyList<LoggedQuery>> LatestAsync(int most, CancellationToken cancellationToken)
    {
        const int Days = 7;
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        List<LoggedQuery> latest = [];
        for (var day = 0; day < Days && latest.Count < most; day++)
        {
            var here = new Queue<LoggedQuery>();
            await foreach (var row in _table.QueryAsync($"PartitionKey eq '{DayKey(today.AddDays(-day))}'", cancellationToken))
            {
                if (Read(row) is not { } one) continue;
                here.Enqueue(one);
                if (here.Count > most) here.Dequeue();
            }

            latest.InsertRange(0, here);
        }

        return latest.Count <= most ? latest : latest[^most..];
    }

    /// <summary>How many queries all instances answered in a span, and the sum of what they were expected to take, in milliseconds.</summary>
    /// <param name="from">The beginning, included.</param>
    /// <param name="to">The end, not included; what is younger than <see cref="FlushEvery"/> may not be written yet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<(int Count, double ExpectedMs)> LoadAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (count, expected) = (0, 0.0);
        for (var day = DateOnly.FromDateTime(from.UtcDateTime); day <= DateOnly.FromDateTime(to.UtcDateTime); day = day.AddDays(1))
        {
            var filter = string.Create(CultureInfo.InvariantCulture, $"PartitionKey eq '{DayKey(day)}' and RowKey ge '{from.UtcTicks:D19}' and RowKey lt '{to.UtcTicks:D19}'");
            await foreach (var row in _table.QueryAsync(filter, cancellationToken, select: ["PartitionKey", "RowKey", "ExpectedMs"]))
            {
                count++;
                expected += row.GetDouble("ExpectedMs") ?? 0;
            }
        }

        return (count, expected);
    }

    /// <summary>Deletes entries that are older than <see cref="KeptDays"/>.</summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        var first = DayKey(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(-KeptDays));
        List<TableEntity> some = [];
        await foreach (var row in _table.QueryAsync($"PartitionKey lt '{first}'", cancellationToken, select: ["PartitionKey", "RowKey"]))
        {
            if (some.Count == AccountTable.MostActions || (some.Count > 0 && some[0].PartitionKey != row.PartitionKey)) await DeleteAsync();
            some.Add(row);
        }

        if (some.Count > 0) await DeleteAsync();

        async Task DeleteAsync()
        {
            await _table.SubmitAsync([.. some.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All))], cancellationToken);
            some.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await FlushAsync(CancellationToken.None);
        _writing.Dispose();
    }

    private static string DayKey(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private TableEntity Entity(string day, LoggedQuery one) => new(day, string.Create(CultureInfo.InvariantCulture, $"{one.At.UtcTicks:D19}-{_writer}-{Interlocked.Increment(ref _number):D6}"))
    {
        ["Shape"] = one.Shape,
        ["Plan"] = one.Plan.ToString(),
        ["EstimatedRequests"] = one.Estimate.Requests,
        ["EstimatedEntities"] = one.Estimate.Entities,
        ["EstimatedBytes"] = one.Estimate.Bytes,
        ["Slices"] = one.Estimate.Slices,
        ["ExpectedMs"] = one.ExpectedMs,
        ["SpentMs"] = one.SpentMs,
        ["Requests"] = one.Requests,
        ["Bytes"] = one.Bytes,
        ["Rows"] = one.Rows,
        ["Propensity"] = one.Propensity,
        ["Candidates"] = one.Candidates,
    };

    /// <summary>The entry of a row; null: another version has written it.</summary>
    private static LoggedQuery? Read(TableEntity row) =>
        row.GetString("Shape") is { } shape && row.GetString("Plan") is { } name && QueryPlan.Parse(name) is { } plan && row.GetDouble("SpentMs") is { } spent
        && long.TryParse(row.RowKey.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new LoggedQuery(
                new DateTimeOffset(ticks, TimeSpan.Zero), shape, plan,
                new PlanEstimate(row.GetDouble("EstimatedRequests") ?? 0, row.GetDouble("EstimatedEntities") ?? 0, row.GetDouble("EstimatedBytes") ?? 0, row.GetInt32("Slices") ?? 0),
                row.GetDouble("ExpectedMs") ?? 0, spent, row.GetInt64("Requests") ?? 0, row.GetInt64("Bytes") ?? 0, row.GetInt32("Rows") ?? 0, row.GetDouble("Propensity") ?? 1, row.GetInt32("Candidates") ?? 1)
            : null;
}
