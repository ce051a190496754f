using System.Globalization;
using ShitOps.Aggregation;
using ShitOps.Projects;

namespace ShitOps.Rows;

/// <summary>A row for each Kafka partition whose events are in the aggregates: how far it has come, and what became of its events.</summary>
public sealed class PartitionRows(LiveAggregates aggregates)
{
    private static readonly Column<ConsumedPartition>[] Columns =
    [
        new("stream", CellKind.Text, "the stream: what the setting `KafkaStream` was when it was consumed", row => row.Stream),
        new("topic", CellKind.Text, "the topic", row => row.Topic),
        new("partition", CellKind.Integer, "the partition", row => (long)row.Partition),
        new("nextOffset", CellKind.Integer, "the first offset behind the last event that is in; behind that are only dead letters and what is to come", row => row.Next),
        Count("applied", "events that changed what they are about", FoldOutcome.Applied),
        Count("late", "events that corrected the past: later ones about the same thing were known", FoldOutcome.Late),
        Count("repeated", "events all of which was known", FoldOutcome.Repeated),
        Count("superseded", "events that came too late to change anything: later ones stand against all that they say", FoldOutcome.Superseded),
        Count("contradictory", "events that say something else than another with the same time and id; the greater value stands", FoldOutcome.Contradictory),
        Count("ignored", "events of a type that is not known", FoldOutcome.Ignored),
    ];

    /// <summary><c>GET /api/rows/partitions</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/partitions",
        "One row a Kafka partition that fed the aggregates, by stream, topic and partition: how far it has come, and what became of its events.",
        [
            new("stream", "only partitions of these streams", MayRepeat: true),
            new("topic", "only partitions of these topics", MayRepeat: true),
        ],
        Columns);

    /// <summary>The partitions that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        var position = RowPosition.Of(query, Route, table.SliceCount);
        var slices = await FleetScan.OfAsync(table, table.PartitionsAsync, cancellationToken);
        var sums = slices
            .SelectMany(partitions => partitions)
            .Where(partition => query.Scope.IsAll && query.Lets("stream", partition.Stream) && query.Lets("topic", partition.Topic))
            .GroupBy(NameOf)
            .Select(partition => KeyValuePair.Create(partition.Key, ConsumedPartition.Sum(partition)));
        var page = await RowScan.OfSumsAsync(sums, position, query.Limit, (_, sum) => sum);
        return RowPage.Of(Columns, page.Rows, page.Continuation);
    }

    // By ordinal comparison in the order of streams, topics and numbers: neither of the names has a blank.
    private static string NameOf(ConsumedPartition partition) => string.Create(CultureInfo.InvariantCulture, $"{partition.Stream} {partition.Topic} {partition.Partition:D10}");

    private static Column<ConsumedPartition> Count(string name, string meaning, FoldOutcome outcome) => new(name, CellKind.Integer, meaning, row => row.Outcomes[outcome]);
}
