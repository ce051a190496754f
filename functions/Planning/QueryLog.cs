using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.Planning;

/// <summary>What became of a query.</summary>
public enum QueryOutcome
{
    /// <summary>It was answered.</summary>
    Answered,

    /// <summary>It took longer than a query may.</summary>
    TimedOut,

    /// <summary>Who asked did not wait for it.</summary>
    GivenUp,

    /// <summary>It failed, or asked for what cannot be answered.</summary>
    Failed,
}

/// <summary>What one query took. It holds no names: neither of who asked, nor of what was asked for.</summary>
/// <param name="At">When it was answered.</param>
/// <param name="Shape">The query's <see cref="QueryShape"/>.</param>
/// <param name="Plan">The plan that was taken.</param>
/// <param name="Estimate">What it was estimated to read.</param>
/// <param name="ExpectedMs">How long it was expected to take.</param>
/// <param name="SpentMs">How long it took, or until it was broken off.</param>
/// <param name="Requests">Requests to storage.</param>
/// <param name="Bytes">Bytes of their answers.</param>
/// <param name="Rows">Rows of the answer.</param>
/// <param name="Propensity">With which probability the plan was chosen.</param>
/// <param name="Candidates">How many plans there were.</param>
/// <param name="Count">How many it stands for: requests whose form has one plan are noted together, with the means of what they took, that of times by their logarithms.</param>
/// <param name="Outcome">What became of it.</param>
public sealed record LoggedQuery(
    DateTimeOffset At, string Shape, QueryPlan Plan, PlanEstimate Estimate, double ExpectedMs, double SpentMs, long Requests, long Bytes, int Rows, double Propensity, int Candidates, int Count = 1,
    QueryOutcome Outcome = QueryOutcome.Answered);

/// <summary>
/// The table <c>querylog</c>, from which the cost model learns: PartitionKey = the day, with an <c>f</c> behind it for requests whose form has one
/// plan; RowKey = the time and which process wrote it. Entries are written some at a time, beside the answers, by one writer; what storage does not
/// take is tried again, as long as no more than <see cref="MostWaiting"/> wait. When a process dies its last few seconds are lost.
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
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    /// <summary>How many entries wait at most; of more the earliest are lost.</summary>
    public const int MostWaiting = 5_000;

    /// <summary>From how many on it is not waited for <see cref="FlushEvery"/>.</summary>
    public const int FlushFrom = 50;

    private readonly AccountTable _table = account.Table(table);
    private readonly string _writer = Guid.NewGuid().ToString("N")[..8];
    private readonly Lock _lock = new();
    private readonly Queue<Row> _waiting = new();
    private readonly Dictionary<(string Shape, QueryPlan Plan, QueryOutcome Outcome, double Requests, double Entities), LoggedQuery> _forms = [];
    private ITimer? _timer;
    private bool _isTimed;
    private bool _isDue;
    private bool _isFailing;
    private Task? _writing;
    private int _number;

    /// <summary>Notes a query; it is written a little later.</summary>
    public void Add(LoggedQuery one)
    {
        lock (_lock)
        {
            Wait(new Row(one, Key(one), IsForm: false));

            // While storage does not take them, only time tries again.
            if (_waiting.Count >= FlushFrom && !_isFailing) _ = Write();
            else WriteLater();
        }
    }

    /// <summary>Notes a request whose form has one plan, with those of the same shape and outcome and of a like estimate that are not written yet.</summary>
    public void AddForm(LoggedQuery one)
    {
        lock (_lock)
        {
            var key = (one.Shape, one.Plan, one.Outcome, Math.Ceiling(Math.Log2(1 + one.Estimate.Requests)), Math.Ceiling(Math.Log2(1 + one.Estimate.Entities)));
            if (_forms.TryGetValue(key, out var before)) one = Mean(before, one);
            else if (_forms.Count >= MostWaiting) return;
            _forms[key] = one;
            WriteLater();
        }
    }

    /// <summary>Writes what waits, once; what storage does not take goes on waiting.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Task writing;
        lock (_lock) writing = Write();
        await writing.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what waits, after what is being written.</summary>
    public async ValueTask DisposeAsync()
    {
        await FlushAsync(CancellationToken.None);
        lock (_lock)
        {
            _timer?.Dispose();
            _timer = null;
            _isTimed = true;
        }
    }

    private void Wait(Row row)
    {
        _waiting.Enqueue(row);
        if (_waiting.Count > MostWaiting) _waiting.Dequeue();
    }

    private void WriteLater()
    {
        if (_isTimed) return;
        _isTimed = true;
        _timer ??= time.CreateTimer(_ => OnTime(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(FlushEvery, Timeout.InfiniteTimeSpan);

        void OnTime()
        {
            lock (_lock)
            {
                if (_timer is null) return;
                _isTimed = false;
                _ = Write();
            }
        }
    }

    /// <summary>Has the one writer write; a task that ends when all is written that waits now.</summary>
    private Task Write()
    {
        _isDue = true;
        return _writing ??= Task.Run(WriteAsync, CancellationToken.None);
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            List<Row> rows;
            lock (_lock)
            {
                if (!_isDue)
                {
                    _writing = null;
                    return;
                }

                _isDue = false;
                rows = [.. _waiting, .. _forms.Values.Select(one => new Row(one, Key(one), IsForm: true))];
                _waiting.Clear();
                _forms.Clear();
            }

            var written = new HashSet<Row>();
            try
            {
                foreach (var day in rows.GroupBy(row => DayKey(DateOnly.FromDateTime(row.One.At.UtcDateTime), row.IsForm), StringComparer.Ordinal))
                {
                    foreach (var some in day.Chunk(AccountTable.MostActions))
                    {
                        await WriteAsync(day.Key, some);
                        written.UnionWith(some);
                    }
                }

                lock (_lock) _isFailing = false;
            }
            catch (Exception fault)
            {
                // An answer is worth more than what is learnt from it, and the writer goes on whatever it is.
                lock (_lock)
                {
                    _isFailing = true;
                    Row[] newer = [.. _waiting];
                    _waiting.Clear();
                    foreach (var row in rows.Where(row => !written.Contains(row)).Concat(newer)) Wait(row);
                    WriteLater();
                }

                log.LogWarning(fault, "What {Count} {Queries} took could not be written yet", rows.Count - written.Count, Quantity.Noun(rows.Count - written.Count, "query", "queries"));
            }
        }
    }

    private async Task WriteAsync(string day, Row[] some)
    {
        try
        {
            await _table.SubmitAsync([.. some.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, Entity(day, row.Key, row.One)))], CancellationToken.None);
        }
        catch (RequestFailedException fault) when (fault.Status is 400 or 413)
        {
            // What is refused for what it is would be refused again.
            log.LogWarning(fault, "What {Count} {Queries} took is lost", some.Length, Quantity.Noun(some.Length, "query", "queries"));
        }
    }

    /// <summary>The latest entries of the last days, the earliest of them first.</summary>
    /// <param name="most">How many.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="byOthers">Whether those are left out that this process wrote.</param>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyList<LoggedQuery>> LatestAsync(int most, CancellationToken cancellationToken, bool byOthers = false)
    {
        var now = time.GetUtcNow();
        var (first, to) = (now - Remembered, now.AddHours(1));
        List<LoggedQuery> latest = [];

        // Back in spans that grow, so that of many no more are read than are wanted, and of few there are few requests.
        for (var span = TimeSpan.FromHours(2); latest.Count < most && to > first; span *= 2)
        {
            var from = to - span > first ? to - span : first;
            latest.InsertRange(0, await ReadAsync(from, to, ofForms: false, byOthers, cancellationToken));
            to = from;
        }

        return latest.Count <= most ? latest : latest[^most..];
    }

    /// <summary>What was noted lately of requests whose form has one plan.</summary>
    /// <param name="ago">How far back.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="byOthers">Whether that is left out which this process wrote.</param>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyList<LoggedQuery>> FormsAsync(TimeSpan ago, CancellationToken cancellationToken, bool byOthers = false)
    {
        var now = time.GetUtcNow();
        return await ReadAsync(now - ago, now, ofForms: true, byOthers, cancellationToken);
    }

    private async Task<List<LoggedQuery>> ReadAsync(DateTimeOffset from, DateTimeOffset to, bool ofForms, bool byOthers, CancellationToken cancellationToken)
    {
        List<LoggedQuery> read = [];
        await foreach (var row in RowsAsync(from, to, [ofForms], select: null, cancellationToken))
            if (!(byOthers && row.RowKey.Split('-') is [_, var writer, _] && writer == _writer) && Read(row) is { } one) read.Add(one);
        return read;
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

    /// <summary>Both as one, with the means of what they took, and the later's estimate.</summary>
    private static LoggedQuery Mean(LoggedQuery before, LoggedQuery one)
    {
        var count = before.Count + one.Count;
        return one with
        {
            ExpectedMs = Of(before.ExpectedMs, one.ExpectedMs), SpentMs = Math.Exp(Of(Math.Log(Math.Max(before.SpentMs, 0.1)), Math.Log(Math.Max(one.SpentMs, 0.1)))), Requests = (long)Math.Round(Of(before.Requests, one.Requests)),
            Bytes = (long)Math.Round(Of(before.Bytes, one.Bytes)), Rows = (int)Math.Round(Of(before.Rows, one.Rows)), Count = count,
        };

        double Of(double first, double second) => ((first * before.Count) + (second * one.Count)) / count;
    }

    // The same whenever it is tried again, so that nothing is written twice.
    private string Key(LoggedQuery one) => string.Create(CultureInfo.InvariantCulture, $"{one.At.UtcTicks:D19}-{_writer}-{++_number:D6}");

    private static TableEntity Entity(string day, string key, LoggedQuery one) => new(day, key)
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
        ["Outcome"] = one.Outcome.ToString(),
    };

    /// <summary>The entry of a row; null: another version has written it.</summary>
    private static LoggedQuery? Read(TableEntity row) =>
        row.GetString("Shape") is { } shape && row.GetString("Plan") is { } name && QueryPlan.Parse(name) is { } plan && row.GetDouble("SpentMs") is { } spent
        && long.TryParse(row.RowKey.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new LoggedQuery(
                new DateTimeOffset(ticks, TimeSpan.Zero), shape, plan,
                new PlanEstimate(row.GetDouble("EstimatedRequests") ?? 0, row.GetDouble("EstimatedEntities") ?? 0, row.GetDouble("EstimatedBytes") ?? 0, row.GetInt32("Slices") ?? 0),
                row.GetDouble("ExpectedMs") ?? 0, spent, row.GetInt64("Requests") ?? 0, row.GetInt64("Bytes") ?? 0, row.GetInt32("Rows") ?? 0, row.GetDouble("Propensity") ?? 1, row.GetInt32("Candidates") ?? 1, row.GetInt32("Count") ?? 1,
                Enum.TryParse<QueryOutcome>(row.GetString("Outcome"), out var outcome) ? outcome : QueryOutcome.Answered)
            : null;

    /// <summary>An entry that waits.</summary>
    private sealed record Row(LoggedQuery One, string Key, bool IsForm);
}
