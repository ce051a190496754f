using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>The operators on numbers, a column at a time.</summary>
internal static class Arithmetic
{
    /// <summary>What a comparison leaves in the column.</summary>
    public enum Kept
    {
        /// <summary>The left value where it holds, no sample elsewhere.</summary>
        Left,

        /// <summary>The right value where it holds, no sample elsewhere.</summary>
        Right,

        /// <summary>1 where it holds, 0 elsewhere.</summary>
        Bool,
    }

    /// <summary>Replaces each left value by the result; where a side has no sample, there is none.</summary>
    /// <param name="kept">Of comparisons; without meaning for other operators.</param>
    public static void Apply(BinaryOperator @operator, Span<double> left, ReadOnlySpan<double> right, Kept kept)
    {
        switch (@operator)
        {
            case BinaryOperator.Add: Compute<Addition>(left, right); break;
            case BinaryOperator.Subtract: Compute<Subtraction>(left, right); break;
            case BinaryOperator.Multiply: Compute<Multiplication>(left, right); break;
            case BinaryOperator.Divide: Compute<Division>(left, right); break;
            case BinaryOperator.Modulo: Compute<Remainder>(left, right); break;
            case BinaryOperator.Power: Compute<Power>(left, right); break;
            case BinaryOperator.Atan2: Compute<Angle>(left, right); break;
            case BinaryOperator.Equal: Compare<IsEqual>(left, right, kept); break;
            case BinaryOperator.NotEqual: Compare<IsNotEqual>(left, right, kept); break;
            case BinaryOperator.Greater: Compare<IsGreater>(left, right, kept); break;
            case BinaryOperator.Less: Compare<IsLess>(left, right, kept); break;
            case BinaryOperator.GreaterOrEqual: Compare<IsGreaterOrEqual>(left, right, kept); break;
            case BinaryOperator.LessOrEqual: Compare<IsLessOrEqual>(left, right, kept); break;
            default: throw new ArgumentOutOfRangeException(nameof(@operator), @operator, "a set operator computes nothing");
        }
    }

    private static void Compute<T>(Span<double> left, ReadOnlySpan<double> right)
        where T : IComputation
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (StaleMarker.Is(left[i])) continue;
            left[i] = StaleMarker.Is(right[i]) ? right[i] : T.Of(left[i], right[i]);
        }
    }

    private static void Compare<T>(Span<double> left, ReadOnlySpan<double> right, Kept kept)
        where T : IComparison
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (StaleMarker.Is(left[i])) continue;
            if (StaleMarker.Is(right[i])) left[i] = right[i];
            else if (kept == Kept.Bool) left[i] = T.Holds(left[i], right[i]) ? 1 : 0;
            else if (!T.Holds(left[i], right[i])) left[i] = StaleMarker.Value;
            else if (kept == Kept.Right) left[i] = right[i];
        }
    }

    private interface IComputation
    {
        static abstract double Of(double left, double right);
    }

    private interface IComparison
    {
        static abstract bool Holds(double left, double right);
    }

    private readonly struct Addition : IComputation
    {
        public static double Of(double left, double right) => left + right;
    }

    private readonly struct Subtraction : IComputation
    {
        public static double Of(double left, double right) => left - right;
    }

    private readonly struct Multiplication : IComputation
    {
        public static double Of(double left, double right) => left * right;
    }

    private readonly struct Division : IComputation
    {
        public static double Of(double left, double right) => left / right;
    }

    private readonly struct Remainder : IComputation
    {
        public static double Of(double left, double right) => left % right;
    }

    private readonly struct Power : IComputation
    {
        public static double Of(double left, double right) => Math.Pow(left, right);
    }

    private readonly struct Angle : IComputation
    {
        public static double Of(double left, double right) => Math.Atan2(left, right);
    }

    private readonly struct IsEqual : IComparison
    {
        public static bool Holds(double left, double right) => left == right;
    }

    private readonly struct IsNotEqual : IComparison
    {
        public static bool Holds(double left, double right) => left != right;
    }

    private readonly struct IsGreater : IComparison
    {
        public static bool Holds(double left, double right) => left > right;
    }

    private readonly struct IsLess : IComparison
    {
        public static bool Holds(double left, double right) => left < right;
    }

    private readonly struct IsGreaterOrEqual : IComparison
    {
        public static bool Holds(double left, double right) => left >= right;
    }

    private readonly struct IsLessOrEqual : IComparison
    {
        public static bool Holds(double left, double right) => left <= right;
    }
}
