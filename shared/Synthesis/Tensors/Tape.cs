namespace ShitOps.Synthesis.Tensors;

/// <summary>
/// The operations of a network on a batch of sequences, in their order, and how each hands derivatives back. Rows are tokens, sequence after
/// sequence, without padding. For one thread; its matrices serve until <see cref="Clear"/>.
/// </summary>
/// <param name="records">Whether derivatives are wanted; without them it is faster and smaller.</param>
public sealed class Tape(bool records)
{
    private readonly List<Action> _steps = [];
    private readonly Dictionary<int, Stack<float[]>> _free = [];
    private readonly List<float[]> _taken = [];

    /// <summary>Whether derivatives can be asked for.</summary>
    public bool Records { get; } = records;

    /// <summary>A matrix of zeros.</summary>
    public Matrix Zeros(int rows, int columns) => new(rows, columns, Take(rows * columns), Records ? Take(rows * columns) : null);

    /// <summary>Notes how an operation hands derivatives back; called in the opposite order.</summary>
    public void Record(Action backward)
    {
        if (Records) _steps.Add(backward);
    }

    /// <summary>Hands the derivatives that losses have left back to every parameter.</summary>
    public void Backward()
    {
        for (var i = _steps.Count - 1; i >= 0; i--) _steps[i]();
        _steps.Clear();
    }

    /// <summary>Forgets all, to begin with the next batch.</summary>
    public void Clear()
    {
        _steps.Clear();
        foreach (var array in _taken)
        {
            if (!_free.TryGetValue(array.Length, out var stack)) _free[array.Length] = stack = new Stack<float[]>();
            stack.Push(array);
        }

        _taken.Clear();
    }

    internal float[] Take(int length)
    {
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, 16));
        if (_free.TryGetValue(size, out var stack) && stack.TryPop(out var array)) Array.Clear(array, 0, length);
        else array = new float[size];
        _taken.Add(array);
        return array;
    }
}
