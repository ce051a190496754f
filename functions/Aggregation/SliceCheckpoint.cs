using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ShitOps.Projects;

namespace ShitOps.Aggregation;

/// <summary>
/// How far one Kafka partition has been consumed into one slice, and what its events made there: sums by team and outcomes, kept per
/// partition so that instances which own different partitions never change the same row.
/// </summary>
internal sealed class SliceCheckpoint(SliceId slice, string stream, string topic, int partition)
{
    private readonly long[] _outcomes = new long[Enum.GetValues<FoldOutcome>().Length];

    /// <summary>The first offset whose event, if it is one of this slice, is not yet in its rows.</summary>
    public long Next { get; private set; }

    /// <summary>What the events of this partition added to the sums of teams.</summary>
    public TeamSums Teams { get; private init; } = new();

    /// <summary>The version that the row was read or written at; default: it is not stored yet.</summary>
    public ETag ETag { get; set; }

    /// <summary>Whether the slice is closed: another table is about to take its place, and nothing may be written here any more.</summary>
    public bool IsSealed { get; private init; }

    /// <summary>What it says of its partition.</summary>
    public ConsumedPartition Consumed => new(stream, topic, partition, Next, Enum.GetValues<FoldOutcome>().ToDictionary(outcome => outcome, outcome => _outcomes[(int)outcome]));

    /// <summary>Counts an event and goes on behind it.</summary>
    public void Advance(long offset, FoldOutcome outcome)
    {
        _outcomes[(int)outcome]++;
        Next = Math.Max(Next, offset + 1);
    }

    public static SliceCheckpoint FromEntity(SliceId slice, TableEntity row)
    {
        var key = row.RowKey.Split(':');
        var checkpoint = new SliceCheckpoint(slice, KeyText.TextOf(key[1]), row.GetString("Topic") ?? KeyText.TextOf(key[2]), int.Parse(key[3], CultureInfo.InvariantCulture))
        {
            Next = row.GetInt64(nameof(Next)) ?? 0,
            Teams = AggregateRows.Read(row, nameof(Teams), bytes => bytes.IsEmpty ? new TeamSums() : TeamSums.FromBytes(bytes)),
            ETag = row.ETag,
            IsSealed = AggregateRows.IsSealed(row),
        };
        foreach (var outcome in Enum.GetValues<FoldOutcome>()) checkpoint._outcomes[(int)outcome] = row.GetInt64(outcome.ToString()) ?? 0;
        return checkpoint;
    }

    public TableEntity ToEntity(StateWriter writer)
    {
        var row = AggregateRows.With(new TableEntity(slice.ToString(), AggregateRows.CheckpointKey(stream, topic, partition)), nameof(Teams), Teams.ToBytes(writer));
        if (KeyText.IsCut(KeyText.Of(topic))) row["Topic"] = topic;
        row[nameof(Next)] = Next;
        foreach (var outcome in Enum.GetValues<FoldOutcome>())
            if (_outcomes[(int)outcome] > 0) row[outcome.ToString()] = _outcomes[(int)outcome];
        return row;
    }
}
