using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ParquetSharp;
using ParquetSharp.IO;
using ParquetSharp.Schema;
using Utf8 = System.Text.Encoding;

namespace ShitOps.Archive.Delta;

/// <summary>
/// A checkpoint of a Delta table: its state at one version as a Parquet file, a row for each action, so that nobody has to read all commits
/// (the protocol's "Checkpoints", V1 spec, classic naming). Nested columns are written and read as Parquet stores them, by definition and
/// repetition levels (https://github.com/apache/parquet-format, "Nested Encoding").
/// </summary>
internal static class DeltaCheckpoint
{
    private const int RowGroupRows = 20_000;

    private static readonly Leaf[] Leaves =
    [
        new TextLeaf<DeltaTransaction>("txn.appId", action => action.AppId),
        new NumberLeaf<DeltaTransaction>("txn.version", action => action.Version),
        new NumberLeaf<DeltaTransaction>("txn.lastUpdated", action => action.LastUpdated),
        new TextLeaf<AddFile>("add.path", action => action.Path),
        new MapLeaf<AddFile>("add.partitionValues", action => action.PartitionValues, IsKey: true),
        new MapLeaf<AddFile>("add.partitionValues", action => action.PartitionValues, IsKey: false),
        new NumberLeaf<AddFile>("add.size", action => action.Size),
        new NumberLeaf<AddFile>("add.modificationTime", action => action.ModificationTime),
        new FlagLeaf<AddFile>("add.dataChange", action => action.DataChange),
        new TextLeaf<AddFile>("add.stats", action => action.Statistics?.ToJson()),
        new MapLeaf<AddFile>("add.tags", action => DeltaJson.Tags(action.Types), IsKey: true),
        new MapLeaf<AddFile>("add.tags", action => DeltaJson.Tags(action.Types), IsKey: false),
        new TextLeaf<RemoveFile>("remove.path", action => action.Path),
        new NumberLeaf<RemoveFile>("remove.deletionTimestamp", action => action.DeletionTimestamp),
        new FlagLeaf<RemoveFile>("remove.dataChange", action => action.DataChange),
        new FlagLeaf<RemoveFile>("remove.extendedFileMetadata", _ => true),
        new MapLeaf<RemoveFile>("remove.partitionValues", action => action.PartitionValues, IsKey: true),
        new MapLeaf<RemoveFile>("remove.partitionValues", action => action.PartitionValues, IsKey: false),
        new NumberLeaf<RemoveFile>("remove.size", action => action.Size),
        new TextLeaf<DeltaMetadata>("metaData.id", action => action.Id),
        new TextLeaf<DeltaMetadata>("metaData.name", action => action.Name),
        new TextLeaf<DeltaMetadata>("metaData.description", action => action.Description),
        new TextLeaf<DeltaMetadata>("metaData.format.provider", _ => "parquet"),
        new MapLeaf<DeltaMetadata>("metaData.format.options", _ => ImmutableSortedDictionary<string, string?>.Empty, IsKey: true),
        new MapLeaf<DeltaMetadata>("metaData.format.options", _ => ImmutableSortedDictionary<string, string?>.Empty, IsKey: false),
        new TextLeaf<DeltaMetadata>("metaData.schemaString", action => action.Schema),
        new ListLeaf<DeltaMetadata>("metaData.partitionColumns", action => action.PartitionColumns),
        new MapLeaf<DeltaMetadata>("metaData.configuration", action => action.Configuration!, IsKey: true),
        new MapLeaf<DeltaMetadata>("metaData.configuration", action => action.Configuration!, IsKey: false),
        new NumberLeaf<DeltaMetadata>("metaData.createdTime", action => action.CreatedTime),
        new IntLeaf<DeltaProtocol>("protocol.minReaderVersion", action => action.MinReaderVersion),
        new IntLeaf<DeltaProtocol>("protocol.minWriterVersion", action => action.MinWriterVersion),
    ];

    /// <summary>Writes actions, which should be those of a state (<see cref="DeltaSnapshot.ToActions"/>).</summary>
    /// <returns>How many.</returns>
    public static long Write(Stream output, IEnumerable<DeltaAction> actions)
    {
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Compression(Compression.Snappy).CreatedBy("ShitOps").Build();
        using var schema = Group("schema", Repetition.Required, Schema());
        using var file = new ParquetFileWriter(new ManagedOutputStream(output, leaveOpen: true), schema, properties);
        long count = 0;
        foreach (var some in actions.Chunk(RowGroupRows))
        {
            using var group = file.AppendRowGroup();
            foreach (var leaf in Leaves)
            {
                using var column = group.NextColumn();
                leaf.Write(column, some);
            }

            count += some.Length;
        }

        file.Close();
        return count;
    }

    /// <summary>The actions of a checkpoint, this writer's or another's.</summary>
    /// <exception cref="ParquetException">It is no Parquet file, or is damaged.</exception>
    /// <exception cref="InvalidDataException">An action lacks what the protocol asks for.</exception>
    public static List<DeltaAction> Read(byte[] bytes)
    {
        using var input = new MemoryStream(bytes);
        using var file = new ParquetFileReader(input, leaveOpen: true);
        List<DeltaAction> actions = [];
        for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
        {
            using var group = file.RowGroup(g);
            var columns = new CheckpointColumns(group, file.FileMetaData.Schema);
            for (var row = 0; row < columns.Rows; row++)
            {
                if (columns.Text("add.path", row) is { } added)
                {
                    if (columns.Text("add.deletionVector.storageType", row) is not null) throw new InvalidDataException($"add of {added}: another writer has deleted rows of it by a deletion vector, which this version does not read");
                    actions.Add(new AddFile(
                        added, columns.Map("add.partitionValues", row), columns.Number("add.size", row) ?? throw Lacks("add", "size"), columns.Number("add.modificationTime", row) ?? 0, false,
                        columns.Text("add.stats", row) is { } statistics ? FileStatistics.FromJson(statistics) : null, DeltaJson.Types(columns.Map("add.tags", row))));
                }
                else if (columns.Text("remove.path", row) is { } removed)
                {
                    actions.Add(new RemoveFile(removed, columns.Number("remove.deletionTimestamp", row) ?? 0, false, columns.Map("remove.partitionValues", row), columns.Number("remove.size", row) ?? 0));
                }
                else if (columns.Text("txn.appId", row) is { } application)
                {
                    actions.Add(new DeltaTransaction(application, columns.Number("txn.version", row) ?? throw Lacks("txn", "version"), columns.Number("txn.lastUpdated", row) ?? 0));
                }
                else if (columns.Text("metaData.id", row) is { } table)
                {
                    actions.Add(new DeltaMetadata(
                        table, columns.Text("metaData.name", row) ?? "", columns.Text("metaData.description", row) ?? "", columns.Text("metaData.schemaString", row) ?? throw Lacks("metaData", "schemaString"),
                        columns.List("metaData.partitionColumns", row),
                        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, columns.Map("metaData.configuration", row).Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Key, pair.Value!))),
                        columns.Number("metaData.createdTime", row) ?? 0));
                }
                else if (columns.Number("protocol.minReaderVersion", row) is { } reader)
                {
                    actions.Add(new DeltaProtocol((int)reader, (int)(columns.Number("protocol.minWriterVersion", row) ?? throw Lacks("protocol", "minWriterVersion"))));
                }
            }
        }

        return actions;

        static InvalidDataException Lacks(string action, string member) => new($"{action} has no {member} in the checkpoint");
    }

    private static Node[] Schema()
    {
        return
        [
            Group("txn", Text("appId"), Long("version"), Long("lastUpdated")),
            Group("add", Text("path"), Map("partitionValues"), Long("size"), Long("modificationTime"), Flag("dataChange"), Text("stats"), Map("tags")),
            Group("remove", Text("path"), Long("deletionTimestamp"), Flag("dataChange"), Flag("extendedFileMetadata"), Map("partitionValues"), Long("size")),
            Group(
                "metaData", Text("id"), Text("name"), Text("description"), Group("format", Text("provider"), Map("options")), Text("schemaString"), List("partitionColumns"),
                Map("configuration"), Long("createdTime")),
            Group("protocol", Int("minReaderVersion"), Int("minWriterVersion")),
        ];

        static GroupNode Group(string name, params Node[] fields) => DeltaCheckpoint.Group(name, Repetition.Optional, fields);

        static PrimitiveNode Text(string name, Repetition repetition = Repetition.Optional) => new(name, repetition, LogicalType.String(), PhysicalType.ByteArray);

        static PrimitiveNode Long(string name) => new(name, Repetition.Optional, LogicalType.None(), PhysicalType.Int64);

        static PrimitiveNode Int(string name) => new(name, Repetition.Optional, LogicalType.None(), PhysicalType.Int32);

        static PrimitiveNode Flag(string name) => new(name, Repetition.Optional, LogicalType.None(), PhysicalType.Boolean);

        static GroupNode Map(string name) => new(name, Repetition.Optional, [DeltaCheckpoint.Group("key_value", Repetition.Repeated, [Text("key", Repetition.Required), Text("value")])], LogicalType.Map());

        static GroupNode List(string name) => new(name, Repetition.Optional, [DeltaCheckpoint.Group("list", Repetition.Repeated, [Text("element")])], LogicalType.List());
    }

    private static GroupNode Group(string name, Repetition repetition, Node[] fields) => new(name, repetition, fields, null!);

    /// <summary>A column of the file, by its path.</summary>
    private abstract record Leaf(string Path)
    {
        /// <summary>How many levels lead to it; each of them may be absent.</summary>
        protected short Depth { get; } = (short)(Path.Count(unit => unit == '.') + 1);

        public abstract void Write(ColumnWriter column, DeltaAction[] rows);
    }

    private record ScalarLeaf<TAction, TValue>(string Path, Func<TAction, TValue?> Value) : Leaf(Path)
        where TAction : DeltaAction
        where TValue : unmanaged
    {
        public override void Write(ColumnWriter column, DeltaAction[] rows)
        {
            var levels = new short[rows.Length];
            List<TValue> values = [];
            for (var i = 0; i < rows.Length; i++)
            {
                if (rows[i] is not TAction action) continue;
                levels[i] = (short)(Depth - 1);
                if (Value(action) is not { } value) continue;
                levels[i] = Depth;
                values.Add(value);
            }

            ((ColumnWriter<TValue>)column).WriteBatch(rows.Length, levels, [], CollectionsMarshal.AsSpan(values));
        }
    }

    private sealed record NumberLeaf<TAction>(string Path, Func<TAction, long?> Value) : ScalarLeaf<TAction, long>(Path, Value)
        where TAction : DeltaAction;

    private sealed record IntLeaf<TAction>(string Path, Func<TAction, int?> Value) : ScalarLeaf<TAction, int>(Path, Value)
        where TAction : DeltaAction;

    private sealed record FlagLeaf<TAction>(string Path, Func<TAction, bool?> Value) : ScalarLeaf<TAction, bool>(Path, Value)
        where TAction : DeltaAction;

    private sealed record TextLeaf<TAction>(string Path, Func<TAction, string?> Value) : Leaf(Path)
        where TAction : DeltaAction
    {
        public override void Write(ColumnWriter column, DeltaAction[] rows)
        {
            var levels = new short[rows.Length];
            using var texts = new Texts();
            for (var i = 0; i < rows.Length; i++)
            {
                if (rows[i] is not TAction action) continue;
                var value = Value(action);
                levels[i] = value is null ? (short)(Depth - 1) : Depth;
                if (value is not null) texts.Add(value);
            }

            ((ColumnWriter<ByteArray>)column).WriteBatch(rows.Length, levels, [], texts.Values);
        }
    }

    /// <summary>The keys, or the values, of a map. An empty one is told from none.</summary>
    private sealed record MapLeaf<TAction>(string Path, Func<TAction, ImmutableSortedDictionary<string, string?>> Value, bool IsKey) : Leaf(Path)
        where TAction : DeltaAction
    {
        public override void Write(ColumnWriter column, DeltaAction[] rows) => RepeatedTexts(
            column, rows, Depth, IsKey ? (short)(Depth + 1) : (short)(Depth + 2), row => row is TAction action ? [.. Value(action).Select(pair => IsKey ? pair.Key : pair.Value)] : null);
    }

    private sealed record ListLeaf<TAction>(string Path, Func<TAction, ImmutableArray<string>> Value) : Leaf(Path)
        where TAction : DeltaAction
    {
        public override void Write(ColumnWriter column, DeltaAction[] rows) =>
            RepeatedTexts(column, rows, Depth, (short)(Depth + 2), row => row is TAction action ? [.. Value(action)] : null);
    }

    private static void RepeatedTexts(ColumnWriter column, DeltaAction[] rows, short depth, short depthOfValue, Func<DeltaAction, string?[]?> texts)
    {
        List<short> definitions = [];
        List<short> repetitions = [];
        using var values = new Texts();
        foreach (var row in rows)
        {
            var some = texts(row);
            if (some is null or [])
            {
                definitions.Add(some is null ? (short)0 : depth);
                repetitions.Add(0);
                continue;
            }

            for (var i = 0; i < some.Length; i++)
            {
                repetitions.Add(i == 0 ? (short)0 : (short)1);
                definitions.Add(some[i] is null ? (short)(depthOfValue - 1) : depthOfValue);
                if (some[i] is { } text) values.Add(text);
            }
        }

        ((ColumnWriter<ByteArray>)column).WriteBatch(definitions.Count, CollectionsMarshal.AsSpan(definitions), CollectionsMarshal.AsSpan(repetitions), values.Values);
    }

    /// <summary>Texts as Parquet takes them: where their UTF-8 lies in memory that does not move.</summary>
    private sealed class Texts : IDisposable
    {
        private readonly List<GCHandle> _pins = [];
        private readonly List<ByteArray> _values = [];

        public ReadOnlySpan<ByteArray> Values => CollectionsMarshal.AsSpan(_values);

        public void Add(string text)
        {
            var bytes = Utf8.UTF8.GetBytes(text);
            var pin = GCHandle.Alloc(bytes, GCHandleType.Pinned);
            _pins.Add(pin);
            _values.Add(new ByteArray(pin.AddrOfPinnedObject(), bytes.Length));
        }

        public void Dispose()
        {
            foreach (var pin in _pins) pin.Free();
        }
    }
}
