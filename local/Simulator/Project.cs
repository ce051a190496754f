using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>A project that runs, as the simulation remembers it.</summary>
internal sealed class Project
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>What its tasks' keys begin with.</summary>
    public required string Prefix { get; init; }

    /// <summary>Who answers for it, and decides about it.</summary>
    public required Person Owner { get; init; }

    public required DateOnly Due { get; set; }

    /// <summary>The present sprint; null where the team has none.</summary>
    public Milestone? Sprint { get; set; }

    /// <summary>Tasks that nobody has begun, the next one first.</summary>
    public List<Work> Backlog { get; } = [];

    /// <summary>Tasks that are neither finished nor deleted, the backlog included.</summary>
    public int Open { get; set; }

    /// <summary>Tasks that are known on the first days, but not written down yet.</summary>
    public int Outlined { get; set; }

    /// <summary>Tasks that will turn up while the project runs: those that planning forgot, and what its customers add.</summary>
    public int Unforeseen { get; set; }

    /// <summary>Unforeseen tasks per working hour.</summary>
    public double Growth { get; set; }

    /// <summary>Nobody touches it until then.</summary>
    public DateTimeOffset QuietUntil { get; set; }

    /// <summary>Whether its tracker says that it is on hold.</summary>
    public bool IsOnHold { get; set; }

    public List<Allocation> Allocations { get; } = [];

    public int LastTask { get; set; }

    public int LastAllocation { get; set; }

    /// <summary>The time of the last event about the project itself; the next one is later.</summary>
    public DateTimeOffset LastEvent { get; set; }

    /// <summary>Whether nothing is left to do.</summary>
    public bool IsFinished => Open == 0 && Outlined == 0;

    /// <summary>A person's promise to the project.</summary>
    internal sealed record Allocation(string Id, Person Person, string Role, DateOnly From);
}
