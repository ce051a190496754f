using System.Globalization;
using DuckDB.NET.Data;

namespace ShitOps.Tests.Archive;

/// <summary>DuckDB: a reader of Parquet that has nothing in common with ours.</summary>
internal sealed class Duck : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("shitops-duck-");
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public Duck() => _connection.Open();

    /// <summary>Where all that <see cref="File"/> wrote is found.</summary>
    public string Files => Path.Combine(_folder.FullName, "*.parquet");

    /// <summary>Writes bytes to a file and gives its path.</summary>
    public string File(byte[] bytes)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.parquet");
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    public string Text(string sql) => Convert.ToString(Value(sql), CultureInfo.InvariantCulture)!;

    public long Number(string sql) => Convert.ToInt64(Value(sql), CultureInfo.InvariantCulture);

    /// <summary>The rows of an answer.</summary>
    public List<object?[]> Rows(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<object?[]> rows = [];
        while (reader.Read()) rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }

    public object? Value(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _folder.Delete(recursive: true);
    }
}
