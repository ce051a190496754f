using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>One record of a tracker as events.</summary>
/// <param name="Source">The CloudEvents source of its events.</param>
/// <param name="Project">The project that it is in.</param>
/// <param name="ProjectName">The project's name, where the record has it.</param>
/// <param name="Created">When the task was created.</param>
/// <param name="Events">Its events by time, the first of them <c>task.created</c>.</param>
internal sealed record ImportedTask(string Source, string Project, string? ProjectName, DateTimeOffset Created, IReadOnlyList<Event> Events)
{
    /// <summary>What the task's status means after all its events; null if none was stated.</summary>
    public StatusCategory? FinalCategory
    {
        get
        {
            for (var i = Events.Count - 1; i >= 0; i--)
            {
                if (Events[i].Data is TaskStatusChanged changed) return changed.Status.Category;
                if (Events[i].Data is TaskCreated created) return created.Fields.Status?.Category;
            }

            return null;
        }
    }
}
