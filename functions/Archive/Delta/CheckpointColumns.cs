using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ParquetSharp;

namespace ShitOps.Archive.Delta;

/// <summary>
/// The columns of a row group of a checkpoint, put together to rows. Writers name the levels within maps and lists differently, so a column
/// is found by how its path begins and ends; columns that nobody asks for are not read.
/// </summary>
internal sealed class CheckpointColumns(RowGroupReader group, SchemaDescriptor schema)
{
    private readonly Dictionary<string, object?[][]?> _read = new(StringComparer.Ordinal);

    /// <summary>How many rows there are.</summary>
    public int Rows { get; } = checked((int)group.MetaData.NumRows);

    public string? Text(string path, int row) => Of(path, "")?[row] is [string text] ? text : null;

    public long? Number(string path, int row) => Of(path, "")?[row] is [{ } number] ? Convert.ToInt64(number, System.Globalization.CultureInfo.InvariantCulture) : null;

    public ImmutableSortedDictionary<string, string?> Map(string path, int row)
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        if (Of(path, ".key")?[row] is not { } keys || Of(path, ".value")?[row] is not { } values) return map.ToImmutable();
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] is string key) map[key] = (string?)values[i];
        }

        return map.ToImmutable();
    }

    public ImmutableArray<string> List(string path, int row) => [.. (Of(path, ".")?[row] ?? []).OfType<string>()];

    /// <summary>Of each row the values of a column, nulls among them; null: the file has no such column.</summary>
    private object?[][]? Of(string path, string ending)
    {
        var name = path + ending;
        if (_read.TryGetValue(name, out var rows)) return rows;
        for (var i = 0; i < schema.NumColumns; i++)
        {
            var column = schema.Column(i).Path.ToDotString();
            var isIt = ending switch
            {
                "" => column == path,
                "." => column.StartsWith(path + ".", StringComparison.Ordinal),
                _ => column.StartsWith(path + ".", StringComparison.Ordinal) && column.EndsWith(ending, StringComparison.Ordinal),
            };
            if (isIt) return _read[name] = Read(i);
        }

        return _read[name] = null;
    }

    private object?[][] Read(int index)
    {
        using var column = group.Column(index);
        return column switch
        {
            ColumnReader<long> longs => Read(longs, value => value),
            ColumnReader<int> ints => Read(ints, value => value),
            ColumnReader<bool> flags => Read(flags, value => value),
            ColumnReader<ByteArray> texts => Read(texts, value => Marshal.PtrToStringUTF8(value.Pointer, value.Length)),
            _ => throw new InvalidDataException($"the column {schema.Column(index).Path.ToDotString()} of the checkpoint is of another type than the protocol says"),
        };
    }

    private object?[][] Read<T>(ColumnReader<T> column, Func<T, object> convert)
        where T : unmanaged
    {
        const int Batch = 4_096;
        var descriptor = column.ColumnDescriptor;
        var (most, isRepeated) = (descriptor.MaxDefinitionLevel, descriptor.MaxRepetitionLevel > 0);
        var (definitions, repetitions, values) = (new short[Batch], new short[Batch], new T[Batch]);
        var rows = new object?[Rows][];
        List<object?> row = [];
        var at = -1;
        while (column.HasNext)
        {
            var levels = column.ReadBatch(Batch, definitions, isRepeated ? repetitions : [], values, out _);
            var value = 0;
            for (var i = 0; i < levels; i++)
            {
                if (!isRepeated || repetitions[i] == 0)
                {
                    if (at >= 0) rows[at] = [.. row];
                    at++;
                    row.Clear();
                }

                row.Add(most == 0 || definitions[i] == most ? convert(values[value++]) : null);
            }
        }

        if (at >= 0) rows[at] = [.. row];
        return rows;
    }
}
