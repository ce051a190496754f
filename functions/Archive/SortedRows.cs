using System.Runtime.CompilerServices;

namespace ShitOps.Archive;

/// <summary>The rows of several files in the order of compacted ones: by project, task, time and offset.</summary>
internal static class SortedRows
{
    /// <summary>That order. Texts are ordered by their UTF-16 units: any order does that is always the same.</summary>
    public static Comparer<ArchiveRow> Order { get; } = Comparer<ArchiveRow>.Create((one, other) =>
    {
        var order = string.CompareOrdinal(one.Project, other.Project);
        if (order == 0) order = string.CompareOrdinal(one.Task, other.Task);
        if (order == 0) order = one.Time.CompareTo(other.Time);
        return order != 0 ? order : one.Offset.CompareTo(other.Offset);
    });

    /// <summary>Reads a job's files. Segments are read whole and sorted; of files in order a row group each lies in memory.</summary>
    public static async IAsyncEnumerable<ArchiveRow> ReadAsync(ArchiveTable table, CompactionJob job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!job.IsSorted)
        {
            List<ArchiveRow> rows = [];
            foreach (var input in job.Inputs)
            {
                using var file = await table.OpenAsync(input, cancellationToken);
                for (var group = 0; group < file.RowGroups.Count; group++) rows.AddRange(await file.ReadAsync(group, cancellationToken));
            }

            rows.Sort(Order);
            foreach (var row in rows) yield return row;
            yield break;
        }

        List<Cursor> cursors = [];
        try
        {
            var next = new PriorityQueue<Cursor, ArchiveRow>(Order);
            foreach (var input in job.Inputs)
            {
                var cursor = new Cursor(await table.OpenAsync(input, cancellationToken));
                cursors.Add(cursor);
                if (await cursor.MoveNextAsync(cancellationToken)) next.Enqueue(cursor, cursor.Current);
            }

            while (next.TryDequeue(out var cursor, out var row))
            {
                yield return row;
                if (await cursor.MoveNextAsync(cancellationToken)) next.Enqueue(cursor, cursor.Current);
            }
        }
        finally
        {
            foreach (var cursor in cursors) cursor.Dispose();
        }
    }

    /// <summary>Goes through the rows of a file.</summary>
    private sealed class Cursor(ArchiveFile file) : IDisposable
    {
        private IEnumerator<ArchiveRow>? _rows;
        private int _rowGroup;

        public ArchiveRow Current => _rows!.Current;

        public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
        {
            while (_rows is null || !_rows.MoveNext())
            {
                _rows?.Dispose();
                _rows = null;
                if (_rowGroup == file.RowGroups.Count) return false;
                _rows = (await file.ReadAsync(_rowGroup++, cancellationToken)).GetEnumerator();
            }

            return true;
        }

        public void Dispose()
        {
            _rows?.Dispose();
            file.Dispose();
        }
    }
}
