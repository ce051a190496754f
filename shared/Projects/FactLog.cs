using System.Runtime.InteropServices;
using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// The facts of a task that are retained, in the order of their stamps. Retained are
/// <list type="bullet">
/// <item>the greatest ones: at most <c>most</c> of them, and only until the sizes of those that are greater add up to <c>mostBytes</c>, so that
/// whether one is retained depends on nothing but the greater ones;</item>
/// <item>the latest fact of each channel, so that what is so now is never lost;</item>
/// <item>the earliest status, the earliest that means begun, the earliest that means done, so that lead and cycle time are not either.</item>
/// </list>
/// Each of these is a function R of the SET of facts with R(R(S) ∪ T) = R(S ∪ T): whatever is dropped could never come back, since more
/// facts only push it further down. So any order, repetition and cut into batches retains the same facts.
/// </summary>
/// <remarks>
/// A copy of the struct is a snapshot: facts behind the last one are appended in place, where no older copy looks; every other change
/// makes a new array. Only the newest copy may be added to.
/// Tens of thousands of tasks are held for long, so facts are packed into 32 bytes without references, which garbage collections need not
/// look at: a word is its number, and a UUID its bytes; only other ids are held as texts beside the facts.
/// </remarks>
internal struct FactLog
{
    private readonly int _most;
    private readonly int _mostBytes;
    private Packed[] _facts;

    /// <summary>The first place of the array that belongs to this log.</summary>
    private int _start;

    /// <summary>How many places of it do.</summary>
    private int _room;
    private int _bytes;

    /// <summary>The time of the last fact: so that nothing has to be fetched to append one.</summary>
    private long _latest;

    /// <summary>The ids that are no UUIDs, one for each place that belongs to this log; null as long as there are none.</summary>
    private string?[]? _ids;
    private StatusWords? _words;

    /// <summary>A log without facts.</summary>
    /// <param name="most">How many of the greatest facts are retained.</param>
    /// <param name="mostBytes">Behind how many bytes of them no other one is.</param>
    public FactLog(int most, int mostBytes) => (_most, _mostBytes, _facts) = (most, mostBytes, []);

    /// <summary>How many facts there are; the retained ones once <see cref="Trim"/> was called.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is more than the greatest facts that are retained, so that some of it may have to be dropped.</summary>
    public readonly bool IsOverfull => Count > _most || _bytes > _mostBytes;

    /// <summary>A fact by its place in the order, from 0.</summary>
    public readonly Fact this[int at]
    {
        get
        {
            ref readonly var packed = ref PackedAt(at);
            var id = _ids?[at] is { } text ? new EventId(text) : new EventId(packed.IdHigh, packed.IdLow);
            return new Fact(new Stamp(packed.Ticks, id), packed.Kind, WordOf(in packed), packed.Value);
        }
    }

    /// <summary>Whether so many more facts of at most that size would leave nothing to be dropped.</summary>
    public readonly bool HasRoom(int facts, int size) => Count + facts <= _most && _bytes + (facts * size) <= _mostBytes;

    /// <summary>A fact by its place in the order, without its id; <see cref="WordOf"/> has its word.</summary>
    public readonly ref readonly Packed PackedAt(int at) => ref _facts[_start + at];

    /// <summary>The word of a fact of this log; null if it has none.</summary>
    public readonly string? WordOf(ref readonly Packed fact) => fact.IsStatus ? _words![fact.Word] : null;

    /// <summary>All facts, the earliest first.</summary>
    public readonly Fact[] ToArray()
    {
        var facts = new Fact[Count];
        for (var at = 0; at < facts.Length; at++) facts[at] = this[at];
        return facts;
    }

    /// <summary>Takes in a fact.</summary>
    /// <param name="stamp">When it became so.</param>
    /// <param name="kind">What kind of statement it is.</param>
    /// <param name="word">The tracker's word of a status; null for the other kinds.</param>
    /// <param name="milliHours">See <see cref="Fact.MilliHours"/>.</param>
    public StatementEffect Add(in Stamp stamp, FactKind kind, string? word, int milliHours)
    {
        // Nearly every fact is later than all others, and there is room for it.
        if (stamp.Ticks <= _latest || Count >= 2 * _most) return Add(new Fact(stamp, kind, word, milliHours));
        Append(stamp, kind, word, milliHours);
        return StatementEffect.Changed;
    }

    /// <inheritdoc cref="Add(in Stamp, FactKind, string?, int)"/>
    public StatementEffect Add(in Fact fact)
    {
        var at = Count;
        while (at > 0 && fact.Stamp.Ticks <= PackedAt(at - 1).Ticks)
        {
            var order = fact.CompareTo(this[at - 1]);
            if (order == 0) return StatementEffect.Repeated;
            if (order > 0) break;
            at--;
        }

        var isLatest = at == Count;
        if (isLatest) Append(fact);
        else Insert(at, fact);
        var contradicts = (at > 0 && IsContradictedAt(at - 1, fact)) || (at + 1 < Count && IsContradictedAt(at + 1, fact));

        // One that was dropped before comes again as if it were new. Those at the end wait until they are many, since dropping takes time.
        if ((!isLatest || Count > 2 * _most) && Trim() && !Holds(fact)) return StatementEffect.Superseded;
        return contradicts ? StatementEffect.Changed | StatementEffect.Contradicts : StatementEffect.Changed;
    }

    /// <summary>Drops what is not retained.</summary>
    /// <returns>Whether anything was dropped.</returns>
    public bool Trim() => IsOverfull && Drop();

    private bool Drop()
    {
        var facts = ToArray();
        var from = facts.Length;
        for (var bytes = 0; from > 0 && facts.Length - from < _most && bytes < _mostBytes; from--) bytes += facts[from - 1].Size;

        var kept = new List<Fact>(_most + 8);
        bool status = false, begun = false, done = false;
        for (var i = 0; i < from; i++)
        {
            var fact = facts[i];
            var isEarliest = (!status && fact.IsStatus) || (!begun && fact.IsBegun) || (!done && fact.Kind == FactKind.Done);
            status |= fact.IsStatus;
            begun |= fact.IsBegun;
            done |= fact.Kind == FactKind.Done;
            if (isEarliest || Array.FindIndex(facts, i + 1, later => later.Channel == fact.Channel) < 0) kept.Add(fact);
        }

        if (kept.Count == from) return false;
        kept.AddRange(facts[from..]);
        Hold(CollectionsMarshal.AsSpan(kept), _words);
        return true;
    }

    /// <summary>Puts the facts into places of an array where nothing else is put, and holds words by the numbers that these words give them.</summary>
    public void MoveTo(Packed[] array, int start, int room, StatusWords words) => Hold(ToArray(), array, start, room, words);

    /// <summary>How many facts this log and an earlier one have in common from the start.</summary>
    public readonly int CommonWith(FactLog earlier)
    {
        if (ReferenceEquals(_facts, earlier._facts) && _start == earlier._start) return Math.Min(Count, earlier.Count);
        var common = 0;
        while (common < Count && common < earlier.Count && this[common] == earlier[common]) common++;
        return common;
    }

    /// <summary>Nearly all facts have times of their own, and then there is nothing to unpack.</summary>
    private readonly bool IsContradictedAt(int at, in Fact fact) =>
        PackedAt(at).Ticks == fact.Stamp.Ticks && this[at] is var other && fact.Stamp == other.Stamp && fact.Channel == other.Channel;

    private readonly bool Holds(in Fact fact)
    {
        for (var at = 0; at < Count; at++)
            if (this[at] == fact) return true;
        return false;
    }

    /// <summary>Holds these facts instead of those that it has, in an array of its own.</summary>
    private void Hold(ReadOnlySpan<Fact> facts, StatusWords? words) => Hold(facts, new Packed[facts.Length * 2], 0, facts.Length * 2, words);

    private void Hold(ReadOnlySpan<Fact> facts, Packed[] array, int start, int room, StatusWords? words)
    {
        this = new FactLog(_most, _mostBytes) { _facts = array, _start = start, _room = room, _words = words };
        foreach (ref readonly var fact in facts) Append(fact);
    }

    private void Append(in Fact fact) => Append(fact.Stamp, fact.Kind, fact.Word, fact.MilliHours);

    private void Append(in Stamp stamp, FactKind kind, string? word, int milliHours)
    {
        ushort number = 0;
        if (word is not null && !(_words ??= new StatusWords()).TryNumber(word, out number))
        {
            Hold(ToArray(), new StatusWords());
            _words.TryNumber(word, out number);
        }

        if (Count == _room) Grow();
        var isUuid = stamp.EventId.TryGetUuid(out var high, out var low);
        ref var packed = ref _facts[_start + Count];
        (packed.Ticks, packed.IdHigh, packed.IdLow) = (stamp.Ticks, high, low);
        (packed.Value, packed.Word, packed.Kind) = (milliHours, number, kind);
        if (!isUuid || _ids is not null) HoldId(isUuid ? null : stamp.Id);
        Count++;
        _bytes += Fact.SizeOf(stamp.EventId, word?.Length ?? 0);
        _latest = stamp.Ticks;
    }

    /// <summary>Holds the id of the fact that comes next; null: it is a UUID.</summary>
    private void HoldId(string? id)
    {
        if (_ids is null || _ids.Length < _room) Array.Resize(ref _ids, _room);
        _ids[Count] = id;
    }

    private void Grow()
    {
        var room = Math.Max(4, Count * 2);
        var facts = new Packed[room];
        _facts.AsSpan(_start, Count).CopyTo(facts);
        (_facts, _start, _room) = (facts, 0, room);
    }

    private void Insert(int at, in Fact fact)
    {
        var facts = ToArray();
        Hold([.. facts.AsSpan(0, at), fact, .. facts.AsSpan(at)], _words);
    }

    /// <summary>A fact as the log holds it.</summary>
    public struct Packed
    {
        /// <summary>Of its stamp.</summary>
        public long Ticks;

        /// <summary>The first half of its stamp's UUID; 0 if the id is none, as the other half.</summary>
        public ulong IdHigh;
        public ulong IdLow;

        /// <inheritdoc cref="Fact.MilliHours"/>
        public int Value;

        /// <summary>The number of its word.</summary>
        public ushort Word;
        public FactKind Kind;

        /// <inheritdoc cref="Fact.IsStatus"/>
        public readonly bool IsStatus => Kind <= FactKind.Cancelled;

        /// <inheritdoc cref="Fact.IsBegun"/>
        public readonly bool IsBegun => Kind is FactKind.InProgress or FactKind.BlockedStatus;
    }
}
