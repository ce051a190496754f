using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.Aggregation;

/// <summary>
/// The projects of the live table in memory, slice by slice. Every event that counts advances a checkpoint of its slice in the same transaction: so a
/// slice whose checkpoints stand where they stood is not read again, and its projects are the very same objects. (Pending history that goes to day
/// rows by itself advances none; it means the same there.)
/// </summary>
public sealed class ProjectCache(TimeProvider time)
{
    private volatile Held _held = new("");

    /// <summary>How long it is taken for granted that a slice is as it was.</summary>
    public TimeSpan Fresh { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many projects are held at most; more are read every time.</summary>
    public int MostProjects { get; init; } = 20_000;

    /// <summary>All projects as of at most <see cref="Fresh"/> ago, slice by slice, in each in the order of their keys.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public IAsyncEnumerable<StoredProject> AllAsync(AggregateTable table, CancellationToken cancellationToken)
    {
        var held = _held;
        if (held.Table != table.Name) _held = held = new Held(table.Name);
        return ReadAhead.OfAsync(table.Slices.ToAsyncEnumerable(), (slice, stopping) => SliceAsync(held, table, slice, stopping), cancellationToken);
    }

    private async IAsyncEnumerable<StoredProject> SliceAsync(Held held, AggregateTable table, SliceId slice, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = held.Slices.GetValueOrDefault(slice);
        var at = time.GetTimestamp();
        if (known is null || time.GetElapsedTime(known.At, at) >= Fresh)
        {
            // The version first: what is read after it is no older.
            var version = await table.VersionAsync(slice, cancellationToken);
            if (known?.Version == version)
            {
                known.At = at;
            }
            else
            {
                List<StoredProject>? projects = [];
                var before = known?.Projects.ToDictionary(project => project.Key, StringComparer.Ordinal) ?? [];
                await foreach (var read in table.ProjectsAsync(slice, after: null, cancellationToken))
                {
                    var project = before.TryGetValue(read.Key, out var old) && old.ETag == read.ETag && old.StateETag == read.StateETag ? old : read;
                    projects?.Add(project);
                    if (projects?.Count > MostProjects) projects = null;
                    yield return project;
                }

                held.Keep(slice, known, projects is null ? null : new Slice(version, projects) { At = at }, MostProjects);
                yield break;
            }
        }

        foreach (var project in known.Projects) yield return project;
    }

    private sealed class Held(string table)
    {
        private int _count;

        public string Table => table;

        public ConcurrentDictionary<SliceId, Slice> Slices { get; } = [];

        public void Keep(SliceId slice, Slice? was, Slice? now, int most)
        {
            if (was is not null && Slices.TryRemove(KeyValuePair.Create(slice, was))) Interlocked.Add(ref _count, -was.Projects.Count);
            if (now is null || Interlocked.Add(ref _count, now.Projects.Count) > most || !Slices.TryAdd(slice, now)) Interlocked.Add(ref _count, -(now?.Projects.Count ?? 0));
        }
    }

    private sealed class Slice(string version, IReadOnlyList<StoredProject> projects)
    {
        private long _at;

        public string Version => version;

        public IReadOnlyList<StoredProject> Projects => projects;

        /// <summary>When it was last known to be so.</summary>
        public long At
        {
            get => Volatile.Read(ref _at);
            set => Volatile.Write(ref _at, value);
        }
    }
}
