namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// An instant vector over all steps of a timeline: a column for each of its series, with a value for each step. Which series there may be
/// is known beforehand, so operators match and group them once; their values are computed a column at a time, when they are asked for.
/// </summary>
/// <param name="labels">The series. An operator whose label sets might coincide passes through <see cref="MergedColumns"/>.</param>
internal abstract class Columns(Labels[] labels)
{
    public static readonly Columns None = new ArrayColumns([], []);

    public Labels[] Labels { get; } = labels;

    public int Count => Labels.Length;

    /// <summary>
    /// Computes a column. <see cref="StaleMarker"/> says that the series has no sample at a step. It can be asked for any number of times,
    /// and costs the work anew each time.
    /// </summary>
    /// <param name="column">As long as the timeline; every cell is written.</param>
    public abstract void Fill(int index, Span<double> column);

    /// <summary>The same columns, computed once and for all.</summary>
    public ArrayColumns Computed(int steps, Budget budget) => new(Labels, ToArrays(steps, budget));

    /// <summary>The values of all columns.</summary>
    public double[][] ToArrays(int steps, Budget budget)
    {
        budget.TakeSamples((long)Count * steps);
        var columns = new double[Count][];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new double[steps];
            Fill(i, columns[i]);
        }

        return columns;
    }
}

/// <summary>Columns that are computed already.</summary>
internal sealed class ArrayColumns(Labels[] labels, double[][] columns) : Columns(labels)
{
    public override void Fill(int index, Span<double> column) => columns[index].CopyTo(column);
}

/// <summary>One value for all steps.</summary>
internal sealed class RepeatedColumns(Labels[] labels, double[][] single) : Columns(labels)
{
    public override void Fill(int index, Span<double> column) => column.Fill(single[index][0]);
}

/// <summary>Columns of which each follows from one of others: with other labels, other values, or both.</summary>
/// <param name="change">Changes the values in place; null: they stay as they are.</param>
internal sealed class ChangedColumns(Columns source, Labels[] labels, ColumnChange? change = null) : Columns(labels)
{
    public override void Fill(int index, Span<double> column)
    {
        source.Fill(index, column);
        change?.Invoke(column);
    }
}

internal delegate void ColumnChange(Span<double> column);
