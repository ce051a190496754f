using ShitOps.Events;
using ShitOps.People;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.Aggregation;

/// <summary>An event and where it stood in Kafka.</summary>
internal readonly record struct ConsumedEvent(string Topic, int Partition, long Offset, Event Event);

/// <summary>
/// Brings events into the rows of one slice, each exactly once in effect. A batch is cut, at offset boundaries, into transactions which
/// change rows and advance the checkpoints of the partitions that the events came from, all or nothing. State is kept in memory between
/// batches; if the table has another version than was assumed, nothing was written, and what the transaction touched is read anew.
/// Not safe for concurrent use.
/// </summary>
/// <param name="slice">The slice.</param>
/// <param name="table">The table that it is in.</param>
/// <param name="stream">The stream that the events are of.</param>
/// <param name="people">Knows the person ids of the names in the events; null: they hold person ids, as in the archive.</param>
internal sealed class SliceAggregator(SliceId slice, AggregateTable table, string stream, PersonDirectory? people)
{
    /// <summary>Pending history that is larger goes to its day rows: large enough that many batches share the writing of a day's row.</summary>
    private const int MuchPending = 2 << 10;

    /// <summary>Pending history that is larger must go before more is added, so that a row never outgrows its limit.</summary>
    private const int TooMuchPending = 64 << 10;

    /// <summary>Entities of a transaction that are kept for day rows.</summary>
    private const int DayRows = 8;

    /// <summary>No more day rows go into a transaction that has so many bytes of them.</summary>
    private const int MuchOfDays = 512 << 10;

    /// <summary>The most rows that an event adds to a transaction: the checkpoint, the project's sums, and its task or the project itself.</summary>
    private const int RowsOfAnEvent = 3;

    private const int ConcurrentReads = 16;

    /// <summary>From so many missing tasks on, a small project is read whole.</summary>
    private const int ManyMissing = 4;

    /// <summary>A project is read whole if it has at most so many tasks for each that is missing.</summary>
    private const int TasksAMissingOne = 64;

    private readonly Dictionary<string, HotProject> _projects = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Topic, int Partition), SliceCheckpoint> _checkpoints = [];
    private readonly StateWriter _writer = new();
    private readonly Func<string, string> _personId = people is null ? id => id : people.IdOf;
    private SliceCounter? _counter;
    private int _batch;

    /// <summary>How many tasks are held in memory; a project counts as some more.</summary>
    public int Held => _projects.Values.Sum(project => project.Fold.LoadedTasks + ProjectAggregator.TasksAProject);

    /// <summary>Of each project and task that is held, the batch that it was last in use in.</summary>
    public IEnumerable<int> LastUses => _projects.Values.SelectMany(project => project.LastUses);

    /// <summary>Brings in those of the events that are not in yet.</summary>
    /// <param name="events">Events of this slice, those of one partition in the order of offsets.</param>
    /// <param name="batch">The number of the batch that they are from; a later one has a greater number.</param>
    /// <param name="cancellationToken">Stops it between two transactions.</param>
    /// <exception cref="SealedSliceException">Nothing may be written to the table any more.</exception>
    /// <exception cref="Exception">Storage is down or refuses. What is written is complete as far as the checkpoints say.</exception>
    public async Task AggregateAsync(IReadOnlyList<ConsumedEvent> events, int batch, CancellationToken cancellationToken)
    {
        _batch = batch;

        // Halved when a transaction would become too large in bytes, which shows only when the states are written out.
        var (most, withDays) = (int.MaxValue, true);
        for (var next = 0; next < events.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await LoadAsync(events, next, cancellationToken);
            var transaction = new SliceTransaction(slice);
            try
            {
                var end = withDays && FlushFirst(events, next, transaction) ? next : Apply(events, next, most, transaction);
                transaction.Settle();
                if (withDays) await FlushAsync(transaction, cancellationToken);
                if (!transaction.TryWrite(_writer) && (end - next > 1 || withDays))
                {
                    // If one event is still too much, what could wait is left out.
                    Forget(transaction);
                    (most, withDays) = end - next > 1 ? ((end - next) / 2, withDays) : (1, false);
                    continue;
                }

                if (transaction.Actions.Count > 0)
                {
                    if (people is not null) await people.StoreNewAsync(cancellationToken);
                    if (await table.SubmitAsync(transaction.Actions, cancellationToken) is not { } etags)
                    {
                        Forget(transaction);
                        continue;
                    }

                    transaction.Take(etags);
                }

                (next, most, withDays) = (end, int.MaxValue, true);
            }
            catch
            {
                // What is in memory has gone ahead of the table, or may have.
                Forget(transaction);
                throw;
            }
        }
    }

    /// <summary>Lets go of the projects and tasks that were last in use before a batch.</summary>
    public void LetGo(int before)
    {
        foreach (var project in _projects.Values)
            if (project.LetGo(before)) _projects.Remove(project.Name);
    }

    /// <summary>Reads what the events from there on need and memory does not hold.</summary>
    private async Task LoadAsync(IReadOnlyList<ConsumedEvent> events, int next, CancellationToken cancellationToken)
    {
        var waiting = events.Skip(next).ToList();
        await ForEachAsync(
            waiting.Select(one => (one.Topic, one.Partition)).Distinct().Where(partition => !_checkpoints.ContainsKey(partition)),
            async partition => (partition, await table.CheckpointAsync(slice, stream, partition.Topic, partition.Partition, cancellationToken)),
            found => _checkpoints.Add(found.partition, found.Item2));
        if (_counter is null && waiting.Any(one => _checkpoints[(one.Topic, one.Partition)].ETag == default)) _counter = await table.CounterAsync(slice, cancellationToken);
        if (_counter is { IsSealed: true } || waiting.Any(one => _checkpoints[(one.Topic, one.Partition)].IsSealed))
        {
            // If the switch does not come about, the seals are taken away again.
            _checkpoints.Clear();
            _counter = null;
            throw new SealedSliceException(table.Name);
        }

        waiting.RemoveAll(one => one.Offset < _checkpoints[(one.Topic, one.Partition)].Next);

        await ForEachAsync(
            waiting.Select(one => one.Event.Project).Distinct(StringComparer.Ordinal).Where(project => !_projects.ContainsKey(project)),
            async project => new HotProject(project, await table.ProjectAsync(project, cancellationToken), _personId, _batch),
            found => _projects.Add(found.Name, found));

        foreach (var missing in Missing(waiting))
        {
            var project = _projects[missing.Key];
            if (project.HoldsAllTasks)
            {
                foreach (var task in missing) project.Load(task, new TaskState(), _batch);
            }
            else if (missing.Count() >= ManyMissing && project.Fold.Summary.Totals.Tasks <= TasksAMissingOne * (long)missing.Count())
            {
                await foreach (var (task, state) in table.TasksAsync(project.Name, after: null, cancellationToken))
                {
                    var key = new TaskKey(task);
                    if (!project.Fold.IsLoaded(key)) project.Load(key, state, _batch);
                }

                project.HoldsAllTasks = true;
                foreach (var task in missing.Where(task => !project.Fold.IsLoaded(task))) project.Load(task, new TaskState(), _batch);
            }
            else
            {
                await ForEachAsync(
                    missing,
                    async task => (task, await table.TaskAsync(project.Name, task.ToString(), cancellationToken)),
                    found => project.Load(found.task, found.Item2 ?? new TaskState(), _batch));
            }
        }

        IEnumerable<IGrouping<string, TaskKey>> Missing(IEnumerable<ConsumedEvent> needed) => needed
            .Select(one => (one.Event.Project, Task: ProjectFold.TaskOf(one.Event)))
            .Where(one => one.Task is { } task && !_projects[one.Project].Fold.TryFetch(task))
            .Distinct()
            .GroupBy(one => one.Project, one => one.Task!.Value, StringComparer.Ordinal)
            .ToList();

        async Task ForEachAsync<TKey, TFound>(IEnumerable<TKey> keys, Func<TKey, Task<TFound>> find, Action<TFound> keep)
        {
            foreach (var some in keys.Chunk(ConcurrentReads))
                foreach (var found in await Task.WhenAll(some.Select(find))) keep(found);
        }
    }

    /// <summary>Applies as many events as one transaction has room for.</summary>
    /// <returns>The number of the first event that is left.</returns>
    private int Apply(IReadOnlyList<ConsumedEvent> events, int next, int most, SliceTransaction transaction)
    {
        var end = next;
        for (; end < events.Count && end - next < most; end++)
        {
            var one = events[end];
            var checkpoint = _checkpoints[(one.Topic, one.Partition)];
            if (one.Offset < checkpoint.Next) continue;
            if (transaction.Rows + RowsOfAnEvent > AccountTable.MostActions - DayRows) break;

            var project = _projects[one.Event.Project];
            var task = ProjectFold.TaskOf(one.Event);
            project.Touch(task, _batch);

            // Before it changes, so that it is forgotten if anything fails from here on.
            transaction.Add(project);
            var changedBefore = project.Fold.ChangedTasks;
            var outcome = project.Fold.Apply(one.Event);
            if (outcome == FoldOutcome.TaskNotLoaded) throw new InvalidOperationException("a task was not read before an event about it");
            checkpoint.Advance(one.Offset, outcome);
            transaction.Add(project, project.Fold.ChangedTasks - changedBefore, task is not null, checkpoint);
            if (checkpoint.ETag == default) transaction.Counter = _counter;
        }

        return end;
    }

    /// <summary>If there are projects with too much pending history, makes this a transaction that moves it and does nothing else.</summary>
    private bool FlushFirst(IReadOnlyList<ConsumedEvent> events, int next, SliceTransaction transaction)
    {
        var found = false;
        for (var i = next; i < events.Count; i++)
        {
            // An event that is in already may be of a project that was not read.
            if (!_projects.TryGetValue(events[i].Event.Project, out var project) || project.PendingBytes(_writer).Length <= TooMuchPending) continue;
            transaction.Add(project);
            found = true;
            if (transaction.Rows > AccountTable.MostActions / 2) break;
        }

        return found;
    }

    /// <summary>Moves pending history into day rows, of the projects that have much of it, as far as the transaction has room.</summary>
    private async Task FlushAsync(SliceTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var project in transaction.Projects)
        {
            if (project.PendingBytes(_writer).Length <= MuchPending) continue;
            foreach (var day in project.Pending.Days.ToList())
            {
                if (transaction.Rows >= AccountTable.MostActions || transaction.DayBytes >= MuchOfDays) return;
                var part = project.DayPartOf(day) ?? await table.DayAsync(slice, project.Name, day, cancellationToken);
                project.MoveDay(day, part);
                transaction.AddDay(project, day, part, _writer);
            }
        }
    }

    private void Forget(SliceTransaction transaction)
    {
        foreach (var project in transaction.Projects) _projects.Remove(project.Name);
        if (transaction.Counter is not null) _counter = null;
        foreach (var key in _checkpoints.Where(checkpoint => transaction.Checkpoints.Contains(checkpoint.Value)).Select(checkpoint => checkpoint.Key).ToList()) _checkpoints.Remove(key);
    }
}
