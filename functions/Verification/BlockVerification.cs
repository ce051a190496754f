using System.Globalization;
using ShitOps.Aggregation;
using ShitOps.History;
using ShitOps.Projects;

namespace ShitOps.Verification;

/// <summary>Compares the blocks of history with the day rows of the live table that they were built from.</summary>
public sealed class BlockVerification(LiveAggregates aggregates, HistoryBlocks blocks, HistorySettings settings, TimeProvider time)
{
    private const int ProjectsAtATime = 1_000;

    /// <summary>Looks at all projects and all blocks. A row that was written since the blocks were built is passed over.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<Verified> RunAsync(Action<VerificationProgress> progress, CancellationToken cancellationToken)
    {
        var table = await aggregates.ReadAsync(cancellationToken);
        var (index, _) = await blocks.ReadAsync(table, cancellationToken);
        List<Finding> findings = [];
        var (looked, done) = (0L, 0L);
        var first = settings.FirstDay(time.GetUtcNow());
        await foreach (var some in table.AllProjectsAsync(after: null, few: null, cancellationToken).Where(project => index.Projects.ContainsKey(project.Key)).Chunk(ProjectsAtATime).WithCancellation(cancellationToken))
        {
            var rows = new Dictionary<string, IReadOnlyDictionary<DateOnly, ChangedDay>>(StringComparer.Ordinal);
            foreach (var project in some) rows.Add(project.Key, await table.ChangedDaysAsync(project.Key, after: 0, DateOnly.MinValue, cancellationToken));
            findings.AddRange(rows.Where(project => BeginsElsewhere(project.Value, index.Projects[project.Key])).Select(project =>
                new Finding($"the index of blocks of {table.Name}, project {project.Key}", "the hour in which its history begins is not that of the table")));
            var days = rows.Values.SelectMany(project => project.Keys).Union(index.Days.Keys).Where(day => day >= first).ToHashSet();
            foreach (var day in days.Order())
            {
                HistoryBlock? block = null;
                if (index.Days.TryGetValue(day, out var build))
                {
                    try
                    {
                        block = await blocks.BlockAsync(table, day, build, cancellationToken);
                    }
                    catch (InvalidDataException fault)
                    {
                        findings.Add(new Finding(PlaceOf(day), fault.Message));
                        continue;
                    }

                    if (block is null)
                    {
                        findings.Add(new Finding(PlaceOf(day), "is missing"));
                        continue;
                    }
                }

                foreach (var (project, ofProject) in rows)
                {
                    var known = index.Projects[project];
                    var row = ofProject.GetValueOrDefault(day);
                    if (day >= known.End || row.Flushes > known.Flushes) continue;
                    looked++;
                    var difference = new HistoryChanges();
                    if (row.Changes is { } changes) difference.Add(day < index.HourlyFrom ? changes.AtEndOfDay() : changes);
                    if (block is not null) difference.Add(block.Of(project), -1);
                    if (!difference.IsZero) findings.Add(new Finding($"{PlaceOf(day)}, project {project}", "its changes are not those of the table"));
                }
            }

            progress(new VerificationProgress("comparing blocks", done += some.Length, index.Projects.Count));
        }

        return new Verified(looked, findings.Distinct().ToList());

        static bool BeginsElsewhere(IReadOnlyDictionary<DateOnly, ChangedDay> days, BlockedProject known) =>
            days.Values.All(day => day.Flushes <= known.Flushes) && known.FirstHour != days.Where(day => day.Key < known.End).SelectMany(day => day.Value.Changes.Measures).Select(one => (int?)one.Hour).Min();

        string PlaceOf(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"the block of {day:yyyy-MM-dd} of {table.Name}");
    }
}
