using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using ShitOps.Projects;
using ShitOps.Storage;
using static System.FormattableString;

namespace ShitOps.Aggregation;

/// <summary>
/// Says which table of aggregates is the live one: <c>aggregates{N}</c>, with N slices, or <c>aggregates{N}x{M}</c> in M accounts, until a replay has
/// built another beside it and switched to that. The row <c>projections/aggregates</c> of the table <c>pipeline</c> names it then.
/// </summary>
/// <param name="account">The account that holds them.</param>
/// <param name="slices">How many slices the first table has; 1 to <see cref="SliceId.Most"/>.</param>
/// <param name="time">The clock by which <see cref="Fresh"/> is measured.</param>
/// <param name="name">The beginning of the tables' names, and the row that names the live one.</param>
public sealed partial class LiveAggregates(StorageAccount account, int slices, TimeProvider time, string name = "aggregates")
{
    /// <summary>How long what was read serves: so long readers may still see the table of before a switch, which does not change any more.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>The beginning of the tables' names.</summary>
    public string Name => name;

    internal const string PartitionKey = "projections";

    private const int DefaultSlices = 8;

    private readonly AccountTable _pipeline = account.Table("pipeline");
    private volatile Found? _last;

    /// <summary>Reads the setting <c>Slices</c>: 1 to <see cref="SliceId.Most"/>, default 8.</summary>
    /// <exception cref="SettingException">It is no such number.</exception>
    public static LiveAggregates FromSettings(IConfiguration settings, StorageAccount account, TimeProvider time) =>
        new(account, NumberSetting.Of(settings, "Slices", DefaultSlices, 1, SliceId.Most, "slices"), time);

    /// <summary>The live table, as of at most <see cref="Fresh"/> ago. Safe for concurrent use.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async ValueTask<AggregateTable> TableAsync(CancellationToken cancellationToken) =>
        _last is { } last && time.GetElapsedTime(last.At) < Fresh ? last.Table : await ReadAsync(cancellationToken);

    /// <summary>The live table, as of now.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    /// <exception cref="SettingException">It lies in more accounts than <c>AggregateStorage</c> names.</exception>
    public async Task<AggregateTable> ReadAsync(CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        var table = await _pipeline.GetAsync(PartitionKey, name, cancellationToken) is { } row
            ? Table(row.GetInt32("Slices") ?? slices, row.GetInt32("Replay") ?? 0, row.GetDateTimeOffset("From"), row.GetString("Streams")?.Split(' '), row.GetInt32("Accounts") ?? 1)
            : Table(slices, replay: 0);
        if (_last is { } last && last.Table.Name == table.Name) table = last.Table;
        _last = new Found(at, table);
        return table;
    }

    /// <summary>
    /// The live table as of now, for whoever works on the account with settings of their own: a replay or a comparison by other settings than the
    /// app's would take an empty table for the live one.
    /// </summary>
    /// <exception cref="SettingException">Nothing was ever counted into it, but into others; the message names them.</exception>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<AggregateTable> ReadCountedAsync(CancellationToken cancellationToken)
    {
        var table = await ReadAsync(cancellationToken);
        var counted = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var row in _pipeline.QueryAsync($"PartitionKey ne '{PartitionKey}'", cancellationToken, select: ["RowKey"]))
            if (row.RowKey.IndexOf(':', StringComparison.Ordinal) is > 0 and var end && IsOne(row.RowKey[..end])) counted.Add(row.RowKey[..end]);
        return counted.Count == 0 || counted.Contains(table.Name)
            ? table
            : throw new SettingException($"by these settings the live aggregates are {table.Name}, into which nothing was ever counted, but there are counts of {string.Join(", ", counted)}: set Slices and AggregateStorage as the app has them");
    }

    /// <summary>The table that a replay builds.</summary>
    /// <param name="itsSlices">How many slices it has.</param>
    /// <param name="replay">The number of the replay, from 1; 0 is the table before any.</param>
    /// <param name="from">Only records put on the topic from then on are in it; null: all.</param>
    /// <param name="streams">Only what came by these streams is in it; null: all.</param>
    /// <param name="accounts">In how many accounts it lies; null: in all that there are now.</param>
    internal AggregateTable Table(int itsSlices, int replay, DateTimeOffset? from = null, IReadOnlyList<string>? streams = null, int? accounts = null)
    {
        var its = accounts ?? account.Aggregates.Count;
        if (its > account.Aggregates.Count) throw new SettingException($"the live aggregates lie in {its} storage accounts, but AggregateStorage names {account.Aggregates.Count}");
        var first = its == 1 ? Invariant($"{name}{itsSlices}") : Invariant($"{name}{itsSlices}x{its}");
        return new AggregateTable(account, itsSlices, replay == 0 ? first : Invariant($"{first}r{replay}"), its) { Replay = replay, From = from, Streams = streams ?? [] };
    }

    /// <summary>Whether a table's name is one of its: the beginning, a number of slices, perhaps x and one of accounts, and perhaps r and one of a replay.</summary>
    internal bool IsOne(string table) => table.StartsWith(name, StringComparison.Ordinal) && Numbers().IsMatch(table[name.Length..]);

    /// <summary>Makes a table the live one.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    internal async Task SwitchAsync(AggregateTable table, CancellationToken cancellationToken)
    {
        var row = new TableEntity(PartitionKey, name) { ["Table"] = table.Name, ["Slices"] = table.SliceCount, ["Replay"] = table.Replay, ["Accounts"] = table.AccountCount };
        if (table.From is { } from) row["From"] = from;
        if (table.Streams.Count > 0) row["Streams"] = string.Join(' ', table.Streams);
        await _pipeline.SubmitAsync([new TableTransactionAction(TableTransactionActionType.UpsertReplace, row)], cancellationToken);
        _last = new Found(time.GetTimestamp(), table);
    }

    [GeneratedRegex("^[0-9]+(?:x[0-9]+)?(?:r[0-9]+)?$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbers();

    /// <param name="At">When it was asked for, by the clock's timestamp.</param>
    /// <param name="Table">The table that was live then.</param>
    private sealed record Found(long At, AggregateTable Table);
}
