using Npgsql;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>Reads the aggregates back from the database.</summary>
internal static class PostgresAggregates
{
    private static readonly string Measures = string.Join(", ", Schema.Measures);

    public static async Task<Aggregates> ReadAsync(string connectionString)
    {
        var aggregates = new Aggregates("PostgreSQL");
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await ForEachAsync(connection, $"SELECT project, name, team, owner, status, category, start, due, {Measures} FROM project", row => aggregates.Add(
            row.GetString(0),
            new ProjectFigures(
                Get<string>(row, 1), Get<string>(row, 2), Get<string>(row, 3), Get<string>(row, 4), (StatusCategory?)Known<short>(row, 5), Known<DateOnly>(row, 6), Known<DateOnly>(row, 7),
                Aggregates.Text(measure => row.GetInt64(8 + (int)measure)))));
        await ForEachAsync(connection, "SELECT project, allocation, resource, mh_per_week, first_day, last_day, role, released FROM allocation", row => aggregates.Add(
            row.GetString(0),
            row.GetString(1),
            new AllocationFigures(
                row.IsDBNull(2) ? null : new AllocationTerms(row.GetString(2), row.GetInt64(3), row.GetFieldValue<DateOnly>(4), Known<DateOnly>(row, 5), Get<string>(row, 6)), Ticks(row, 7))));
        await ForEachAsync(
            connection,
            """
            SELECT project, task, title, kind, priority, assignee, team, parent, blocked_reason, due, milestone, milestone_kind, milestone_start, milestone_due, labels, is_deleted, created, status, category,
                started, completed, blocked_since, reopened, estimate_mh, remaining_mh, spent_mh
            FROM task
            """,
            row => aggregates.Add(
                row.GetString(0),
                row.GetString(1),
                new TaskFigures(
                    Get<string>(row, 2), Get<string>(row, 3), Get<string>(row, 4), Get<string>(row, 5), Get<string>(row, 6), Get<string>(row, 7), Get<string>(row, 8), Known<DateOnly>(row, 9),
                    row.IsDBNull(10) ? null : new Milestone(row.GetString(10), (MilestoneKind)row.GetInt16(11), Known<DateOnly>(row, 12), Known<DateOnly>(row, 13)),
                    Get<string[]>(row, 14) is { } labels ? string.Join(',', labels) : null, row.GetBoolean(15), Ticks(row, 16)!.Value, Get<string>(row, 17), (StatusCategory)row.GetInt16(18),
                    Ticks(row, 19), Ticks(row, 20), Ticks(row, 21), row.GetInt32(22), Effort(row, 23), Effort(row, 24), Effort(row, 25))));
        await ForEachAsync(connection, $"SELECT project, hour, {Measures} FROM history", row => aggregates.AddHistory(
            row.GetString(0), (int)(row.GetDateTime(1).Ticks / TimeSpan.TicksPerHour), [.. Enumerable.Range(2, Schema.Measures.Length).Select(row.GetInt64)]));
        return aggregates;
    }

    private static async Task ForEachAsync(NpgsqlConnection connection, string query, Action<NpgsqlDataReader> take)
    {
        await using var command = new NpgsqlCommand(query, connection);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) take(rows);
    }

    private static T? Get<T>(NpgsqlDataReader row, int column)
        where T : class => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    private static T? Known<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    private static long? Ticks(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDateTime(column).Ticks;

    private static long? Effort(NpgsqlDataReader row, int column) => row.GetInt64(column) is var known and >= 0 ? known : null;
}
