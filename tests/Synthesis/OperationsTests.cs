using ShitOps.Synthesis.Tensors;

namespace ShitOps.Tests.Synthesis;

/// <summary>Every derivative against finite differences: the loss is a fixed weighting of the operation's results.</summary>
public sealed class OperationsTests
{
    private const double Step = 1e-2;

    private readonly Random _random = new(5);

    [Fact]
    public void The_derivatives_of_a_linear_map_are_right() =>
        Check([Drawn("x", 5, 6), Drawn("w", 6, 7), Drawn("b", 1, 7)], (tape, p) => tape.Linear(AsMatrix(tape, p[0]), p[1], p[2]));

    [Fact]
    public void The_derivatives_of_means_of_rows_are_right() =>
        Check([Drawn("table", 6, 4)], (tape, p) => tape.MeanOfRows(p[0], [[0], [1, 2, 5], [2, 2], [3, 4, 0, 1]]));

    [Fact]
    public void The_derivatives_of_a_sum_are_right() =>
        Check([Drawn("x", 3, 4), Drawn("y", 3, 4)], (tape, p) => tape.Sum(AsMatrix(tape, p[0]), AsMatrix(tape, p[1])));

    [Fact]
    public void The_derivatives_of_normalised_rows_are_right() =>
        Check([Drawn("x", 4, 6), Drawn("gain", 1, 6)], (tape, p) => tape.Normalised(AsMatrix(tape, p[0]), p[1]));

    [Fact]
    public void The_derivatives_of_rectified_values_are_right()
    {
        // Values away from 0, where there is no derivative.
        var x = Drawn("x", 4, 6);
        for (var i = 0; i < x.Values.Length; i++) x.Values[i] += x.Values[i] > 0 ? 0.1f : -0.1f;
        Check([x], (tape, p) => tape.Rectified(AsMatrix(tape, p[0])));
    }

    [Fact]
    public void The_derivatives_of_rows_beside_their_neighbours_are_right() =>
        Check([Drawn("x", 7, 3)], (tape, p) => tape.WithNeighbours(AsMatrix(tape, p[0]), [1, 3, 7]));

    [Fact]
    public void The_derivatives_of_chosen_rows_are_right() =>
        Check([Drawn("x", 5, 3)], (tape, p) => tape.Rows(AsMatrix(tape, p[0]), [0, 3, 3]));

    [Fact]
    public void The_derivatives_of_attention_are_right() =>
        Check([Drawn("qkv", 7, 24), Drawn("bias", 2, 5)], (tape, p) => tape.Attention(AsMatrix(tape, p[0]), p[1], [2, 3, 7]));

    [Fact]
    public void The_derivatives_of_values_that_are_dropped_are_right() =>
        Check([Drawn("x", 4, 6)], (tape, p) => tape.Dropped(AsMatrix(tape, p[0]), 0.4, new Random(9)));

    [Fact]
    public void The_derivatives_of_cross_entropy_are_right()
    {
        var logits = Drawn("logits", 4, 9);
        int[] targets = [0, 4, -1, 2];
        double Loss(Tape tape, out Matrix matrix)
        {
            matrix = AsMatrix(tape, logits);
            return tape.CrossEntropy(matrix, 2, 5, targets, 0.7f, 0.1f);
        }

        var recorded = new Tape(records: true);
        Loss(recorded, out var x);
        var derivatives = x.Gradients.ToArray();
        for (var i = 0; i < logits.Values.Length; i++)
        {
            Assert.Equal(Difference(logits, i, () => Loss(new Tape(records: false), out _)), derivatives[i], 2e-3);
        }
    }

    [Fact]
    public void Sequences_do_not_attend_to_each_other()
    {
        var both = Drawn("qkv", 7, 24);
        var bias = Drawn("bias", 2, 5);
        var tape = new Tape(records: false);
        var whole = tape.Attention(AsMatrix(tape, both), bias, [3, 7]).Values[..(3 * 8)].ToArray();
        Array.Clear(both.Values, 3 * 24, 4 * 24);

        var changed = tape.Attention(AsMatrix(tape, both), bias, [3, 7]).Values[..(3 * 8)].ToArray();

        Assert.Equal(whole, changed);
    }

    [Fact]
    public void A_step_of_AdamW_goes_down_and_clears_the_gradients()
    {
        var x = Drawn("x", 1, 4);
        var learner = new AdamW([x]) { WeightDecay = 0 };
        for (var step = 0; step < 400; step++)
        {
            for (var i = 0; i < 4; i++) x.Gradients[i] = x.Values[i] - i;
            learner.Step(0.05);
        }

        Assert.All(x.Gradients, gradient => Assert.Equal(0, gradient));
        for (var i = 0; i < 4; i++) Assert.Equal(i, x.Values[i], 1e-2);
    }

    private static void Check(Parameter[] parameters, Func<Tape, Parameter[], Matrix> operation)
    {
        var tape = new Tape(records: true);
        var result = operation(tape, parameters);
        var weights = Enumerable.Range(0, result.Values.Length).Select(i => MathF.Sin(i + 1)).ToArray();
        weights.CopyTo(result.Gradients);
        tape.Backward();

        foreach (var parameter in parameters)
        {
            for (var i = 0; i < parameter.Values.Length; i++)
            {
                var expected = Difference(parameter, i, () =>
                {
                    var values = operation(new Tape(records: false), parameters).Values;
                    var loss = 0.0;
                    for (var j = 0; j < values.Length; j++) loss += weights[j] * (double)values[j];
                    return loss;
                });
                Assert.Equal(expected, parameter.Gradients[i], 5e-3 * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    private static double Difference(Parameter parameter, int index, Func<double> loss)
    {
        var value = parameter.Values[index];
        parameter.Values[index] = (float)(value + Step);
        var above = loss();
        parameter.Values[index] = (float)(value - Step);
        var below = loss();
        parameter.Values[index] = value;
        return (above - below) / (2 * Step);
    }

    /// <summary>A matrix of a parameter's values, whose derivatives are those of the parameter.</summary>
    private static Matrix AsMatrix(Tape tape, Parameter parameter)
    {
        var matrix = tape.Zeros(parameter.Rows, parameter.Columns);
        parameter.Values.CopyTo(matrix.Values);
        tape.Record(() =>
        {
            for (var i = 0; i < parameter.Values.Length; i++) parameter.Gradients[i] += matrix.Gradients[i];
        });
        return matrix;
    }

    private Parameter Drawn(string name, int rows, int columns) => new Parameter(name, rows, columns).Randomised(_random, 0.7);
}
