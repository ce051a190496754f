namespace ShitOps.Projects;

/// <summary>
/// The facts of a task that are retained, in the order of their stamps. Retained are
/// <list type="bullet">
/// <item>the greatest ones: at most <c>most</c> of them, and only as far down as their sizes add up to <c>mostBytes</c>;</item>
/// <item>the latest fact of each channel, so that what is so now is never lost;</item>
/// <item>the earliest status, the earliest that means begun, the earliest that means done, so that lead and cycle time are not either.</item>
/// </list>
/// Each of these is a function R of the SET of facts with R(R(S) ∪ T) = R(S ∪ T): whatever is dropped could never come back, since more
/// facts only push it further down. So any order, repetition and cut into batches retains the same facts.
/// </summary>
/// <remarks>
/// A copy of the struct is a snapshot: facts behind the last one are appended in place, where no older copy looks; every other change
/// makes a new array. Only the newest copy may be added to.
/// </remarks>
public struct FactLog
{
    private readonly int _most;
    private readonly int _mostBytes;
    private Fact[] _facts;
    private int _count;
    private int _bytes;

    internal FactLog(int most, int mostBytes, Fact[]? facts = null)
    {
        (_most, _mostBytes) = (most, mostBytes);
        _facts = facts ?? [];
        _count = _facts.Length;
        foreach (var fact in _facts) _bytes += fact.Size;
    }

    /// <summary>The facts, the earliest first; the retained ones once <see cref="Trim"/> was called.</summary>
    public readonly ReadOnlySpan<Fact> Facts => _facts.AsSpan(0, _count);

    internal StatementEffect Add(in Fact fact)
    {
        var at = _count;
        while (at > 0)
        {
            var order = fact.CompareTo(_facts[at - 1]);
            if (order == 0) return StatementEffect.Repeated;
            if (order > 0) break;
            at--;
        }

        Insert(at, fact);
        var contradicts = (at > 0 && Contradict(fact, _facts[at - 1])) || (at + 1 < _count && Contradict(fact, _facts[at + 1]));
        if (_count > 2 * _most && Trim() && Facts.BinarySearch(fact) < 0) return StatementEffect.Superseded;
        return contradicts ? StatementEffect.Changed | StatementEffect.Contradicts : StatementEffect.Changed;
    }

    /// <summary>Drops what is not retained.</summary>
    /// <returns>Whether anything was dropped.</returns>
    internal bool Trim()
    {
        if (_count <= _most && _bytes <= _mostBytes) return false;

        var from = _count;
        for (var bytes = 0; from > 0 && _count - from < _most && bytes + _facts[from - 1].Size <= _mostBytes; from--) bytes += _facts[from - 1].Size;

        var kept = new List<Fact>(_most + 8);
        bool status = false, begun = false, done = false;
        for (var i = 0; i < from; i++)
        {
            var fact = _facts[i];
            var isEarliest = (!status && fact.IsStatus) || (!begun && fact.IsBegun) || (!done && fact.Kind == FactKind.Done);
            status |= fact.IsStatus;
            begun |= fact.IsBegun;
            done |= fact.Kind == FactKind.Done;
            if (isEarliest || IsLatest(i)) kept.Add(fact);
        }

        if (kept.Count == from) return false;
        kept.AddRange(_facts.AsSpan(from, _count - from));
        this = new FactLog(_most, _mostBytes, [.. kept]);
        return true;
    }

    /// <summary>How many facts this log and an earlier one have in common from the start.</summary>
    internal readonly int CommonWith(FactLog earlier)
    {
        if (ReferenceEquals(_facts, earlier._facts)) return Math.Min(_count, earlier._count);
        var common = 0;
        while (common < _count && common < earlier._count && _facts[common] == earlier._facts[common]) common++;
        return common;
    }

    private static bool Contradict(in Fact fact, in Fact other) => fact.Stamp == other.Stamp && fact.Channel == other.Channel;

    private readonly bool IsLatest(int index)
    {
        var channel = _facts[index].Channel;
        for (var i = index + 1; i < _count; i++)
            if (_facts[i].Channel == channel) return false;
        return true;
    }

    private void Insert(int at, in Fact fact)
    {
        if (at == _count && _count < _facts.Length)
        {
            _facts[_count] = fact;
        }
        else
        {
            var facts = new Fact[_count < _facts.Length ? _facts.Length : Math.Max(4, _count * 2)];
            _facts.AsSpan(0, at).CopyTo(facts);
            facts[at] = fact;
            _facts.AsSpan(at, _count - at).CopyTo(facts.AsSpan(at + 1));
            _facts = facts;
        }

        _count++;
        _bytes += fact.Size;
    }
}
