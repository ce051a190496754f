using ShitOps.Sampling;

namespace ShitOps.Planning;

/// <summary>What is believed of the weights of a linear regression: a normal distribution around nothing, narrowed by what was seen and widened by forgetting.</summary>
/// <param name="size">How many weights.</param>
/// <param name="precision">One over the variance of each weight before anything was seen.</param>
/// <param name="noise">The variance of what is seen.</param>
internal sealed class LinearBelief(int size, double precision, double noise)
{
    private readonly double[,] _seen = new double[size, size];
    private readonly double[] _sum = new double[size];
    private double[,]? _root;
    private double[]? _mean;

    /// <summary>The middle of the belief.</summary>
    public double[] Mean => _mean ??= Solved();

    /// <summary>The sum of products.</summary>
    public static double Product(double[] weights, double[] features)
    {
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++) sum += weights[i] * features[i];
        return sum;
    }

    /// <summary>Weights drawn from the belief.</summary>
    /// <param name="random">What is drawn with.</param>
    /// <param name="breadth">How far from its middle, of how wide it is; 1: as it is.</param>
    public double[] Draw(Random random, double breadth)
    {
        var mean = Mean;
        var root = Root();
        var drawn = new double[size];

        // The precision is root × its transpose, so the transpose's inverse turns independent numbers into ones with its inverse as covariance.
        for (var i = size - 1; i >= 0; i--)
        {
            var value = breadth * Normal.Draw(random);
            for (var j = i + 1; j < size; j++) value -= root[j, i] * drawn[j];
            drawn[i] = value / root[i, i];
        }

        for (var i = 0; i < size; i++) drawn[i] += mean[i];
        return drawn;
    }

    /// <summary>Learns a value.</summary>
    /// <param name="features">What it belongs to.</param>
    /// <param name="value">The value.</param>
    /// <param name="kept">How much of what was seen before still counts.</param>
    /// <param name="count">How many times it is learnt.</param>
    public void Learn(double[] features, double value, double kept, int count = 1)
    {
        var before = Math.Pow(kept, count);
        var gain = kept < 1 ? (1 - before) / (1 - kept) : count;
        for (var i = 0; i < size; i++)
        {
            _sum[i] = (before * _sum[i]) + (gain * features[i] * value);
            for (var j = 0; j < size; j++) _seen[i, j] = (before * _seen[i, j]) + (gain * features[i] * features[j]);
        }

        (_root, _mean) = (null, null);
    }

    /// <summary>The lower triangle whose product with its transpose is the precision (Cholesky).</summary>
    private double[,] Root()
    {
        if (_root is not null) return _root;
        var root = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = (_seen[i, j] / noise) + (i == j ? precision : 0);
                for (var k = 0; k < j; k++) sum -= root[i, k] * root[j, k];
                root[i, j] = i == j ? Math.Sqrt(sum) : sum / root[j, j];
            }
        }

        return _root = root;
    }

    private double[] Solved()
    {
        var root = Root();
        var half = new double[size];
        for (var i = 0; i < size; i++)
        {
            var sum = _sum[i] / noise;
            for (var k = 0; k < i; k++) sum -= root[i, k] * half[k];
            half[i] = sum / root[i, i];
        }

        var mean = new double[size];
        for (var i = size - 1; i >= 0; i--)
        {
            var sum = half[i];
            for (var k = i + 1; k < size; k++) sum -= root[k, i] * mean[k];
            mean[i] = sum / root[i, i];
        }

        return mean;
    }
}
