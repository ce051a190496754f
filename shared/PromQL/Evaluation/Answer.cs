namespace ShitOps.PromQL.Evaluation;

/// <summary>Makes answers of evaluated columns: without the steps and series that have no sample.</summary>
internal static class Answer
{
    public static VectorResult OfInstant(Columns columns, long timeMs, QueryContext context)
    {
        context.Budget.TakeSamples(columns.Count);
        List<VectorSample> samples = new(columns.Count);
        Span<double> value = stackalloc double[1];
        for (var i = 0; i < columns.Count; i++)
        {
            columns.Fill(i, value);
            if (!StaleMarker.Is(value[0])) samples.Add(new(columns.Labels[i], value[0]));
        }

        return new(timeMs, samples, [.. context.Warnings]);
    }

    public static MatrixResult OfRange(Columns columns, Timeline steps, QueryContext context)
    {
        var times = new long[steps.Count];
        for (var i = 0; i < times.Length; i++) times[i] = steps[i];
        var column = new double[steps.Count];
        List<MatrixSeries> series = new(columns.Count);
        for (var i = 0; i < columns.Count; i++)
        {
            columns.Fill(i, column);
            var count = 0;
            foreach (var value in column)
            {
                if (!StaleMarker.Is(value)) count++;
            }

            if (count == 0) continue;
            context.Budget.TakeSamples(count);
            series.Add(count == column.Length ? new(columns.Labels[i], times, column.ToArray()) : WithoutGaps(columns.Labels[i], times, column, count));
        }

        return Ordered(series, context);
    }

    /// <summary>A range vector at an instant: the samples themselves.</summary>
    public static MatrixResult OfWindows(SampleSet set, Timeline steps, QueryContext context)
    {
        var end = context.Shifts.Apply(steps.StartMs, set.Shift);
        List<MatrixSeries> series = [];
        for (var i = 0; i < set.Labels.Length; i++)
        {
            var samples = set.Read(i);
            var (from, to) = (0, samples.Times.Length);
            while (from < to && samples.Times[from] < end - set.RangeMs) from++;
            while (to > from && samples.Times[to - 1] > end) to--;
            if (from == to) continue;
            context.Budget.TakeSamples(to - from);
            series.Add(new(set.Labels[i], samples.Times[from..to].ToArray(), samples.Values[from..to].ToArray()));
        }

        return Ordered(series, context);
    }

    private static MatrixSeries WithoutGaps(Labels labels, long[] times, double[] column, int count)
    {
        var (keptTimes, keptValues) = (new long[count], new double[count]);
        var at = 0;
        for (var step = 0; step < column.Length; step++)
        {
            if (StaleMarker.Is(column[step])) continue;
            keptTimes[at] = times[step];
            keptValues[at++] = column[step];
        }

        return new(labels, keptTimes, keptValues);
    }

    private static MatrixResult Ordered(List<MatrixSeries> series, QueryContext context)
    {
        series.Sort((left, right) => Labels.Compare(left.Labels, right.Labels));
        return new(series, [.. context.Warnings]);
    }
}
