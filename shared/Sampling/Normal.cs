namespace ShitOps.Sampling;

/// <summary>The normal distribution around 0.</summary>
internal static class Normal
{
    /// <summary>Draws from it (Box and Muller, 1958).</summary>
    /// <param name="random">What is drawn with; two of its numbers are used.</param>
    /// <param name="deviation">The standard deviation.</param>
    public static double Draw(Random random, double deviation = 1) => deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
