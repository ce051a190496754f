namespace ShitOps.Projects;

/// <summary>Sums by a key that is not negative: an open-addressed table, for which no key is allocated and no sum is ever removed.</summary>
internal sealed class SumTable
{
    private const int FirstSlots = 16;

    /// <summary>More than that are not kept for the next sums.</summary>
    private const int MostKeptSlots = 512;

    private (long Place, long Sum)[] _slots = new (long, long)[FirstSlots];

    /// <summary>The numbers of the slots in use: few sums in a large table are soon gone through, and forgotten.</summary>
    private int[] _used = new int[UsedOf(FirstSlots)];
    private int _count;

    /// <summary>The sums that are not zero, in no particular order.</summary>
    public IEnumerable<(long Key, long Sum)> Sums
    {
        get
        {
            for (var i = 0; i < _count; i++)
                if (_slots[_used[i]] is { Sum: not 0 } slot) yield return (slot.Place - 1, slot.Sum);
        }
    }

    /// <summary>Whether all sums are zero.</summary>
    public bool IsZero
    {
        get
        {
            for (var i = 0; i < _count; i++)
                if (_slots[_used[i]].Sum != 0) return false;
            return true;
        }
    }

    /// <summary>Forgets all keys.</summary>
    public void Clear()
    {
        if (_slots.Length > MostKeptSlots) (_slots, _used) = (new (long, long)[FirstSlots], new int[UsedOf(FirstSlots)]);
        else
            for (var i = 0; i < _count; i++) _slots[_used[i]] = default;
        _count = 0;
    }

    /// <summary>Adds to the sum of a key.</summary>
    public void Add(long key, long amount)
    {
        var at = SlotOf(key);
        if (_slots[at].Place == 0)
        {
            if (_count == _used.Length)
            {
                Grow();
                at = SlotOf(key);
            }

            _slots[at].Place = key + 1;
            _used[_count++] = at;
        }

        _slots[at].Sum += amount;
    }

    private static int UsedOf(int slots) => slots * 3 / 4;

    /// <summary>The number of the slot that has the key, or where it is to go. A slot's place is its key plus one; 0: it is free.</summary>
    private int SlotOf(long key)
    {
        var mask = _slots.Length - 1;
        for (var at = (int)((ulong)(key * -7046029254386353131) >> 40) & mask; ; at = (at + 1) & mask)
        {
            var place = _slots[at].Place;
            if (place == key + 1 || place == 0) return at;
        }
    }

    private void Grow()
    {
        var (slots, used, count) = (_slots, _used, _count);
        (_slots, _used, _count) = (new (long, long)[slots.Length * 2], new int[UsedOf(slots.Length * 2)], 0);
        foreach (var old in used.AsSpan(0, count))
            if (slots[old] is { Sum: not 0 } slot) Add(slot.Place - 1, slot.Sum);
    }
}
