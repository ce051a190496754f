using FsCheck;
using FsCheck.Fluent;
using ShitOps.Planning;

namespace ShitOps.Tests.Planning;

/// <summary>Queries that can be answered, of every metric and with every part; drawn by FsCheck.</summary>
public static class SomeQueries
{
    public static Arbitrary<Query> Queries() => Arb.From(
        Gen.Sized(size => Gen.Choose(0, int.MaxValue - 1).Select(seed => Draw(new Random(seed)))));

    /// <summary>Draws parts until they can be answered together.</summary>
    public static Query Draw(Random random)
    {
        while (true)
        {
            var query = DrawAny(random);
            if (QueryRules.Fault(query) is null) return query;
        }
    }

    /// <summary>Draws parts, whether they can be answered together or not.</summary>
    public static Query DrawAny(Random random)
    {
        var metric = QueryMetrics.All[random.Next(QueryMetrics.All.Count)];
        var fields = Enum.GetValues<QueryField>().Where(field => metric.FiltersBy(field) || random.Next(20) == 0).ToArray();
        return new Query
        {
            Metric = metric.Metric,
            Aggregation = random.Next(2) == 0 ? QueryAggregation.Natural : (QueryAggregation)random.Next(9),
            Filters = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Filter(random, fields[random.Next(fields.Length)]))],
            By = random.Next(2) == 0 ? null : (QueryField)random.Next(9),
            Span = random.Next(2) == 0 ? null : Span(random),
            Versus = random.Next(4) == 0 ? Span(random) : null,
            Step = random.Next(4) == 0 ? (QueryStep)random.Next(6) : null,
            Order = random.Next(3) == 0 ? (QueryOrder)random.Next(2) : null,
            Limit = random.Next(3) == 0 ? random.Next(1, QueryRules.MaxLimit + 1) : null,
        };
    }

    private static QueryFilter Filter(Random random, QueryField field) =>
        new(field, Enumerable.Range(0, random.Next(1, 4)).Select(_ => Value(random, field)), random.Next(4) == 0);

    private static string Value(Random random, QueryField field) =>
        field == QueryField.Change
            ? QueryWords.Changes[random.Next(QueryWords.Changes.Count)]
            : string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Unit(random)));

    private static char Unit(Random random) => random.Next(4) switch
    {
        0 => (char)random.Next(0x80),
        1 => (char)random.Next(char.MaxValue + 1),
        2 => "\"\\\n\u2028 ,=".ToCharArray()[random.Next(7)],
        _ => (char)random.Next('a', 'z' + 1),
    };

    private static QuerySpan Span(Random random) => random.Next(4) switch
    {
        0 => QuerySpan.On(Day(random)),
        1 => new QuerySpan(Bound(random), null),
        2 => new QuerySpan(null, Bound(random)),
        _ => new QuerySpan(Bound(random), Bound(random)),
    };

    private static TimeBound Bound(Random random) =>
        random.Next(2) == 0 ? new TimeBound(Day(random)) : new TimeBound(Day(random).ToDateTime(new TimeOnly(random.Next(24), random.Next(60))));

    private static DateOnly Day(Random random) =>
        random.Next(8) == 0 ? DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber + 1)) : new DateOnly(2026, 1, 1).AddDays(random.Next(365));
}
