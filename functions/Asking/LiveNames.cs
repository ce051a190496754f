using Microsoft.Extensions.Logging;
using ShitOps.Aggregation;
using ShitOps.People;
using ShitOps.Planning;
using ShitOps.Storage;
using ShitOps.Synthesis.Names;

namespace ShitOps.Asking;

/// <summary>The names that questions may use, and how much there is to read, as they were a while ago.</summary>
/// <param name="Index">The names.</param>
/// <param name="Fleet">How much there is to read.</param>
public sealed record KnownNames(NameIndex Index, FleetSize Fleet);

/// <summary>Reads names from the aggregates and the table of people; anew while somebody asks, beside it. Kinds of issues come from a few tasks each time.</summary>
public sealed class LiveNames(LiveAggregates aggregates, PersonDirectory people, TimeProvider time, ILogger<LiveNames> log)
{
    /// <summary>After so long names are read anew, when somebody asks.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    /// <summary>Names as old as that are not used any more: so long a new name may not be known, and that of somebody who was erased may still be.</summary>
    public static readonly TimeSpan Stale = TimeSpan.FromMinutes(5);

    private const int SampledProjects = 16;
    private const int SampledTasks = 20;
    private const int MostKinds = 200;

    private readonly Lock _lock = new();
    private readonly SortedSet<string> _kinds = new(StringComparer.Ordinal);
    private int _sampled;
    private (long At, KnownNames Names)? _last;
    private Task<KnownNames>? _reading;

    /// <summary>The names.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses, and there are none of before.</exception>
    public async Task<KnownNames> GetAsync(CancellationToken cancellationToken)
    {
        Task<KnownNames> reading;
        lock (_lock)
        {
            var age = _last is { } known ? time.GetElapsedTime(known.At) : TimeSpan.MaxValue;
            if (age < Fresh) return _last!.Value.Names;
            if (_reading is null or { IsCompleted: true }) _reading = Task.Run(ReadAsync, CancellationToken.None);
            if (age < Stale) return _last!.Value.Names;
            reading = _reading;
        }

        return await reading.WaitAsync(cancellationToken);
    }

    private async Task<KnownNames> ReadAsync()
    {
        try
        {
            var at = time.GetTimestamp();
            var names = await ReadNamesAsync();
            lock (_lock) _last = (at, names);
            return names;
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            log.LogWarning(fault, "The names that questions may use could not be read");
            throw;
        }
    }

    private async Task<KnownNames> ReadNamesAsync()
    {
        var table = await aggregates.TableAsync(CancellationToken.None);
        var entries = new List<CatalogueEntry>();
        var sizes = new List<ProjectSize>();
        var (teams, statuses, milestones) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        var now = time.GetUtcNow();
        await foreach (var project in table.AllProjectsAsync(after: null, few: null, CancellationToken.None))
        {
            var (state, sums) = (project.State, project.Summary);
            entries.Add(new CatalogueEntry(QueryField.Project, project.Key, state.Name is { } name && name != project.Key ? [name] : []));
            List<string> own = [.. sums.Teams.Counted.Select(team => team.Key).Where(team => team.Length > 0)];
            teams.UnionWith(own);
            if (state.Team is { } team) teams.Add(team);
            if (state.Status is { } status) statuses.Add(status.Name);
            statuses.UnionWith(sums.Statuses.Counted.Select(one => one.Key).Where(word => word.Length > 0));
            milestones.UnionWith(sums.Milestones.Counted.Select(one => one.Key));
            sizes.Add(new ProjectSize(project.Key, state.Team, own, sums.Totals.Tasks, state.FirstStated is { } first ? (int)Math.Clamp((now - first).TotalDays + 1, 1, 100_000) : 30));
        }

        await SampleKindsAsync(table, sizes);
        Add(QueryField.Team, teams);
        Add(QueryField.Person, await people.AllNamesAsync(CancellationToken.None));
        Add(QueryField.Status, statuses);
        Add(QueryField.Type, _kinds);
        Add(QueryField.Milestone, milestones);
        return new KnownNames(new NameIndex(new NameCatalogue(entries)), new FleetSize(table.SliceCount, sizes));

        void Add(QueryField field, IEnumerable<string> names) => entries.AddRange(names.Select(name => new CatalogueEntry(field, name, [])));
    }

    /// <summary>Looks at some tasks of some projects, each time of others: no sums have the kinds.</summary>
    private async Task SampleKindsAsync(AggregateTable table, List<ProjectSize> sizes)
    {
        var withTasks = sizes.Where(project => project.Tasks > 0).ToList();
        for (var i = 0; i < Math.Min(SampledProjects, withTasks.Count) && _kinds.Count < MostKinds; i++)
        {
            var count = 0;
            await foreach (var (_, state) in table.TasksAsync(withTasks[_sampled++ % withTasks.Count].Key, after: null, CancellationToken.None, SampledTasks))
            {
                if (state.Kind is { Length: > 0 } kind) _kinds.Add(kind);
                if (++count == SampledTasks) break;
            }
        }
    }
}
