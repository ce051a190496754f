using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

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
    private int _start;
    private int _room;
    private int _count;
    private int _bytes;

    /// <summary>A log of these facts.</summary>
    /// <param name="most">How many of the greatest facts are retained.</param>
    /// <param name="mostBytes">And how many bytes of them.</param>
    /// <param name="facts">The facts in their order, in an array that nothing else adds to there.</param>
    /// <param name="room">How much room there is for them and others behind them.</param>
    internal FactLog(int most, int mostBytes, ArraySegment<Fact> facts, int room)
    {
        (_most, _mostBytes, _room) = (most, mostBytes, room);
        (_facts, _start, _count) = (facts.Array!, facts.Offset, facts.Count);
        foreach (var fact in facts) _bytes += fact.Size;
    }

    /// <summary>Whether there is more than the greatest facts that are retained, so that some of it may have to be dropped.</summary>
    internal readonly bool IsOverfull => _count > _most || _bytes > _mostBytes;

    /// <summary>Whether so many more facts of at most that size would leave nothing to be dropped.</summary>
    internal readonly bool HasRoom(int facts, int size) => _count + facts <= _most && _bytes + (facts * size) <= _mostBytes;

    /// <summary>The facts, the earliest first; the retained ones once <see cref="Trim"/> was called.</summary>
    public readonly ReadOnlySpan<Fact> Facts => _facts.AsSpan(_start, _count);

    internal StatementEffect Add(in Fact fact)
    {
        var at = _count;
        while (at > 0)
        {
            var order = fact.CompareTo(_facts[_start + at - 1]);
            if (order == 0) return StatementEffect.Repeated;
            if (order > 0) break;
            at--;
        }

        Insert(at, fact);
        var facts = Facts;
        var contradicts = (at > 0 && Contradict(fact, facts[at - 1])) || (at + 1 < _count && Contradict(fact, facts[at + 1]));
        if (_count > 2 * _most && Trim() && Facts.BinarySearch(fact) < 0) return StatementEffect.Superseded;
        return contradicts ? StatementEffect.Changed | StatementEffect.Contradicts : StatementEffect.Changed;
    }

    /// <summary>Asks the memory for the place behind the last fact, and for the array's beginning.</summary>
    internal readonly unsafe void PrefetchEnd()
    {
        if (!Sse.IsSupported) return;
        ref var first = ref MemoryMarshal.GetArrayDataReference(_facts);
        Sse.Prefetch0(Unsafe.AsPointer(ref first));
        Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref first, _start + _count)));
    }

    /// <summary>Drops what is not retained.</summary>
    /// <returns>Whether anything was dropped.</returns>
    internal bool Trim()
    {
        if (!IsOverfull) return false;

        var facts = Facts;
        var from = _count;
        for (var bytes = 0; from > 0 && _count - from < _most && bytes + facts[from - 1].Size <= _mostBytes; from--) bytes += facts[from - 1].Size;

        var kept = new List<Fact>(_most + 8);
        bool status = false, begun = false, done = false;
        for (var i = 0; i < from; i++)
        {
            var fact = facts[i];
            var isEarliest = (!status && fact.IsStatus) || (!begun && fact.IsBegun) || (!done && fact.Kind == FactKind.Done);
            status |= fact.IsStatus;
            begun |= fact.IsBegun;
            done |= fact.Kind == FactKind.Done;
            if (isEarliest || IsLatest(i)) kept.Add(fact);
        }

        if (kept.Count == from) return false;
        kept.AddRange(facts[from..]);
        this = new FactLog(_most, _mostBytes, kept.ToArray(), kept.Count);
        return true;
    }

    /// <summary>How many facts this log and an earlier one have in common from the start.</summary>
    internal readonly int CommonWith(FactLog earlier)
    {
        if (ReferenceEquals(_facts, earlier._facts)) return Math.Min(_count, earlier._count);
        var common = 0;
        while (common < _count && common < earlier._count && Facts[common] == earlier.Facts[common]) common++;
        return common;
    }

    private static bool Contradict(in Fact fact, in Fact other) => fact.Stamp == other.Stamp && fact.Channel == other.Channel;

    private readonly bool IsLatest(int index)
    {
        var facts = Facts;
        for (var i = index + 1; i < facts.Length; i++)
            if (facts[i].Channel == facts[index].Channel) return false;
        return true;
    }

    private void Insert(int at, in Fact fact)
    {
        if (at == _count && _count < _room)
        {
            _facts[_start + _count] = fact;
        }
        else
        {
            var room = _count < _room ? _room : Math.Max(4, _count * 2);
            var facts = new Fact[room];
            Facts[..at].CopyTo(facts);
            facts[at] = fact;
            Facts[at..].CopyTo(facts.AsSpan(at + 1));
            (_facts, _start, _room) = (facts, 0, room);
        }

        _count++;
        _bytes += fact.Size;
    }
}
