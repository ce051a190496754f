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

    /// <summary>The measures that may be other than zero: what a batch adds to is a few of them.</summary>
    private Bits _touched;

    /// <summary>Zero.</summary>
    /// <param name="size"><see cref="Measures.All"/>, or <see cref="Measures.Levels"/> where only levels are of interest.</param>
    public Counters(int size = Measures.All) => _values = new long[size];

    /// <summary>The value of a measure; 0 for one that these counters do not hold.</summary>
    public long this[Measure measure] => (int)measure < _values.Length ? _values[(int)measure] : 0;

    /// <summary>Whether every measure is zero.</summary>
    public bool IsZero
    {
        get
        {
            foreach (var at in _touched)
                if (_values[at] != 0) return false;
            return true;
        }
    }

    /// <summary>All tasks that are not deleted.</summary>
    public long Tasks => Open + this[Measure.Done] + this[Measure.Cancelled];

    /// <summary>Tasks that are neither done nor cancelled.</summary>
    public long Open => this[Measure.Todo] + WorkInProgress;

    /// <summary>Tasks begun and not finished, those that wait included.</summary>
    public long WorkInProgress => this[Measure.InProgress] + this[Measure.BlockedStatus];

    /// <summary>Adds one measure.</summary>
    public void Add(Measure measure, long amount)
    {
        if ((int)measure >= _values.Length) return;
        _values[(int)measure] += amount;
        _touched.Include((int)measure);
    }

    /// <summary>Adds other counters, or with sign −1 subtracts them; measures that these do not hold are left out.</summary>
    public void Add(Counters other, int sign = 1)
    {
        foreach (var at in other._touched) Add((Measure)at, sign * other._values[at]);
    }

    /// <summary>Back to zero.</summary>
    public void Clear()
    {
        foreach (var at in _touched) _values[at] = 0;
        _touched = default;
    }

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
        foreach (var at in _touched)
            if (_values[at] != 0) count++;

        writer.Number(count);
        var last = -1;
        foreach (var at in _touched)
        {
            if (_values[at] == 0) continue;
            writer.Number(at - last);
            writer.Signed(_values[at]);
            last = at;
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
            counters.Add((Measure)at, reader.Signed());
        }

        return counters;
    }

    /// <summary>A set of measures, in their order.</summary>
    private struct Bits
    {
        private const int WordBits = 64;

        /// <summary>Not negative, or this does not compile: two words have a bit for every measure.</summary>
        private const uint Spare = (2 * WordBits) - Measures.All;

        private ulong _low;
        private ulong _high;

        public void Include(int bit)
        {
            if (bit < WordBits) _low |= 1UL << bit;
            else _high |= 1UL << bit;
        }

        public readonly Enumerator GetEnumerator() => new(this);

        public struct Enumerator(Bits left)
        {
            private Bits _left = left;

            public int Current { readonly get; private set; }

            public bool MoveNext()
            {
                if (_left._low != 0)
                {
                    Current = BitOperations.TrailingZeroCount(_left._low);
                    _left._low &= _left._low - 1;
                    return true;
                }

                if (_left._high == 0) return false;
                Current = WordBits + BitOperations.TrailingZeroCount(_left._high);
                _left._high &= _left._high - 1;
                return true;
            }
        }
    }
}
