using ShitOps.Archive.Delta;

namespace ShitOps.Archive;

/// <summary>Files that become one, or one for each retention.</summary>
/// <param name="Chain">Whose events they hold.</param>
/// <param name="Inputs">The files, those with the earliest offsets first.</param>
/// <param name="IsSorted">Whether compaction made them, so that they need only be merged; otherwise they are segments, few enough to be sorted in memory.</param>
public sealed record CompactionJob(ArchiveChain Chain, IReadOnlyList<AddFile> Inputs, bool IsSorted);

/// <summary>
/// What to compact. Segments are sorted, some hundred thousand events at a time; what comes of it is merged with files of about its size,
/// the earliest first, eight of them or more to one, until it is large enough. So an event is written anew three or four times in all, and a file
/// holds one stretch of its partition's log: files are told apart by time, and within a file row groups by project.
/// </summary>
public static class CompactionPlan
{
    /// <summary>Events that are sorted in memory at a time.</summary>
    public const long MostRowsInMemory = 200_000;

    /// <summary>How many files of about a size are left alone.</summary>
    private const int Fan = 8;

    /// <summary>Inputs of a merge: of each a row group lies in memory.</summary>
    private const int MostInputs = 32;

    /// <summary>The jobs that a state of the table calls for. They have no file in common.</summary>
    /// <param name="snapshot">The state.</param>
    /// <param name="settings">How large files should be, and what has to be parted.</param>
    /// <param name="now">The present time.</param>
    public static IReadOnlyList<CompactionJob> For(DeltaSnapshot snapshot, ArchiveTableSettings settings, DateTimeOffset now)
    {
        List<CompactionJob> jobs = [];
        foreach (var chain in snapshot.Files.GroupBy(ArchiveTable.ChainOf).OrderBy(chain => chain.Key.AppId, StringComparer.Ordinal))
        {
            var files = chain.Where(file => !settings.Retention.IsOver(file, now)).OrderBy(file => file.Statistics?.Offset?.Least ?? 0).ThenBy(file => file.Path, StringComparer.Ordinal)
                .ToLookup(file => ArchiveTable.IsCompacted(file.Path));
            jobs.AddRange(Sort([.. files[false]], settings.Retention, now).Select(inputs => new CompactionJob(chain.Key, inputs, IsSorted: false)));

            var overdue = files[true].ToLookup(file => settings.Retention.IsPartlyOver(file, now));
            jobs.AddRange(overdue[true].Select(file => new CompactionJob(chain.Key, [file], IsSorted: true)));
            foreach (var alike in overdue[false].GroupBy(file => (settings.Retention.ClassOf(file), Tier(file.Size, settings.FileBytes))).Where(alike => alike.Key.Item2 > 0))
                jobs.AddRange(Merge([.. alike], settings.FileBytes).Select(inputs => new CompactionJob(chain.Key, inputs, IsSorted: true)));
        }

        return jobs;
    }

    private static IEnumerable<IReadOnlyList<AddFile>> Sort(IReadOnlyList<AddFile> segments, ArchiveRetention retention, DateTimeOffset now)
    {
        List<AddFile> some = [];
        long rows = 0;
        foreach (var segment in segments)
        {
            var more = segment.Statistics?.Rows ?? 0;
            if (some.Count > 0 && rows + more > MostRowsInMemory)
            {
                yield return some;
                (some, rows) = ([], 0);
            }

            some.Add(segment);
            rows += more;
        }

        if (some.Count >= Fan || some.Exists(segment => retention.IsPartlyOver(segment, now))) yield return some;
    }

    private static IEnumerable<IReadOnlyList<AddFile>> Merge(IReadOnlyList<AddFile> files, long target)
    {
        List<AddFile> some = [];
        long size = 0;
        foreach (var file in files)
        {
            if (some.Count > 1 && (size + file.Size > target || some.Count == MostInputs))
            {
                yield return some;
                (some, size) = ([], 0);
            }

            some.Add(file);
            size += file.Size;
        }

        if (some.Count >= Fan) yield return some;
    }

    /// <summary>0: as large as it should be; 1: from an eighth of that on, 2: from an eighth of that on, and so forth.</summary>
    private static int Tier(long size, long target)
    {
        var tier = 0;
        for (var least = target / 2; size < least; least /= Fan) tier++;
        return tier;
    }
}
