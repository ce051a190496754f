using Npgsql;
using ShitOps.Projects;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>
/// The tables of the PostgreSQL pipeline: rows of tasks with room to be updated in place, sums in the rows of projects, hourly changes, and
/// the offsets consumed. A batch is copied into temporary tables and merged from there, one statement a table.
/// </summary>
internal static class Schema
{
    /// <summary>A column for each measure.</summary>
    public static readonly string[] Measures =
    [
        "todo", "in_progress", "blocked_status", "done", "cancelled", "blocked", "estimate_mh", "remaining_mh", "spent_mh", "created", "completed", "reopened", "dropped", "lead_ms", "cycle_ms",
    ];

    private static readonly string[] TaskColumns =
    [
        "title text", "kind text", "priority text", "assignee text", "team text", "parent text", "blocked_reason text", "due date", "milestone text", "milestone_kind smallint", "milestone_start date",
        "milestone_due date", "labels text[]", "is_deleted boolean", "created timestamptz", "status text", "category smallint", "started timestamptz", "completed timestamptz", "blocked_since timestamptz",
        "reopened int", "estimate_mh bigint", "remaining_mh bigint", "spent_mh bigint", "facts bytea", "stamps bytea",
    ];

    private static readonly string[] ProjectColumns =
        ["name text", "team text", "owner text", "status text", "category smallint", "start date", "due date", .. Measures.Select(measure => $"{measure} bigint"), "stamps bytea"];

    private static readonly string[] AllocationColumns =
        ["resource text", "mh_per_week bigint", "first_day date", "last_day date", "role text", "released timestamptz", "stamps bytea"];

    private static readonly string[] HistoryColumns = [.. Measures.Select(measure => $"{measure} bigint")];


    static Schema()
    {
        if (Measures.Length != ProjectRecord.MeasureCount || Measures.Length != (int)Measure.LeadBuckets) throw new InvalidOperationException("a column for each measure");
    }

    public static async Task CreateAsync(NpgsqlConnection connection)
    {
        await ExecuteAsync(connection, $"""
            CREATE TABLE project (project text, {string.Join(", ", ProjectColumns)}, PRIMARY KEY (project)) WITH (fillfactor = 50);
            CREATE TABLE task (project text, task text, {string.Join(", ", TaskColumns)}, PRIMARY KEY (project, task)) WITH (fillfactor = 70);
            CREATE TABLE allocation (project text, allocation text, {string.Join(", ", AllocationColumns)}, PRIMARY KEY (project, allocation));
            CREATE TABLE history (project text, hour timestamptz, {string.Join(", ", HistoryColumns)}, PRIMARY KEY (project, hour)) WITH (fillfactor = 70);
            CREATE TABLE checkpoint (topic text, partition int, next_offset bigint NOT NULL, PRIMARY KEY (topic, partition));
            """);
    }

    /// <summary>The temporary tables of a connection.</summary>
    public static Task CreateStagingAsync(NpgsqlConnection connection) => ExecuteAsync(connection, string.Concat(
        ((string[])["project", "task", "allocation", "history"]).Select(table => $"CREATE TEMPORARY TABLE {table}_staging (LIKE {table}) ON COMMIT DELETE ROWS;")));

    /// <summary>One statement for each table, which brings it up to date with its temporary table.</summary>
    public static IEnumerable<string> Merges =>
    [
        Replace("task", ["project", "task"], TaskColumns),
        Replace("project", ["project"], ProjectColumns),
        Replace("allocation", ["project", "allocation"], AllocationColumns),
        $"INSERT INTO history SELECT * FROM history_staging ON CONFLICT (project, hour) DO UPDATE SET {string.Join(", ", Measures.Select(measure => $"{measure} = history.{measure} + EXCLUDED.{measure}"))}",
    ];

    private static string Replace(string table, string[] key, string[] columns) =>
        $"INSERT INTO {table} SELECT * FROM {table}_staging ON CONFLICT ({string.Join(", ", key)}) DO UPDATE SET "
        + string.Join(", ", columns.Select(column => column.Split(' ')[0]).Select(column => $"{column} = EXCLUDED.{column}"));

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
