using Azure.Core;
using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Aggregation;

/// <summary>Reading the history of a project while events come in and move pending changes into day rows.</summary>
[Collection(nameof(BrokerCollection))]
public class HistoryReadingTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private const int Days = 3;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(5, true)]
    [InlineData(12, false)]
    public async Task Each_change_counts_once_however_often_others_write_between_its_requests(int batches, bool isOfOneMoment)
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var writer = new Writer(stage);

        // Of those before it the second is pending, and so is the latest of those between a look at the day rows and the next at the sums.
        writer.WriteLarge();
        writer.WriteSmall();
        var reads = 0;
        var table = stage.Table(new FaultyTransport(_ => Fault.None, request =>
        {
            if (request.Method != RequestMethod.Get) return;
            if (++reads > batches) return;
            if (reads % 2 == 1) writer.WriteLarge();
            else writer.WriteSmall();
        }));

        var changes = await table.HistoryAsync(Writer.Project, DateOnly.FromDateTime(Start.AddDays(Days).UtcDateTime), default);

        var days = changes.Measures
            .Where(one => one.Measure == Measure.EstimateMilliHours)
            .GroupBy(one => one.Hour / 24, (_, day) => day.Sum(one => one.Amount) / 1000)
            .ToList();
        Assert.Equal(Days, days.Count);
        Assert.All(days, day => Assert.Contains(day, writer.Sums.Skip(1)));
        if (isOfOneMoment) Assert.Single(days.Distinct());
        Assert.InRange(reads, 2, 8);
        Assert.Equal(writer.LargeBatches * Days, (await stage.Table().ProjectAsync(Writer.Project, default))!.Pending.Flushes);
    }

    /// <summary>Brings in batches of tasks, the same number on each day, whose estimates are powers of two: so a sum tells which batches are in it.</summary>
    private sealed class Writer(AggregationStage stage)
    {
        public const string Project = "HOT";

        private readonly ProjectAggregator _aggregator = stage.Aggregator();
        private readonly List<long> _sums = [];
        private long _next;

        public int LargeBatches { get; private set; }

        /// <summary>The hours estimated on a day after each batch.</summary>
        public IReadOnlyList<long> Sums => _sums;

        /// <summary>Brings in enough to have all that is pending moved into day rows.</summary>
        public void WriteLarge()
        {
            Write(hours: 24);
            LargeBatches++;
        }

        /// <summary>Brings in so little that it stays pending.</summary>
        public void WriteSmall() => Write(hours: 6);

        private void Write(int hours)
        {
            var estimate = 1L << _sums.Count;
            var records = (
                from day in Enumerable.Range(0, Days)
                from hour in Enumerable.Range(0, hours)
                let task = new TaskCreated($"{_sums.Count}-{day}-{hour}", new() { Status = new Status($"a status with a long name {hour}", StatusCategory.Todo), EstimateHours = estimate })
                select stage.Record(0, _next++, Some.Event(task.Task, Project, task) with { Time = Start.AddDays(day).AddHours(hour) })).ToArray();
            stage.WithoutWaiting(_aggregator.AggregateAsync(records, default)).GetAwaiter().GetResult();
            _sums.Add(_sums.LastOrDefault() + (hours * estimate));
        }
    }
}
