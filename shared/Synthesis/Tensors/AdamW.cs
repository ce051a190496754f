using System.Numerics;

namespace ShitOps.Synthesis.Tensors;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), with the gradient cut to a norm.</summary>
/// <param name="parameters">What is learnt.</param>
public sealed class AdamW(IReadOnlyList<Parameter> parameters)
{
    private const float FirstDecay = 0.9f;
    private const float SecondDecay = 0.98f;
    private const float Epsilon = 1e-8f;

    private readonly float[][] _first = [.. parameters.Select(parameter => new float[parameter.Values.Length])];
    private readonly float[][] _second = [.. parameters.Select(parameter => new float[parameter.Values.Length])];
    private int _steps;

    /// <summary>How much of a value weight decay takes away at a rate of 1.</summary>
    public float WeightDecay { get; init; } = 0.01f;

    /// <summary>The greatest norm of a gradient over all parameters; a greater one is scaled down to it.</summary>
    public double GreatestNorm { get; init; } = 1;

    /// <summary>Moves every parameter against its gradient, and sets the gradients to 0.</summary>
    /// <param name="rate">How far.</param>
    /// <returns>The norm of the gradient.</returns>
    public double Step(double rate)
    {
        _steps++;
        var norm = Math.Sqrt(parameters.Sum(parameter => SumOfSquares(parameter.Gradients)));
        var scale = norm > GreatestNorm ? (float)(GreatestNorm / norm) : 1f;
        var firstShare = (float)(1 - Math.Pow(FirstDecay, _steps));
        var secondShare = (float)(1 - Math.Pow(SecondDecay, _steps));
        for (var i = 0; i < parameters.Count; i++) Move(parameters[i], _first[i], _second[i], (float)rate, scale, firstShare, secondShare);
        return norm;
    }

    private void Move(Parameter parameter, float[] first, float[] second, float rate, float scale, float firstShare, float secondShare)
    {
        var values = parameter.Values;
        var gradients = parameter.Gradients;
        var kept = parameter.Decays ? 1 - (rate * WeightDecay) : 1f;
        var i = 0;
        for (; i + Vector<float>.Count <= values.Length; i += Vector<float>.Count)
        {
            var gradient = new Vector<float>(gradients, i) * scale;
            var mean = new Vector<float>(first, i);
            mean += (1 - FirstDecay) * (gradient - mean);
            mean.CopyTo(first, i);
            var square = new Vector<float>(second, i);
            square += (1 - SecondDecay) * ((gradient * gradient) - square);
            square.CopyTo(second, i);
            var move = rate * (mean / firstShare) / (Vector.SquareRoot(square / secondShare) + new Vector<float>(Epsilon));
            ((new Vector<float>(values, i) * kept) - move).CopyTo(values, i);
        }

        for (; i < values.Length; i++)
        {
            var gradient = gradients[i] * scale;
            first[i] += (1 - FirstDecay) * (gradient - first[i]);
            second[i] += (1 - SecondDecay) * ((gradient * gradient) - second[i]);
            values[i] = (values[i] * kept) - (rate * (first[i] / firstShare) / (MathF.Sqrt(second[i] / secondShare) + Epsilon));
        }

        Array.Clear(gradients);
    }

    private static double SumOfSquares(float[] values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += (double)value * value;
        return sum;
    }
}
