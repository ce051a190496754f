using System.Globalization;
using ShitOps.Synthesis.Tensors;

namespace ShitOps.Synthesis;

/// <summary>What is seen of a reading that tells whether it is right.</summary>
/// <param name="LogProbability">The logarithm of what the network gives it.</param>
/// <param name="LogSecond">That of the next reading that is another query.</param>
/// <param name="UnknownWords">How many words of the question were never taught.</param>
/// <param name="NearNames">How many names are written otherwise than in the catalogue.</param>
/// <param name="IgnoredMentions">How many names, times and numbers it makes no use of.</param>
public readonly record struct ReadingSigns(double LogProbability, double LogSecond, int UnknownWords, int NearNames, int IgnoredMentions)
{
    internal const int Count = 6;

    internal double[] Values =>
        [1, LogProbability, Math.Log(1 - Math.Min(Math.Exp(LogProbability), 1 - 1e-6)), LogSecond, Math.Min(UnknownWords, 3), NearNames + (2 * IgnoredMentions)];
}

/// <summary>The probability that a reading is right: a logistic regression, fitted on questions that were not learnt from.</summary>
public sealed class Confidence
{
    private readonly double[] _weights;

    private Confidence(double[] weights) => _weights = weights;

    /// <summary>Never sure.</summary>
    public static Confidence Unknowing { get; } = new([-3, 0, 0, 0, 0, 0]);

    /// <summary>The probability, 0 to 1.</summary>
    public double Of(ReadingSigns signs) => Logistic(Score(_weights, signs.Values));

    /// <summary>Fits the weights by Newton's method with a little shrinkage.</summary>
    /// <param name="examples">Readings, and whether each was right.</param>
    public static Confidence Fit(IReadOnlyList<(ReadingSigns Signs, bool IsRight)> examples)
    {
        const double Shrinkage = 1;
        var weights = new double[ReadingSigns.Count];
        for (var step = 0; step < 25; step++)
        {
            var gradient = new double[ReadingSigns.Count];
            var curvature = new double[ReadingSigns.Count, ReadingSigns.Count];
            for (var i = 0; i < ReadingSigns.Count; i++)
            {
                gradient[i] = -Shrinkage * weights[i];
                curvature[i, i] = Shrinkage;
            }

            foreach (var (signs, isRight) in examples)
            {
                var values = signs.Values;
                var chance = Logistic(Score(weights, values));
                for (var i = 0; i < values.Length; i++)
                {
                    gradient[i] += ((isRight ? 1 : 0) - chance) * values[i];
                    for (var j = 0; j < values.Length; j++) curvature[i, j] += chance * (1 - chance) * values[i] * values[j];
                }
            }

            var move = Solve(curvature, gradient);
            for (var i = 0; i < weights.Length; i++) weights[i] += move[i];
        }

        return new Confidence(weights);
    }

    internal string ToText() => string.Join(' ', _weights.Select(weight => weight.ToString("R", CultureInfo.InvariantCulture)));

    internal static Confidence Parse(string? text)
    {
        var weights = (text ?? string.Empty).Split(' ').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) ? weight : double.NaN).ToArray();
        return weights.Length == ReadingSigns.Count && weights.All(double.IsFinite)
            ? new Confidence(weights)
            : throw new ModelFormatException($"The model's confidence is \"{text}\"; expected {ReadingSigns.Count} numbers.");
    }

    private static double Score(double[] weights, double[] values)
    {
        var score = 0.0;
        for (var i = 0; i < weights.Length; i++) score += weights[i] * values[i];
        return score;
    }

    private static double Logistic(double score) => 1 / (1 + Math.Exp(-score));

    /// <summary>Gauss' elimination with the greatest pivot.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        var count = right.Length;
        var x = right.ToArray();
        for (var column = 0; column < count; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < count; row++)
            {
                if (Math.Abs(matrix[row, column]) > Math.Abs(matrix[pivot, column])) pivot = row;
            }

            for (var j = 0; j < count; j++) (matrix[column, j], matrix[pivot, j]) = (matrix[pivot, j], matrix[column, j]);
            (x[column], x[pivot]) = (x[pivot], x[column]);
            for (var row = 0; row < count; row++)
            {
                if (row == column) continue;
                var share = matrix[row, column] / matrix[column, column];
                for (var j = column; j < count; j++) matrix[row, j] -= share * matrix[column, j];
                x[row] -= share * x[column];
            }
        }

        for (var i = 0; i < count; i++) x[i] /= matrix[i, i];
        return x;
    }
}
