namespace ShitOps.Projects;

/// <summary>Sums by a key that is not negative: an open-addressed table, for which no key is allocated and no sum is ever removed.</summary>
internal sealed class SumTable
{
    private const int FirstSlots = 16;

    /// <summary>More than that are not kept for the next sums.</summary>
    private const int MostKeptSlots = 512;

    private (long Place, long Sum)[] _slots = new (long, long)[FirstSlots];
    private int _count;

    /// <summary>The sums that are not zero, in no particular order.</summary>
    public IEnumerable<(long Key, long Sum)> Sums
    {
        get
        {
            foreach (var (place, sum) in _slots)
                if (sum != 0) yield return (place - 1, sum);
        }
    }

    /// <summary>Whether all sums are zero.</summary>
    public bool IsZero
    {
        get
        {
            foreach (ref readonly var slot in _slots.AsSpan())
                if (slot.Sum != 0) return false;
            return true;
        }
    }

    /// <summary>Forgets all keys.</summary>
    public void Clear()
    {
        _count = 0;
        if (_slots.Length > MostKeptSlots) _slots = new (long, long)[FirstSlots];
        else Array.Clear(_slots);
    }

    /// <summary>Adds to the sum of a key.</summary>
    public void Add(long key, long amount)
    {
        ref var slot = ref SlotOf(_slots, key);
        if (slot.Place == 0)
        {
            if (_count++ >= _slots.Length * 3 / 4)
            {
                // The key's own place is counted anew as well.
                Grow();
                slot = ref SlotOf(_slots, key);
            }

            slot.Place = key + 1;
        }

        slot.Sum += amount;
    }

    /// <summary>The slot that has the key, or where it is to go. A slot's place is its key plus one; 0: it is free.</summary>
    private static ref (long Place, long Sum) SlotOf((long Place, long Sum)[] slots, long key)
    {
        var mask = slots.Length - 1;
        for (var at = (int)((ulong)(key * -7046029254386353131) >> 40) & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref slots[at];
            if (slot.Place == key + 1 || slot.Place == 0) return ref slot;
        }
    }

    private void Grow()
    {
        var slots = new (long Place, long Sum)[_slots.Length * 2];
        _count = 1;
        foreach (var slot in _slots)
        {
            if (slot.Sum == 0) continue;
            SlotOf(slots, slot.Place - 1) = slot;
            _count++;
        }

        _slots = slots;
    }
}
