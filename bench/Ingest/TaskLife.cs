using ShitOps.Events;

namespace ShitOps.Bench.Ingest;

/// <summary>What happens to one task, from its creation to its end.</summary>
/// <param name="project">The project that it belongs to.</param>
/// <param name="number">Its number in the organisation.</param>
/// <param name="events">How many events its life has.</param>
/// <param name="gap">How many events of the organisation lie between two of its own, on average.</param>
internal sealed class TaskLife(ProjectLife project, int number, int events, double gap)
{
    private static readonly string[] Verbs = ["Reconcile", "Migrate", "Fix", "Document", "Remove", "Measure", "Retry", "Validate", "Cache", "Rename"];

    private static readonly string[] Things =
    [
        "invoices with the ledger", "the session store to the new cluster", "a race between refund and capture", "rate limits of the partner API", "the legacy export job", "latency of the search index",
        "webhooks that time out", "addresses before shipping", "product images at the edge", "columns of the audit table",
    ];

    private static readonly string[] Labels = ["backend", "frontend", "security", "tech-debt", "customer", "incident", "performance", "compliance"];

    private static readonly string[] Priorities = ["Low", "Medium", "High", "Critical"];

    /// <summary>Statements of effort, each of up to three values: of more than 32 values in all the product forgets those in the middle.</summary>
    private const int MostEfforts = 10;

    private readonly string _key = $"{project.Prefix}-{number}";
    private int _left = events - 1;
    private int _doing = -1;
    private bool _isFlagged;
    private bool _isWaiting;
    private int _estimate;
    private double _spent;
    private int _efforts;

    public ProjectLife Project => project;

    public double Gap => gap;

    /// <summary>Whether nothing more happens to it.</summary>
    public bool IsOver => _left <= 0;

    public EventData Create(Random random) => new TaskCreated(_key, new TaskFields
    {
        Title = Title(random),
        Kind = random.Next(3) switch { 0 => "Bug", 1 => "Story", _ => "Task" },
        Priority = Priorities[random.Next(Priorities.Length)],
        Status = project.Workflow.Todo,
        Team = random.Next(20) == 0 ? project.OtherTeam(random) : default(Field<string?>),
        EstimateHours = random.Next(2) == 0 ? _estimate = 4 * (1 + random.Next(10)) : default(Field<double?>),
        Labels = random.Next(3) == 0 ? new Field<IReadOnlyList<string>?>(true, SomeLabels(random)) : default,
    });

    /// <summary>What happens next.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="today">The day on which it happens.</param>
    public EventData Next(Random random, DateOnly today)
    {
        _left--;
        if (_left <= 0) return End(random);
        if (_isFlagged && random.Next(3) == 0)
        {
            _isFlagged = false;
            return new TaskUnblocked(_key);
        }

        switch (random.Next(100))
        {
            case < 40:
                return new TaskStatusChanged(_key, Move(random));
            case < 62 when _efforts < MostEfforts:
                _efforts++;
                _estimate = Math.Max(4, _estimate);
                _spent = Math.Min(_estimate, _spent + (0.5 * (1 + random.Next(8))));
                return new TaskEstimated(_key, random.Next(5) == 0 ? _estimate += 4 : default(Field<double?>), _estimate - _spent, _spent);
            case < 70:
                return new TaskAssigned(_key, random.Next(12) == 0 ? null : project.Person(random));
            case < 76 when !_isFlagged:
                _isFlagged = true;
                return new TaskBlocked(_key, $"Waits for {project.OtherTeam(random)}");
            case < 82:
                return Updated(new TaskFields { Milestone = project.Sprint(today.AddDays(random.Next(28))) });
            case < 88:
                return Updated(new TaskFields { Labels = SomeLabels(random), Priority = Priorities[random.Next(Priorities.Length)] });
            case < 94:
                return Updated(new TaskFields { Due = today.AddDays(random.Next(60)) });
            default:
                return Updated(new TaskFields { Title = Title(random) });
        }
    }

    private TaskUpdated Updated(TaskFields fields) => new(_key, fields);

    /// <summary>Mostly onwards, sometimes back, sometimes into waiting.</summary>
    private Status Move(Random random)
    {
        var doing = project.Workflow.Doing;
        if (!_isWaiting && _doing >= 0 && random.Next(8) == 0)
        {
            _isWaiting = true;
            return project.Workflow.Waiting;
        }

        _isWaiting = false;
        _doing = _doing < 0 ? 0 : random.Next(10) < 6 ? (_doing + 1) % doing.Count : random.Next(doing.Count);
        // Some are finished more than once.
        return _left == 5 && random.Next(4) == 0 ? project.Workflow.Done : doing[_doing];
    }

    private EventData End(Random random) => random.Next(100) switch
    {
        < 88 => new TaskStatusChanged(_key, project.Workflow.Done),
        < 96 => new TaskStatusChanged(_key, project.Workflow.Cancelled),
        < 98 => new TaskDeleted(_key),
        _ => new TaskAssigned(_key, null),
    };

    private static string Title(Random random) => $"{Verbs[random.Next(Verbs.Length)]} {Things[random.Next(Things.Length)]}";

    private static string[] SomeLabels(Random random) => [Labels[random.Next(4)], Labels[4 + random.Next(4)]];
}
