using ShitOps.Events;

namespace ShitOps.Cli.Import.Jira;

/// <summary>Where a status stands in a workflow, in the order in which an issue usually gets there.</summary>
internal enum WorkflowPlace
{
    Beginning,
    Working,
    Reviewing,
    Resolved,
    Closed,
    Reopened,
}

/// <summary>A status that an issue was in, with what it costs to believe in one order or another: 0 is what everybody does.</summary>
/// <param name="Name">The status' word.</param>
/// <param name="Place">Its place in the workflow.</param>
/// <param name="Visits">How often the issue was in it.</param>
/// <param name="Duration">How long in all.</param>
/// <param name="IsCurrent">Whether it is the status now.</param>
internal sealed record WorkflowStep(string Name, WorkflowPlace Place, int Visits, TimeSpan Duration, bool IsCurrent)
{
    public int CostOfBeginning => Place switch
    {
        WorkflowPlace.Beginning => 0,
        WorkflowPlace.Working or WorkflowPlace.Reviewing => 3,
        WorkflowPlace.Reopened => 10,
        _ => 9,
    };

    /// <summary>The times are taken when the issue gets into its last status, so that a status visited once and for a while was not the last.</summary>
    public int CostOfEnding => (IsCurrent ? 0 : IsDone ? 2 : 6) + (Visits == 1 && Duration > TimeSpan.Zero ? 5 : 0);

    private bool IsDone => Place is WorkflowPlace.Resolved or WorkflowPlace.Closed;

    /// <summary>The place of a status.</summary>
    public static WorkflowPlace PlaceOf(string name, StatusCategory category)
    {
        var word = StatusWords.Normal(name);
        if (word == "reopened") return WorkflowPlace.Reopened;
        return category switch
        {
            StatusCategory.Todo => WorkflowPlace.Beginning,
            StatusCategory.Done or StatusCategory.Cancelled => word == "closed" ? WorkflowPlace.Closed : WorkflowPlace.Resolved,
            _ => word == "inprogress" ? WorkflowPlace.Working : WorkflowPlace.Reviewing,
        };
    }

    public int CostOfMovingTo(WorkflowStep next)
    {
        if (next.Place == WorkflowPlace.Reopened) return IsDone ? 0 : 8;
        if (IsDone) return !next.IsDone ? 5 : next.Place > Place ? 0 : 6;
        if (Place == WorkflowPlace.Reopened) return next.Place == WorkflowPlace.Beginning ? 2 : 0;
        return next.Place > Place ? 0 : 1;
    }

    /// <summary>Decides between orders that cost the same.</summary>
    public bool ComesBefore(WorkflowStep other) =>
        Place != other.Place ? Place < other.Place : string.CompareOrdinal(Name, other.Name) < 0;
}
