using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>The projects that an import has come across, with the counts of their tasks.</summary>
internal sealed class ImportedProjects
{
    private readonly SortedDictionary<string, ImportedProject> _projects = new(StringComparer.Ordinal);

    /// <summary>In the order of their keys.</summary>
    public IReadOnlyCollection<ImportedProject> All => _projects.Values;

    /// <summary>Counts a task.</summary>
    public void Add(ImportedTask task)
    {
        if (!_projects.TryGetValue(task.Project, out var project)) _projects[task.Project] = project = new ImportedProject(task.Source, task.Project, task.Created);
        project.Add(task);
    }

    /// <summary>One <c>project.created</c> for each project: at the creation of its earliest task, the earliest time at which it is known to be there.</summary>
    public IEnumerable<Event> CreatedEvents() => _projects.Values.Select(project => project.CreatedEvent());
}

/// <summary>One project of an import.</summary>
internal sealed class ImportedProject(string source, string key, DateTimeOffset created)
{
    private DateTimeOffset _earliest = created;
    private string? _name;

    public string Key { get; } = key;

    public int Tasks { get; private set; }

    public int Done { get; private set; }

    public int Cancelled { get; private set; }

    public int Open => Tasks - Done - Cancelled;

    public void Add(ImportedTask task)
    {
        Tasks++;
        if (task.FinalCategory == StatusCategory.Done) Done++;
        if (task.FinalCategory == StatusCategory.Cancelled) Cancelled++;
        if (task.Created < _earliest) _earliest = task.Created;
        _name ??= task.ProjectName;
    }

    public Event CreatedEvent()
    {
        var fields = new ProjectFields { Name = KnownField.Of(_name) };
        return EventIdentity.Identify(source, Key, "project", 0, _earliest, new ProjectCreated(fields));
    }
}
