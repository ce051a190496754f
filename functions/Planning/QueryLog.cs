using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using ShitOps.Storage;

namespace ShitOps.Planning;

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
/// <param name="Count">How many it stands for: requests whose form has one plan are noted together, with the means of what they took.</param>
public sealed record LoggedQuery(
    DateTimeOffset At, string Shape, QueryPlan Plan, PlanEstimate Estimate, double ExpectedMs, double SpentMs, long Requests, long Bytes, int Rows, double Propensity, int Candidates, int Count = 1);

/// <summary>
/// The table <c>querylog</c>, from which the cost model learns: PartitionKey = the day, with an <c>f</c> behind it for requests whose form has one
/// plan; RowKey = the time and which process wrote it. Entries are written some at a time, beside the answers; when a process dies its last few
/// seconds are lost.
/// </summary>
public sealed class QueryLog(StorageAccount account, TimeProvider time, ILogger<QueryLog> log, string table = "querylog") : IAsyncDisposable
{
    /// <summary>How long entries are kept.</summary>
    public const int KeptDays = 30;

    /// <summary>How long those are kept of requests whose form has one plan.</summary>
    public const int FormsKeptDays = 2;

    /// <summary>An entry is written so long after the answer at the latest.</summary>
    public static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LoadWindow = TimeSpan.FromMinutes(1);

    private const int FlushFrom = 50;
    private const int MostWaiting = 5_000;

    private readonly AccountTable _table = account.Table(table);
    private readonly ConcurrentQueue<LoggedQuery> _waiting = new();
    private readonly Lock _lock = new();
    private Dictionary<(string Shape, QueryPlan Plan), LoggedQuery> _forms = [];
    private readonly SemaphoreSlim _writing = new(1);
    private readonly string _writer = Guid.NewGuid().ToString("N")[..8];
    private int _isDue;
    private int _number;

    /// <summary>Notes a query; it is written a little later.</summary>
    public void Add(LoggedQuery one)
    {
        if (_waiting.Count < MostWaiting) _waiting.Enqueue(one);
        if (_waiting.Count >= FlushFrom) _ = Task.Run(() => FlushAsync(CancellationToken.None));
        else FlushSoon();
    }

    /// <summary>Notes a request whose form has one plan, with those of the same shape that are not written yet.</summary>
    public void AddForm(LoggedQuery one)
    {
        lock (_lock)
        {
            var key = (one.Shape, one.Plan);
            if (_forms.TryGetValue(key, out var before)) one = Mean(before, one);
            else if (_forms.Count >= MostWaiting) return;
            _forms[key] = one;
        }

        FlushSoon();
    }

    private void FlushSoon()
    {
        if (Interlocked.Exchange(ref _isDue, 1) == 0) _ = FlushLaterAsync();

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
            Dictionary<(string, QueryPlan), LoggedQuery> forms;
            lock (_lock) (forms, _forms) = (_forms, []);
            foreach (var day in some.Select(one => (One: one, IsForm: false)).Concat(forms.Values.Select(one => (One: one, IsForm: true))).GroupBy(row => DayKey(DateOnly.FromDateTime(row.One.At.UtcDateTime), row.IsForm), StringComparer.Ordinal))
                foreach (var rows in day.Chunk(AccountTable.MostActions))
                    await _table.SubmitAsync([.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, Entity(day.Key, row.One)))], cancellationToken);
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
            await foreach (var row in _table.QueryAsync($"PartitionKey eq '{DayKey(today.AddDays(-day), ofForms: false)}'", cancellationToken))
            {
                if (Read(row) is not { } one) continue;
                here.Enqueue(one);
                if (here.Count > most) here.Dequeue();
            }

            latest.InsertRange(0, here);
        }

        return latest.Count <= most ? latest : latest[^most..];
    }

    /// <summary>What was noted lately of requests whose form has one plan.</summary>
    /// <param name="ago">How far back.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyList<LoggedQuery>> FormsAsync(TimeSpan ago, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        List<LoggedQuery> forms = [];
        await foreach (var row in RowsAsync(now - ago, now, [true], select: null, cancellationToken))
            if (Read(row) is { } one) forms.Add(one);
        return forms;
    }

    /// <summary>The load of all instances over the latest minute of which all is written.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<QueryLoad> LoadAsync(CancellationToken cancellationToken)
    {
        var to = time.GetUtcNow() - FlushEvery;
        var (from, count, expected) = (to - LoadWindow, 0, 0.0);
        await foreach (var row in RowsAsync(from, to, [false, true], ["PartitionKey", "RowKey", "ExpectedMs", "Count"], cancellationToken))
        {
            var here = row.GetInt32("Count") ?? 1;
            count += here;
            expected += here * (row.GetDouble("ExpectedMs") ?? 0);
        }

        return QueryLoad.Of(count, expected, LoadWindow);
    }

    /// <summary>Deletes entries that are older than <see cref="KeptDays"/>, or <see cref="FormsKeptDays"/>.</summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        List<TableEntity> some = [];
        await ExpireAsync($"PartitionKey lt '{DayKey(today.AddDays(-KeptDays), ofForms: false)}'");
        for (var day = FormsKeptDays + 1; day <= KeptDays; day++) await ExpireAsync($"PartitionKey eq '{DayKey(today.AddDays(-day), ofForms: true)}'");

        async Task ExpireAsync(string filter)
        {
            await foreach (var row in _table.QueryAsync(filter, cancellationToken, select: ["PartitionKey", "RowKey"]))
            {
                if (some.Count == AccountTable.MostActions || (some.Count > 0 && some[0].PartitionKey != row.PartitionKey)) await DeleteAsync();
                some.Add(row);
            }

            if (some.Count > 0) await DeleteAsync();
        }

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

    /// <summary>The entries of a span, its end not included: of questions, of forms, or both.</summary>
    private async IAsyncEnumerable<TableEntity> RowsAsync(DateTimeOffset from, DateTimeOffset to, bool[] ofForms, string[]? select, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var day = DateOnly.FromDateTime(from.UtcDateTime); day <= DateOnly.FromDateTime(to.UtcDateTime); day = day.AddDays(1))
            foreach (var isForm in ofForms)
            {
                var filter = string.Create(CultureInfo.InvariantCulture, $"PartitionKey eq '{DayKey(day, isForm)}' and RowKey ge '{from.UtcTicks:D19}' and RowKey lt '{to.UtcTicks:D19}'");
                await foreach (var row in _table.QueryAsync(filter, cancellationToken, select: select)) yield return row;
            }
    }

    private static string DayKey(DateOnly day, bool ofForms) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture) + (ofForms ? "f" : "");

    /// <summary>Both, with the means of what they took; the later's estimate.</summary>
    private static LoggedQuery Mean(LoggedQuery before, LoggedQuery one)
    {
        var count = before.Count + one.Count;
        return one with
        {
            ExpectedMs = Of(before.ExpectedMs, one.ExpectedMs), SpentMs = Of(before.SpentMs, one.SpentMs), Requests = (long)Math.Round(Of(before.Requests, one.Requests)),
            Bytes = (long)Math.Round(Of(before.Bytes, one.Bytes)), Rows = (int)Math.Round(Of(before.Rows, one.Rows)), Count = count,
        };

        double Of(double first, double second) => ((first * before.Count) + (second * one.Count)) / count;
    }

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
        ["Count"] = one.Count,
    };

    /// <summary>The entry of a row; null: another version has written it.</summary>
    private static LoggedQuery? Read(TableEntity row) =>
        row.GetString("Shape") is { } shape && row.GetString("Plan") is { } name && QueryPlan.Parse(name) is { } plan && row.GetDouble("SpentMs") is { } spent
        && long.TryParse(row.RowKey.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new LoggedQuery(
                new DateTimeOffset(ticks, TimeSpan.Zero), shape, plan,
                new PlanEstimate(row.GetDouble("EstimatedRequests") ?? 0, row.GetDouble("EstimatedEntities") ?? 0, row.GetDouble("EstimatedBytes") ?? 0, row.GetInt32("Slices") ?? 0),
                row.GetDouble("ExpectedMs") ?? 0, spent, row.GetInt64("Requests") ?? 0, row.GetInt64("Bytes") ?? 0, row.GetInt32("Rows") ?? 0, row.GetDouble("Propensity") ?? 1, row.GetInt32("Candidates") ?? 1, row.GetInt32("Count") ?? 1)
            : null;
}
