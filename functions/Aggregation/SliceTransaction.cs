using Azure;
using Azure.Data.Tables;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.Aggregation;

/// <summary>What one transaction changes in a slice: rows of projects, their tasks and days, and the checkpoints that it advances.</summary>
internal sealed class SliceTransaction(SliceId slice)
{
    private readonly Dictionary<HotProject, Part> _projects = [];
    private readonly HashSet<SliceCheckpoint> _checkpoints = [];
    private readonly List<TableTransactionAction> _actions = [];
    private readonly List<Action<ETag>> _onWritten = [];
    private int _changedTasks;
    private int _projectRows;
    private int _dayRows;

    /// <summary>The projects that it is about, whether they change or not.</summary>
    public IReadOnlyCollection<HotProject> Projects => _projects.Keys;

    /// <summary>The checkpoints that it advances.</summary>
    public IReadOnlyCollection<SliceCheckpoint> Checkpoints => _checkpoints;

    /// <summary>The slice's own row, if it is to count new checkpoints.</summary>
    public SliceCounter? Counter { get; set; }

    /// <summary>How many rows it changes, at most.</summary>
    public int Rows => (Counter is null ? 0 : 1) + _checkpoints.Count + _projects.Count + _projectRows + _changedTasks + _dayRows;

    /// <summary>The size of the rows of days that it changes.</summary>
    public long DayBytes { get; private set; }

    /// <summary>What is to be written; known after <see cref="TryWrite"/>.</summary>
    public IReadOnlyList<TableTransactionAction> Actions => _actions;

    /// <summary>Takes in an event that has been applied.</summary>
    /// <param name="project">Its project, which has been taken in before.</param>
    /// <param name="changedTasks">How many tasks changed that had not before: 0 or 1.</param>
    /// <param name="isAboutTask">Whether it is about a task, or about the project itself.</param>
    /// <param name="checkpoint">The checkpoint that it advanced.</param>
    public void Add(HotProject project, int changedTasks, bool isAboutTask, SliceCheckpoint checkpoint)
    {
        var part = _projects[project];
        part.Checkpoint = checkpoint;
        _changedTasks += changedTasks;
        if (!isAboutTask && !part.IsProjectTouched)
        {
            part.IsProjectTouched = true;
            _projectRows++;
        }

        _checkpoints.Add(checkpoint);
    }

    /// <summary>Takes in a project: before events of it are applied, or to move its pending history only.</summary>
    public void Add(HotProject project) => _projects.TryAdd(project, new Part());

    /// <summary>Works out the sums and history of what was applied.</summary>
    public void Settle()
    {
        foreach (var (project, part) in _projects)
        {
            var changes = part.Changes = project.Fold.Settle();
            project.Add(changes.History);
            part.Checkpoint?.Teams.Add(changes.Teams);
        }
    }

    /// <summary>Writes the row of a day to which changes were added; if it is large now, the next ones go to another.</summary>
    public void AddDay(HotProject project, DateOnly day, DayPart part, StateWriter writer)
    {
        _projects[project].HasFlushed = true;
        _dayRows++;
        var row = AggregateRows.Day(slice, project.Name, day, part, project.Pending.Flushes, writer);
        var size = TableLimits.SizeOf(row);
        if (size > AggregateRows.MuchOfADay) part.GoOn();
        DayBytes += size;
        Upsert(row);
    }

    /// <summary>Writes out all rows.</summary>
    /// <returns>Whether the transaction is within the limits.</returns>
    public bool TryWrite(StateWriter writer)
    {
        if (Counter is { } counter) Write(counter.ToEntity(_checkpoints.Count(checkpoint => checkpoint.ETag == default)), counter.ETag, counter.Take);
        foreach (var checkpoint in _checkpoints) Write(checkpoint.ToEntity(writer), checkpoint.ETag, etag => checkpoint.ETag = etag);
        foreach (var (project, part) in _projects)
        {
            var changes = part.Changes!;
            if (!changes.IsProjectChanged && !changes.IsSummaryChanged && !part.HasFlushed) continue;
            Write(AggregateRows.Sums(slice, project, writer), project.ETag, etag => project.ETag = etag);
            if (changes.IsProjectChanged) Upsert(AggregateRows.Project(slice, project.Name, project.Fold.Project, writer));
            foreach (var (task, state) in changes.Tasks) Upsert(AggregateRows.Task(slice, project.Name, task.ToString(), state, writer));
        }

        return _actions.Count == 0 || TableLimits.Fits(_actions);
    }

    /// <summary>Takes the new versions of what was written.</summary>
    public void Take(IReadOnlyList<ETag> etags)
    {
        for (var i = 0; i < etags.Count; i++) _onWritten[i](etags[i]);
    }

    private void Write(TableEntity row, ETag etag, Action<ETag> onWritten)
    {
        _actions.Add(etag == default
            ? new TableTransactionAction(TableTransactionActionType.Add, row)
            : new TableTransactionAction(TableTransactionActionType.UpdateReplace, row, etag));
        _onWritten.Add(onWritten);
    }

    // Guarded by the ETag of the project's sums, which are in the same transaction.
    private void Upsert(TableEntity row)
    {
        _actions.Add(new TableTransactionAction(TableTransactionActionType.UpsertReplace, row));
        _onWritten.Add(_ => { });
    }

    private sealed class Part
    {
        /// <summary>Where what the project's teams gained is kept; null: no event, so nothing is gained.</summary>
        public SliceCheckpoint? Checkpoint { get; set; }

        public bool IsProjectTouched { get; set; }

        public FoldChanges? Changes { get; set; }

        public bool HasFlushed { get; set; }
    }
}
