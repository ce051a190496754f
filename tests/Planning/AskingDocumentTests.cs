using System.Text.RegularExpressions;
using ShitOps.Planning;

namespace ShitOps.Tests.Planning;

/// <summary>docs/asking.md says what the code does.</summary>
public sealed partial class AskingDocumentTests
{
    private static readonly string[] Lines = File.ReadAllLines(RepositoryRoot.File("docs", "asking.md"));

    [Fact]
    public void Every_example_query_is_one_and_written_in_its_one_form()
    {
        var queries = Lines.SelectMany(line => ExampleQuery().Matches(line)).Select(match => match.Groups["query"].Value).ToList();

        Assert.True(queries.Count > 30);
        Assert.All(queries, query => Assert.Equal(query, QueryText.Parse(query).ToString()));
    }

    [Fact]
    public void Every_metric_is_documented_with_the_fields_and_aggregations_that_it_knows()
    {
        var rows = TableAfter("| metrics | time |");
        var documented = rows.SelectMany(row => Words(row[0]).Select(word => (word, row))).ToDictionary(pair => pair.word, pair => pair.row);

        Assert.Equal(QueryMetrics.All.Select(metric => metric.Word).Order(), documented.Keys.Order());
        Assert.Equal(QueryMetrics.All.Select(metric => metric.Word).Order(), TableAfter("| metric | what it is |").Select(row => Words(row[0])[0]).Order());
        foreach (var metric in QueryMetrics.All)
        {
            var row = documented[metric.Word];
            var all = Fields(row[3]);
            var present = Fields(row[4]);
            Assert.Equal(metric.Fields.Concat(metric.Time == MetricTime.Present ? metric.PresentFields : []).Order(), all.Order());
            Assert.Equal((metric.Time == MetricTime.Present ? [] : metric.PresentFields).Order(), present.Order());
            var groups = row[5].StartsWith('`') && !row[5].Contains($"`{metric.Word}`", StringComparison.Ordinal) ? [] : Fields(row[5]);
            Assert.Equal(metric.GroupFields.Order(), groups.Order());
            Assert.Equal(metric.Aggregations.Order(), Words(row[2]).Select(word => Enum.Parse<QueryAggregation>(word, ignoreCase: true)).Order());
        }
    }

    private static List<QueryField> Fields(string cell) =>
        [.. Enum.GetValues<QueryField>().Where(field => Regex.IsMatch(cell, $@"\b{field.Word()}\b", RegexOptions.None, TimeSpan.FromSeconds(1)))];

    private static List<string> Words(string cell) => [.. Quoted().Matches(cell).Select(match => match.Groups["word"].Value)];

    private static List<string[]> TableAfter(string header) =>
        [.. Lines.SkipWhile(line => !line.StartsWith(header, StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];

    [GeneratedRegex("(`|   )(?<query>(report|trend|compare|rank|forecast|audit) [a-z-]+( [^`|]*)?)(`|$)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ExampleQuery();

    [GeneratedRegex("`(?<word>[^`]+)`", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Quoted();
}
