namespace ShitOps.PromQL.Evaluation;

/// <summary>The functions that make a value of a value.</summary>
internal static class MathFunctions
{
    /// <summary>The function of a name; null if none has it.</summary>
    public static Func<double, double>? Find(string name) => name switch
    {
        "abs" => Math.Abs,
        "ceil" => Math.Ceiling,
        "floor" => Math.Floor,
        "exp" => Math.Exp,
        "sqrt" => Math.Sqrt,
        "ln" => Math.Log,
        "log2" => Math.Log2,
        "log10" => Math.Log10,
        "sin" => Math.Sin,
        "cos" => Math.Cos,
        "tan" => Math.Tan,
        "asin" => Math.Asin,
        "acos" => Math.Acos,
        "atan" => Math.Atan,
        "sinh" => Math.Sinh,
        "cosh" => Math.Cosh,
        "tanh" => Math.Tanh,
        "asinh" => Math.Asinh,
        "acosh" => Math.Acosh,
        "atanh" => Math.Atanh,
        "rad" => degrees => degrees * Math.PI / 180,
        "deg" => radians => radians * 180 / Math.PI,
        "sgn" => value => value < 0 ? -1 : value > 0 ? 1 : value,
        _ => CalendarFunctions.Find(name),
    };

    /// <summary>Applies a function to each sample of a column.</summary>
    public static ColumnChange OnEach(Func<double, double> function) => column =>
    {
        for (var i = 0; i < column.Length; i++)
        {
            if (!StaleMarker.Is(column[i])) column[i] = function(column[i]);
        }
    };

    /// <summary>round: to the nearest multiple, halves up.</summary>
    public static ColumnChange Round(double[] toNearest) => column =>
    {
        for (var i = 0; i < column.Length; i++)
        {
            var inverse = 1 / toNearest[i];
            if (!StaleMarker.Is(column[i])) column[i] = Math.Floor(column[i] * inverse + 0.5) / inverse;
        }
    };

    /// <summary>clamp, clamp_min, clamp_max: no samples at all where the bounds are crossed. NaN wins over numbers, but not over the infinity that is the bound's own end.</summary>
    public static ColumnChange Clamp(double[]? min, double[]? max) => column =>
    {
        for (var i = 0; i < column.Length; i++)
        {
            if (StaleMarker.Is(column[i])) continue;
            if (min is not null && max is not null && max[i] < min[i])
            {
                column[i] = StaleMarker.Value;
                continue;
            }

            if (max is not null) column[i] = Min(max[i], column[i]);
            if (min is not null) column[i] = Max(min[i], column[i]);
        }
    };

    private static double Min(double left, double right) => double.IsNegativeInfinity(left) || double.IsNegativeInfinity(right) ? double.NegativeInfinity : Math.Min(left, right);

    private static double Max(double left, double right) => double.IsPositiveInfinity(left) || double.IsPositiveInfinity(right) ? double.PositiveInfinity : Math.Max(left, right);
}
