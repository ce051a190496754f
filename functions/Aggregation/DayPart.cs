using ShitOps.Projects;

namespace ShitOps.Aggregation;

/// <summary>The row to which the changes of a day are added: mostly the only one of the day, else the last.</summary>
/// <param name="number">Its number among the rows of the day, from 0.</param>
/// <param name="changes">What it holds.</param>
internal sealed class DayPart(int number, HistoryChanges changes)
{
    /// <inheritdoc cref="DayPart" path="/param[@name='number']"/>
    public int Number { get; private set; } = number;

    /// <inheritdoc cref="DayPart" path="/param[@name='changes']"/>
    public HistoryChanges Changes { get; private set; } = changes;

    /// <summary>Goes on to the next row, which holds nothing yet.</summary>
    public void GoOn() => (Number, Changes) = (Number + 1, new HistoryChanges());
}
