using Npgsql;
using NpgsqlTypes;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>Writes a batch in one transaction: binary COPY into temporary tables, one merge a table, and the checkpoints.</summary>
internal sealed class BatchWriter : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlBatch _merges;

    private BatchWriter(NpgsqlConnection connection, NpgsqlBatch merges) => (_connection, _merges) = (connection, merges);

    public static async Task<BatchWriter> OpenAsync(string connectionString, bool synchronousCommit)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using (var set = new NpgsqlCommand($"SET synchronous_commit = {(synchronousCommit ? "on" : "off")}", connection)) await set.ExecuteNonQueryAsync();
        await Schema.CreateStagingAsync(connection);
        var merges = new NpgsqlBatch(connection);
        foreach (var merge in Schema.Merges) merges.BatchCommands.Add(new NpgsqlBatchCommand(merge));
        await merges.PrepareAsync();
        return new BatchWriter(connection, merges);
    }

    /// <summary>Stores all of it, or nothing.</summary>
    /// <exception cref="InvalidOperationException">Another has moved a checkpoint.</exception>
    public async Task WriteAsync(BatchRows rows)
    {
        await using var transaction = await _connection.BeginTransactionAsync();
        await CopyAsync("task_staging", rows.Tasks, Write);
        await CopyAsync("project_staging", rows.Projects, Write);
        await CopyAsync("allocation_staging", rows.Allocations, Write);
        await CopyAsync("history_staging", rows.History, Write);
        _merges.Transaction = transaction;
        await _merges.ExecuteNonQueryAsync();

        await using var advance = new NpgsqlCommand(
            """
            INSERT INTO checkpoint AS c SELECT $1, partition, now_at FROM unnest($2, $3, $4) AS moved (partition, before_at, now_at)
            ON CONFLICT (topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
            WHERE c.next_offset = (SELECT before_at FROM unnest($2, $3) AS moved (partition, before_at) WHERE moved.partition = c.partition)
            """,
            _connection, transaction);
        advance.Parameters.AddWithValue(EventTopic.Name);
        advance.Parameters.AddWithValue(rows.Checkpoints.Keys.ToArray());
        advance.Parameters.AddWithValue(rows.Checkpoints.Values.Select(one => one.Before).ToArray());
        advance.Parameters.AddWithValue(rows.Checkpoints.Values.Select(one => one.Now).ToArray());
        if (await advance.ExecuteNonQueryAsync() != rows.Checkpoints.Count) throw new InvalidOperationException("another has moved a checkpoint");
        await transaction.CommitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _merges.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task CopyAsync<T>(string table, IReadOnlyCollection<T> rows, Action<NpgsqlBinaryImporter, T> write)
    {
        if (rows.Count == 0) return;
        await using var copy = await _connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT BINARY)");
        foreach (var row in rows)
        {
            copy.StartRow();
            write(copy, row);
        }

        await copy.CompleteAsync();
    }

    private static void Write(NpgsqlBinaryImporter copy, TaskRow row)
    {
        Text(copy, row.Project);
        Text(copy, row.Key);
        Text(copy, row.Title);
        Text(copy, row.Kind);
        Text(copy, row.Priority);
        Text(copy, row.Assignee);
        Text(copy, row.Team);
        Text(copy, row.Parent);
        Text(copy, row.BlockedReason);
        Date(copy, row.Due);
        Text(copy, row.Milestone?.Name);
        if (row.Milestone is { } milestone) copy.Write((short)milestone.Kind, NpgsqlDbType.Smallint);
        else copy.WriteNull();
        Date(copy, row.Milestone?.Start);
        Date(copy, row.Milestone?.Due);
        if (row.Labels is { } labels) copy.Write(labels, NpgsqlDbType.Array | NpgsqlDbType.Text);
        else copy.WriteNull();
        copy.Write(row.IsDeleted, NpgsqlDbType.Boolean);
        Time(copy, row.CreatedTicks);
        Text(copy, row.Progress.Status);
        copy.Write((short)row.Progress.Category, NpgsqlDbType.Smallint);
        Time(copy, row.Progress.Started);
        Time(copy, row.Progress.Completed);
        Time(copy, row.Progress.BlockedSince);
        copy.Write(row.Progress.Reopened, NpgsqlDbType.Integer);
        copy.Write(row.Progress.Estimate, NpgsqlDbType.Bigint);
        copy.Write(row.Progress.Remaining, NpgsqlDbType.Bigint);
        copy.Write(row.Progress.Spent, NpgsqlDbType.Bigint);
        copy.Write(row.Facts, NpgsqlDbType.Bytea);
        copy.Write(row.Stamps, NpgsqlDbType.Bytea);
    }

    private static void Write(NpgsqlBinaryImporter copy, ProjectRow row)
    {
        Text(copy, row.Key);
        Text(copy, row.Name);
        Text(copy, row.Team);
        Text(copy, row.Owner);
        Text(copy, row.Status);
        if (row.Category is { } category) copy.Write((short)category, NpgsqlDbType.Smallint);
        else copy.WriteNull();
        Date(copy, row.Start);
        Date(copy, row.Due);
        foreach (var total in row.Totals) copy.Write(total, NpgsqlDbType.Bigint);
        copy.Write(row.Stamps, NpgsqlDbType.Bytea);
    }

    private static void Write(NpgsqlBinaryImporter copy, AllocationRow row)
    {
        Text(copy, row.Project);
        Text(copy, row.Id);
        Text(copy, row.Terms?.Resource);
        if (row.Terms is { } terms) copy.Write(terms.MilliHoursPerWeek, NpgsqlDbType.Bigint);
        else copy.WriteNull();
        Date(copy, row.Terms?.From);
        Date(copy, row.Terms?.To);
        Text(copy, row.Terms?.Role);
        Time(copy, row.Released?.UtcTicks ?? -1);
        copy.Write(row.Stamps, NpgsqlDbType.Bytea);
    }

    private static void Write(NpgsqlBinaryImporter copy, KeyValuePair<(string Project, int Hour), long[]> row)
    {
        Text(copy, row.Key.Project);
        Time(copy, row.Key.Hour * TimeSpan.TicksPerHour);
        foreach (var amount in row.Value) copy.Write(amount, NpgsqlDbType.Bigint);
    }

    private static void Text(NpgsqlBinaryImporter copy, string? text)
    {
        if (text is null) copy.WriteNull();
        else copy.Write(text, NpgsqlDbType.Text);
    }

    private static void Date(NpgsqlBinaryImporter copy, DateOnly? day)
    {
        if (day is { } known) copy.Write(known, NpgsqlDbType.Date);
        else copy.WriteNull();
    }

    private static void Time(NpgsqlBinaryImporter copy, long ticks)
    {
        if (ticks < 0) copy.WriteNull();
        else copy.Write(new DateTime(ticks, DateTimeKind.Utc), NpgsqlDbType.TimestampTz);
    }
}
