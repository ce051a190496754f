using ShitOps.Sampling;

namespace ShitOps.Synthesis.Tensors;

/// <summary>Numbers by rows and columns, row after row, and what a loss changes by with each of them.</summary>
public sealed class Matrix
{
    internal Matrix(int rows, int columns, float[] values, float[]? gradients)
    {
        Rows = rows;
        Columns = columns;
        Storage = values;
        GradientStorage = gradients;
    }

    /// <summary>How many rows.</summary>
    public int Rows { get; }

    /// <summary>How many columns.</summary>
    public int Columns { get; }

    /// <summary>The values.</summary>
    public Span<float> Values => Storage.AsSpan(0, Rows * Columns);

    /// <summary>The derivative of the loss by each value; empty on a tape that does not record.</summary>
    public Span<float> Gradients => GradientStorage is null ? default : GradientStorage.AsSpan(0, Rows * Columns);

    /// <summary>The values of a row.</summary>
    public Span<float> Row(int row) => Storage.AsSpan(row * Columns, Columns);

    /// <summary>The derivatives by the values of a row.</summary>
    public Span<float> GradientRow(int row) => GradientStorage.AsSpan(row * Columns, Columns);

    internal float[] Storage { get; }

    internal float[]? GradientStorage { get; }
}

/// <summary>A matrix that is learnt.</summary>
public sealed class Parameter
{
    /// <param name="name">Its name in a model file.</param>
    /// <param name="rows">How many rows; a vector has one.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="decays">Whether weight decay pulls it to 0.</param>
    public Parameter(string name, int rows, int columns, bool decays = true)
    {
        Name = name;
        Rows = rows;
        Columns = columns;
        Decays = decays;
        Values = new float[rows * columns];
    }

    /// <summary>Its name in a model file.</summary>
    public string Name { get; }

    /// <summary>How many rows.</summary>
    public int Rows { get; }

    /// <summary>How many columns.</summary>
    public int Columns { get; }

    /// <summary>Whether weight decay pulls it to 0.</summary>
    public bool Decays { get; }

    /// <summary>The values, row after row.</summary>
    public float[] Values { get; }

    /// <summary>The derivative of the loss by each value; made when it is first learnt.</summary>
    public float[] Gradients => field ??= new float[Values.Length];

    /// <summary>Draws the values from a normal distribution around 0.</summary>
    public Parameter Randomised(Random random, double deviation)
    {
        for (var i = 0; i < Values.Length; i++) Values[i] = (float)Normal.Draw(random, deviation);
        return this;
    }

    /// <summary>Sets all values to one.</summary>
    public Parameter Filled(float value)
    {
        Array.Fill(Values, value);
        return this;
    }
}
