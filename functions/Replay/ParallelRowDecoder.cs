using Microsoft.Extensions.ObjectPool;
using ShitOps.Archive;
using ShitOps.Projects;

namespace ShitOps.Replay;

/// <summary>Makes events of many rows at a time, and sorts them by slice.</summary>
/// <param name="slices">How many slices there are.</param>
/// <param name="from">Records that were put on the topic before are left out; null: none.</param>
internal sealed class ParallelRowDecoder(int slices, DateTimeOffset? from)
{
    private readonly ObjectPool<RowDecoder> _decoders = ObjectPool.Create<RowDecoder>();

    /// <summary>The events of some slices, of each in the order of the rows.</summary>
    /// <param name="parts">Rows, part by part.</param>
    /// <param name="isWanted">Whether a slice is one of them.</param>
    public Dictionary<SliceId, List<ReplayedEvent>> Decode(IReadOnlyList<IReadOnlyList<ArchiveRow>> parts, Func<SliceId, bool> isWanted)
    {
        var decoded = new List<(SliceId Slice, ReplayedEvent Event)>[parts.Count];
        Parallel.For(0, parts.Count, i => decoded[i] = Decode(parts[i], isWanted));
        var bySlice = new Dictionary<SliceId, List<ReplayedEvent>>();
        foreach (var (slice, one) in decoded.SelectMany(part => part))
        {
            if (!bySlice.TryGetValue(slice, out var events)) bySlice.Add(slice, events = []);
            events.Add(one);
        }

        return bySlice;
    }

    private List<(SliceId Slice, ReplayedEvent Event)> Decode(IReadOnlyList<ArchiveRow> rows, Func<SliceId, bool> isWanted)
    {
        var decoder = _decoders.Get();
        var events = new List<(SliceId, ReplayedEvent)>(rows.Count);
        foreach (var row in rows)
        {
            var slice = SliceId.Of(row.Project, slices);
            if (row.Timestamp < from || !isWanted(slice)) continue;
            events.Add((slice, new ReplayedEvent(row.Offset, row.Timestamp, decoder.Decode(row))));
        }

        _decoders.Return(decoder);
        return events;
    }
}
