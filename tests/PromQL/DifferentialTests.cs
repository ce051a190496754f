using ShitOps.PromQL.Ast;
using ShitOps.PromQL.Parsing;

namespace ShitOps.Tests.PromQL;

/// <summary>The same queries over the same series, to a real Prometheus 2.42 and to our engine: equal answers, or errors of the same kind.</summary>
public sealed class DifferentialTests(PrometheusFixture prometheus) : IClassFixture<PrometheusFixture>
{
    private const int ForEachPart = 8;

    private static readonly long Middle = GeneratedSeries.StartMs + 195 * GeneratedSeries.Minute + 7_300;

    [Fact]
    public async Task Written_queries_answer_alike_at_an_instant()
    {
        Assert.SkipWhen(prometheus.Missing is not null, prometheus.Missing ?? "");
        await CompareAsync(Written(), query => Comparison.InstantAsync(prometheus, query, query.Contains("ending", StringComparison.Ordinal) ? GeneratedSeries.StaleStartMs + 22 * GeneratedSeries.Minute : Middle));
    }

    [Fact]
    public async Task Written_queries_answer_alike_over_a_span()
    {
        Assert.SkipWhen(prometheus.Missing is not null, prometheus.Missing ?? "");
        await CompareAsync(Written(), query => query.Contains("ending", StringComparison.Ordinal)
            ? Comparison.RangeAsync(prometheus, query, GeneratedSeries.StaleStartMs - 60_000, GeneratedSeries.StaleEndMs + 15 * GeneratedSeries.Minute, 30_000)
            : Comparison.RangeAsync(prometheus, query, GeneratedSeries.StartMs - 12 * GeneratedSeries.Minute, GeneratedSeries.EndMs + 15 * GeneratedSeries.Minute, 173_000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Generated_queries_answer_alike(int seed)
    {
        Assert.SkipWhen(prometheus.Missing is not null, prometheus.Missing ?? "");
        await CompareAsync(Generated(seed), async query =>
            await Comparison.InstantAsync(prometheus, query, Middle)
            ?? await Comparison.RangeAsync(prometheus, query, GeneratedSeries.StartMs + 55 * GeneratedSeries.Minute, GeneratedSeries.StartMs + 205 * GeneratedSeries.Minute, 427_000));
    }

    [Fact]
    public async Task Queries_are_laid_out_alike()
    {
        Assert.SkipWhen(prometheus.Missing is not null, prometheus.Missing ?? "");
        await CompareAsync([.. Written(), .. Generated(4)], async query =>
        {
            var theirs = await prometheus.AskAsync("format_query", ("query", query));
            if (theirs.GetProperty("status").GetString() != "success") return null;
            var (ours, expected) = (ExpressionLayout.Of(Parser.Parse(query)), theirs.GetProperty("data").GetString());
            return ours == expected ? null : $"{query}\n  ours:\n{ours}\n  theirs:\n{expected}";
        });
    }

    private static async Task CompareAsync(IEnumerable<string> queries, Func<string, Task<string?>> difference)
    {
        List<string> differences = [];
        var count = 0;
        foreach (var query in queries)
        {
            count++;
            if (await difference(query) is { } found) differences.Add(found);
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {count} queries differ:\n{string.Join('\n', differences)}");
    }

    private static IEnumerable<string> Written() =>
        File.ReadLines(RepositoryRoot.File("tests", "PromQL", "Cases", "differential.queries")).Where(line => line.Trim().Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal));

    /// <summary>Several queries for each function, aggregation and operator, of depths from one on.</summary>
    private static IEnumerable<string> Generated(int seed)
    {
        var generator = new QueryGenerator(seed);
        for (var i = 0; i < ForEachPart; i++)
        {
            foreach (var function in FunctionSignature.All.OrderBy(function => function.Name, StringComparer.Ordinal)) yield return generator.Call(function, i % 3);
            foreach (var aggregation in Enum.GetValues<AggregationOperator>()) yield return generator.Aggregate(aggregation, i % 3);
            foreach (var @operator in Enum.GetValues<BinaryOperator>()) yield return generator.Operate(@operator, i % 3);
        }
    }
}
