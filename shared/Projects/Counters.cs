using System.Numerics;

namespace ShitOps.Projects;

/// <summary>
/// A sum of what tasks contribute: one integer for each <see cref="Measure"/>. Counters are a commutative group under
/// <see cref="Add(Counters, int)"/>, exactly, since there is no fraction in them: so the sum over tasks changes by new minus old when one
/// task changes, and sums of projects, teams and slices are added in any order.
/// </summary>
public sealed class Counters : IEquatable<Counters>
{
    private readonly long[] _values;

    /// <summary>Zero.</summary>
    /// <param name="size"><see cref="Measures.All"/>, or <see cref="Measures.Levels"/> where only levels are of interest.</param>
    public Counters(int size = Measures.All) => _values = new long[size];

    /// <summary>The value of a measure; 0 for one that these counters do not hold.</summary>
    public long this[Measure measure] => (int)measure < _values.Length ? _values[(int)measure] : 0;

    /// <summary>Whether every measure is zero.</summary>
    public bool IsZero => !_values.AsSpan().ContainsAnyExcept(0L);

    /// <summary>All tasks that are not deleted.</summary>
    public long Tasks => Open + this[Measure.Done] + this[Measure.Cancelled];

    /// <summary>Tasks that are neither done nor cancelled.</summary>
    public long Open => this[Measure.Todo] + WorkInProgress;

    /// <summary>Tasks begun and not finished, those that wait included.</summary>
    public long WorkInProgress => this[Measure.InProgress] + this[Measure.BlockedStatus];

    /// <summary>Adds one measure.</summary>
    public void Add(Measure measure, long amount)
    {
        if ((int)measure < _values.Length) _values[(int)measure] += amount;
    }

    /// <summary>Adds other counters, or with sign −1 subtracts them; measures that these do not hold are left out.</summary>
    public void Add(Counters other, int sign = 1)
    {
        var length = Math.Min(_values.Length, other._values.Length);
        var sum = _values.AsSpan(0, length);
        ReadOnlySpan<long> more = other._values.AsSpan(0, length);
        for (; sum.Length >= Vector<long>.Count; sum = sum[Vector<long>.Count..], more = more[Vector<long>.Count..])
            (sign > 0 ? new Vector<long>(sum) + new Vector<long>(more) : new Vector<long>(sum) - new Vector<long>(more)).CopyTo(sum);
        for (var i = 0; i < sum.Length; i++) sum[i] += sign * more[i];
    }

    /// <summary>Back to zero.</summary>
    public void Clear() => Array.Clear(_values);

    /// <summary>Counters of their own with the same values.</summary>
    public Counters Copy()
    {
        var copy = new Counters(_values.Length);
        copy.Add(this);
        return copy;
    }

    /// <inheritdoc/>
    public bool Equals(Counters? other) => other is not null && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Counters);

    /// <inheritdoc/>
    public override int GetHashCode() => (Tasks, this[Measure.Created]).GetHashCode();

    /// <summary>Writes what is not zero: how many, then the distance from the last measure written, and the value.</summary>
    internal void Write(StateWriter writer)
    {
        var count = 0;
        foreach (var value in _values)
            if (value != 0) count++;

        writer.Number(count);
        var last = -1;
        for (var i = 0; i < _values.Length; i++)
        {
            if (_values[i] == 0) continue;
            writer.Number(i - last);
            writer.Signed(_values[i]);
            last = i;
        }
    }

    internal static Counters Read(ref StateReader reader, int size = Measures.All)
    {
        var counters = new Counters(size);
        var at = -1;
        for (var count = reader.Count(size); count > 0; count--)
        {
            var step = reader.Count(size);
            at += step;
            if (step == 0 || at >= size) throw new CorruptStateException("the measures are not in order");
            counters._values[at] = reader.Signed();
        }

        return counters;
    }
}
