using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ShitOps.Aggregation;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.Forecasting;

/// <summary>
/// Forecasts as they stand in the table <c>forecasts</c>: PartitionKey = one of 16 slices, which do not change with those of the aggregates;
/// RowKey by kind, in which P is the project as <see cref="KeyText"/> writes it and C the cutoff as yyyyMMddHH:
/// <list type="bullet">
/// <item><c>n:P</c>: where the project's forecasting stands (<c>Outlook</c>); its cutoff (<c>Cutoff</c>), when it was computed (<c>Computed</c>), if it is the project's first when that was computed first (<c>First</c>), and its calibration (<c>Calibration</c>), to be read alone.</item>
/// <item><c>f:P:C</c>: a forecast (<c>Forecast</c>); of one that was made after its time, when it was (<c>Made</c>).</item>
/// <item><c>i:P:C</c>: what it was computed from (<c>Source</c>).</item>
/// <item><c>s:P:C:WW</c>: what a promise of C for WW weeks, or with 00 of a completion, came to.</item>
/// </list>
/// A forecast is one transaction of all of them, guarded by the ETag of <c>n:P</c>; only promises beyond what a transaction holds are settled before,
/// which changes nothing until <c>n:P</c> counts them. A forecast that is made after its time is one transaction of <c>f:P:C</c> and <c>i:P:C</c>.
/// Values are compressed JSON.
/// </summary>
/// <param name="account">The account that holds it.</param>
/// <param name="name">The name of the table.</param>
public sealed class ForecastTable(StorageAccount account, string name = "forecasts")
{
    private const int SliceCount = 16;
    private const string Latest = "n:";
    private const string Cutoff = "Cutoff";
    private const string Computed = "Computed";
    private const string First = "First";
    private const string Calibration = "Calibration";
    private const string Project = "Project";
    private const string Made = "Made";
    private const int MostCalibrationParts = 4;
    private const string CutoffFormat = "yyyyMMddHH";

    private readonly AccountTable _table = account.Table(name);

    /// <summary>Where a project's forecasting stands; null: it was never forecast.</summary>
    public async Task<ProjectOutlook?> OutlookAsync(string project, CancellationToken cancellationToken) =>
        (await StandingAsync(project, cancellationToken))?.Outlook;

    /// <summary>Where the forecasting of all projects stands: slice by slice, and in each in the order of their keys.</summary>
    /// <param name="after">The project after which to begin; null: with the first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<ProjectOutlook> OutlooksAsync(string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in RowsAsync(after, select: null, cancellationToken)) yield return OutlookOf(row);
    }

    /// <summary>The forecasts of a project whose cutoffs lie within a span, both ends included, the earliest first.</summary>
    public async IAsyncEnumerable<StoredForecast> ForecastsAsync(string project, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Cutoffs are whole hours; a bound between them is as good as the hour before it, or behind it.
        var filter = $"PartitionKey eq '{SliceOf(project)}' and RowKey ge '{ForecastKey('f', project, from)}' and RowKey lt '{ForecastKey('f', project, to)}~'";
        await foreach (var row in _table.QueryAsync(filter, cancellationToken))
        {
            if (AggregateRows.Read(row, "Forecast", ForecastBytes.Read<StoredForecast>) is var stored && stored.Forecast.Cutoff >= from && stored.Forecast.Cutoff <= to) yield return stored;
        }
    }

    /// <summary>The latest forecast of a project with a cutoff up to an instant, and what it was computed from; null: there is none.</summary>
    public async Task<(StoredForecast Forecast, ForecastSource Source)?> AsOfAsync(string project, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        if (await LatestUpToAsync(project, asOf, cancellationToken) is not { } found) return null;
        var row = await _table.GetAsync(SliceOf(project), ForecastKey('i', project, found.Forecast.Cutoff), cancellationToken);
        return row is null ? null : (found, AggregateRows.Read(row, "Source", ForecastBytes.Read<ForecastSource>));
    }

    /// <summary>The latest forecast of a project with a cutoff up to an instant; null: there is none.</summary>
    internal async Task<StoredForecast?> LatestUpToAsync(string project, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        // The latest is seldom older than a forecast gets; only the rows' keys are read to find it.
        foreach (var from in (DateTimeOffset[])[asOf < DateTimeOffset.UnixEpoch + ForecastAge.Oldest ? DateTimeOffset.UnixEpoch : asOf - ForecastAge.Oldest, DateTimeOffset.UnixEpoch])
        {
            DateTimeOffset? latest = null;
            await foreach (var cutoff in CutoffsAsync(project, from, asOf, cancellationToken)) latest = cutoff;
            if (latest is { } last && await _table.GetAsync(SliceOf(project), ForecastKey('f', project, last), cancellationToken) is { } row) return AggregateRows.Read(row, "Forecast", ForecastBytes.Read<StoredForecast>);
        }

        return null;
    }

    /// <summary>The cutoffs within a span, both ends included, of which a project has forecasts, the earliest first.</summary>
    internal async IAsyncEnumerable<DateTimeOffset> CutoffsAsync(string project, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = $"PartitionKey eq '{SliceOf(project)}' and RowKey ge '{ForecastKey('f', project, from)}' and RowKey lt '{ForecastKey('f', project, to)}~'";
        await foreach (var row in _table.QueryAsync(filter, cancellationToken, select: ["PartitionKey", "RowKey"]))
        {
            var cutoff = DateTimeOffset.ParseExact(row.RowKey.AsSpan(row.RowKey.LastIndexOf(':') + 1), CutoffFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            if (cutoff >= from && cutoff <= to) yield return cutoff;
        }
    }

    /// <summary>Stores a forecast that is made after its time: beside what stands, which it changes nothing of.</summary>
    /// <returns>False: there is one of that cutoff, and nothing was stored.</returns>
    /// <exception cref="ArgumentException">It is beyond a limit of Azure.</exception>
    internal async Task<bool> StorePastAsync(StoredForecast forecast, ForecastSource source, CancellationToken cancellationToken)
    {
        var (slice, project, cutoff) = (SliceOf(forecast.Forecast.Project), forecast.Forecast.Project, forecast.Forecast.Cutoff);
        TableEntity[] rows =
        [
            AggregateRows.With(new TableEntity(slice, ForecastKey('f', project, cutoff)), "Forecast", ForecastBytes.Of(forecast with { Forecast = forecast.Forecast with { Tasks = [] } })),
            AggregateRows.With(new TableEntity(slice, ForecastKey('i', project, cutoff)), "Source", ForecastBytes.Of(source)),
        ];
        foreach (var row in rows) row[Made] = forecast.Computed;
        return await _table.SubmitAsync([.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row))], cancellationToken) is not null;
    }

    /// <summary>The age of the latest forecast of each project that has one.</summary>
    internal async Task<Dictionary<string, ForecastAge>> AgesAsync(CancellationToken cancellationToken)
    {
        var ages = new Dictionary<string, ForecastAge>(StringComparer.Ordinal);
        await foreach (var row in RowsAsync(after: null, ["PartitionKey", "RowKey", Project, Cutoff, Computed, First], cancellationToken))
            if (AgeOf(row) is { } age) ages[AggregateRows.ProjectNameOf(row)] = age;
        return ages;
    }

    /// <summary>The states of calibration of all projects, project by project. One that cannot be read teaches the others nothing.</summary>
    internal async IAsyncEnumerable<IReadOnlyList<HorizonState>> CalibrationsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in RowsAsync(after: null, [.. Enumerable.Range(1, MostCalibrationParts).Select(number => AggregateRows.Part(Calibration, number))], cancellationToken))
        {
            IReadOnlyList<HorizonState> states;
            try
            {
                states = AggregateRows.Read(row, Calibration, ForecastBytes.Read<IReadOnlyList<HorizonState>>);
            }
            catch (InvalidDataException)
            {
                continue;
            }

            yield return states;
        }
    }

    /// <summary>Where a project's forecasting stands, to go on from there; null: it was never forecast.</summary>
    /// <exception cref="InvalidDataException">The row cannot be read; the message says which.</exception>
    internal async Task<(ProjectOutlook Outlook, ForecastAge Age, ETag ETag)?> StandingAsync(string project, CancellationToken cancellationToken) =>
        await _table.GetAsync(SliceOf(project), LatestKey(project), cancellationToken) is { } row && AgeOf(row) is { } age ? (OutlookOf(row), age, row.ETag) : null;

    /// <summary>
    /// Deletes the forecasts of a project, with what they were computed from and came to, whose cutoffs lie before an instant, and which if they
    /// were made after their time were made before it too; a hundred of each at most.
    /// </summary>
    internal async Task ExpireAsync(string project, DateTimeOffset before, CancellationToken cancellationToken)
    {
        foreach (var kind in (char[])['f', 'i', 's'])
        {
            List<TableTransactionAction> expired = [];
            var filter = $"PartitionKey eq '{SliceOf(project)}' and RowKey ge '{ForecastKey(kind, project, DateTimeOffset.UnixEpoch)}' and RowKey lt '{ForecastKey(kind, project, before)}'";
            await foreach (var row in _table.QueryAsync(filter, cancellationToken, firstPage: AccountTable.MostActions, select: ["PartitionKey", "RowKey", Made]))
            {
                if (row.GetDateTimeOffset(Made) >= before) continue;
                expired.Add(new(TableTransactionActionType.Delete, row, ETag.All));
                if (expired.Count == AccountTable.MostActions) break;
            }

            // Null: another does it at the same time.
            if (expired.Count > 0) await _table.SubmitAsync(expired, cancellationToken);
        }
    }

    /// <summary>Stores a forecast, all of it or nothing.</summary>
    /// <param name="outlook">Where the project stands with it.</param>
    /// <param name="source">What it was computed from.</param>
    /// <param name="settled">Promises that were settled on the way.</param>
    /// <param name="first">If it is the project's first, when that was computed first; null: there were others.</param>
    /// <param name="before">The version of what stood there; null: nothing did.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False: another has forecast the project meanwhile, and nothing was stored.</returns>
    /// <exception cref="ArgumentException">It is beyond a limit of Azure.</exception>
    internal async Task<bool> StoreAsync(ProjectOutlook outlook, ForecastSource source, IReadOnlyList<SettledPromise> settled, DateTimeOffset? first, ETag? before, CancellationToken cancellationToken)
    {
        var forecast = outlook.Latest.Forecast;
        var project = forecast.Project;
        var latest = AggregateRows.With(Row(LatestKey(project), "Outlook", ForecastBytes.Of(outlook)), Calibration, ForecastBytes.Of(outlook.Records));
        (latest[Cutoff], latest[Computed]) = (forecast.Cutoff, outlook.Latest.Computed);
        if (first is { } instant) latest[First] = instant;
        if (KeyText.IsCut(KeyText.Of(project))) latest[Project] = project;
        List<TableTransactionAction> actions =
        [
            before is { } version ? new(TableTransactionActionType.UpdateReplace, latest, version) : new(TableTransactionActionType.Add, latest),
            new(TableTransactionActionType.UpsertReplace, Row(ForecastKey('f', project, forecast.Cutoff), "Forecast", ForecastBytes.Of(outlook.Latest with { Forecast = forecast with { Tasks = [] } }))),
            new(TableTransactionActionType.UpsertReplace, Row(ForecastKey('i', project, forecast.Cutoff), "Source", ForecastBytes.Of(source))),
        ];
        var room = AccountTable.MostActions - actions.Count;
        foreach (var early in settled.SkipLast(room).Chunk(AccountTable.MostActions)) await _table.SubmitAsync([.. early.Select(Settled)], cancellationToken);
        actions.AddRange(settled.TakeLast(room).Select(Settled));
        return await _table.SubmitAsync(actions, cancellationToken) is not null;

        TableTransactionAction Settled(SettledPromise promise)
        {
            // The dates of a completion are settled one after the other, into the same row.
            var row = new TableEntity(SliceOf(project), $"{ForecastKey('s', project, promise.Cutoff)}:{promise.Weeks.ToString("D2", CultureInfo.InvariantCulture)}");
            if (promise.Held50 is { } held50) row[nameof(promise.Held50)] = held50;
            if (promise.Held85 is { } held85) row[nameof(promise.Held85)] = held85;
            if (promise.Held95 is { } held95) row[nameof(promise.Held95)] = held95;
            if (promise.Actual is { } actual) row[nameof(promise.Actual)] = actual;
            if (promise.Error is { } error) row[nameof(promise.Error)] = error;
            return new(TableTransactionActionType.UpsertMerge, row);
        }

        TableEntity Row(string key, string property, byte[] bytes) => AggregateRows.With(new TableEntity(SliceOf(project), key), property, bytes);
    }

    /// <summary>The rows <c>n:P</c> from a project on.</summary>
    private IAsyncEnumerable<TableEntity> RowsAsync(string? after, string[]? select, CancellationToken cancellationToken)
    {
        var first = after is null ? 0 : SliceId.Of(after, SliceCount).Value;
        return ReadAhead.OfAsync(Enumerable.Range(first, SliceCount - first).ToAsyncEnumerable(), OfSlice, cancellationToken);

        IAsyncEnumerable<TableEntity> OfSlice(int slice, CancellationToken stopping)
        {
            var from = after is not null && slice == first ? $"{LatestKey(after)}!" : Latest;
            return _table.QueryAsync($"PartitionKey eq '{new SliceId(slice)}' and RowKey ge '{from}' and RowKey lt '{AggregateRows.After(Latest)}'", stopping, select: select);
        }
    }

    private static ProjectOutlook OutlookOf(TableEntity row) => AggregateRows.Read(row, "Outlook", ForecastBytes.Read<ProjectOutlook>);

    private static ForecastAge? AgeOf(TableEntity row) =>
        row.GetDateTimeOffset(Cutoff) is { } cutoff ? new ForecastAge(cutoff, row.GetDateTimeOffset(Computed) ?? cutoff, row.GetDateTimeOffset(First)) : null;

    private static string SliceOf(string project) => SliceId.Of(project, SliceCount).ToString();

    private static string LatestKey(string project) => $"{Latest}{KeyText.Of(project)}";

    private static string ForecastKey(char kind, string project, DateTimeOffset cutoff) => $"{kind}:{KeyText.Of(project)}:{cutoff.UtcDateTime.ToString(CutoffFormat, CultureInfo.InvariantCulture)}";
}
