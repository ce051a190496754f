using System.Text.RegularExpressions;
using ShitOps.PromQL;
using ShitOps.PromQL.Evaluation;

namespace ShitOps.Tests.PromQL;

public class EngineTests
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    [Fact]
    public async Task A_series_is_looked_back_for_by_its_own_resolution()
    {
        var source = new ArraySource(Every(Hour, 24, ("__name__", "hourly")), Every(5 * Minute, 288, ("__name__", "fine")));
        var engine = new QueryEngine(source);
        Assert.Equal(24 * 12 - 11, Assert.Single((await engine.RangeAsync("hourly", 0, 23 * Hour, 5 * Minute, CancellationToken.None)).Series).Times.Length);
        Assert.Single(await VectorAsync(engine, "hourly", 23 * Hour + 66 * Minute));
        Assert.Empty(await VectorAsync(engine, "hourly", 23 * Hour + 66 * Minute + 1));
        var last = 287 * 5 * Minute;
        Assert.Single(await VectorAsync(engine, "fine", last + 5 * Minute + 30_000));
        Assert.Empty(await VectorAsync(engine, "fine", last + 5 * Minute + 30_001));
    }

    [Fact]
    public async Task A_fixed_lookback_holds_whatever_the_resolution()
    {
        var engine = new QueryEngine(new ArraySource(Every(Hour, 24, ("__name__", "hourly"))), new() { HasFixedLookback = true, LookbackMs = 2 * Minute });
        Assert.Single(await VectorAsync(engine, "hourly", Hour + 2 * Minute));
        Assert.Empty(await VectorAsync(engine, "hourly", Hour + 2 * Minute + 1));
    }

    [Fact]
    public async Task A_marker_ends_a_series_within_the_lookback()
    {
        var ended = new Series(Labels.Of(("__name__", "ended")), new long[] { 0, Hour }, new[] { 1, StaleMarker.Value }, Hour);
        var engine = new QueryEngine(new ArraySource(ended));
        Assert.Single(await VectorAsync(engine, "ended", Hour - 1));
        Assert.Empty(await VectorAsync(engine, "ended", Hour));
        Assert.Equal(1, Assert.Single(await VectorAsync(engine, "count_over_time(ended[2h])", Hour)).Value);
    }

    [Fact]
    public async Task A_range_shorter_than_the_resolution_is_warned_of()
    {
        var engine = new QueryEngine(new ArraySource(Every(Hour, 24, ("__name__", "hourly"))));
        var result = await engine.InstantAsync("rate(hourly[5m]) + rate(hourly[5m])", 5 * Hour, CancellationToken.None);
        Assert.Equal("the range of hourly[5m] is shorter than the distance of its samples, 1h: it is mostly empty; take at least 1h, for rates twice that", Assert.Single(result.Warnings));
        Assert.Empty((await engine.InstantAsync("rate(hourly[2h])", 5 * Hour, CancellationToken.None)).Warnings);
    }

    [Theory]
    [InlineData("a", 0, 10, 5, 10, 0)]
    [InlineData("a offset 1m", -60, -50, 5, 10, 0)]
    [InlineData("a[2m]", -120, 10, 0, 10, 120)]
    [InlineData("a @ 100", 100, 100, 5, 10, 0)]
    [InlineData("a @ end() offset -1m", 70, 70, 5, 10, 0)]
    [InlineData("sum_over_time(a[1m:7s])", -56, 7, 5, 7, 0)]
    [InlineData("sum_over_time(rate(a[1m])[1m:7s] offset 1m)", -179, -56, 0, 7, 60)]
    public async Task Sources_are_asked_for_what_the_steps_see(string query, int from, int to, int lookbackMinutes, int step, int range)
    {
        var source = new ArraySource();
        await new QueryEngine(source).RangeAsync(query.StartsWith("a[", StringComparison.Ordinal) ? $"rate({query})" : query, 0, 10_000, 10_000, CancellationToken.None);
        var asked = Assert.Single(source.Asked);
        Assert.Equal((from * 1000L - lookbackMinutes * Minute, to * 1000L), (asked.FromMs, asked.ToMs));
        Assert.Equal((lookbackMinutes * Minute, range * 1000L), (asked.LookbackMs, asked.RangeMs));
        Assert.True(asked.StepMs == step * 1000 || asked.StepMs == 0);
        Assert.Equal(lookbackMinutes == 0 ? asked.FromMs : asked.FromMs + 5 * Minute - 66 * Minute, asked.FirstMs(Hour));
    }

    [Fact]
    public async Task Equal_selections_are_asked_for_once()
    {
        var source = new ArraySource(Every(Minute, 10, ("__name__", "a")));
        await new QueryEngine(source).InstantAsync("a + a / (a > 0)", Minute, CancellationToken.None);
        Assert.Single(source.Asked);
    }

    [Theory]
    [InlineData("a", 10, 1_000_000, QueryErrorKind.TooManySeries)]
    [InlineData("a", 1_000, 1_000, QueryErrorKind.TooManySamples)]
    [InlineData("sum_over_time(vector(1)[1y:1ms])", 1_000, 1_000_000, QueryErrorKind.TooManySamples)]
    [InlineData("sum_over_time(vector(1)[250y:1ms])", 1_000, 1_000_000, QueryErrorKind.TooManySamples)]
    [InlineData("count_values(\"v\", a * a)", 1_000, 15_000, QueryErrorKind.TooManySamples)]
    [InlineData("quantile(0.5, a)", 1_000, 15_000, QueryErrorKind.TooManySamples)]
    [InlineData("topk(100000, a)", 1_000, 15_000, QueryErrorKind.TooManySamples)]
    [InlineData("sum_over_time(vector(time()^1^1^1^1^1^1^1)[1h:1s])", 1_000, 45_000, QueryErrorKind.TooManySamples)]
    [InlineData("sum_over_time(stddev(stddev(stddev(stddev(stddev(stddev(vector(time())))))))[1h:1s])", 1_000, 70_000, QueryErrorKind.TooManySamples)]
    [InlineData("a unless a", 1_000, 11_000, QueryErrorKind.TooManySamples)]
    public async Task Limits_are_typed_errors(string query, int series, long samples, QueryErrorKind kind)
    {
        var engine = new QueryEngine(
            new ArraySource([.. Enumerable.Range(0, 100).Select(i => Every(Minute, 100, ("__name__", "a"), ("i", $"{i}")))]),
            new() { Limits = new(series, samples) });
        var error = await Assert.ThrowsAsync<QueryException>(() => engine.RangeAsync(query, 0, 100 * Minute, Minute, CancellationToken.None));
        Assert.Equal(kind, error.Kind);
    }

    [Theory]
    [InlineData("label_join", "label_join({0}, \"text\", \"\", \"text\", \"text\")")]
    [InlineData("label_replace", "label_replace({0}, \"text\", \"$1$1\", \"text\", \"(.*)\")")]
    public async Task Calls_within_calls_do_not_double_the_text_of_labels_without_end(string function, string doubled)
    {
        var series = Enumerable.Range(0, 100).Select(i => Every(Minute, 10, ("__name__", "a"), ("i", $"{i}"), ("text", "x"))).ToArray();
        var engine = new QueryEngine(new ArraySource(series[0]));
        Assert.Equal(65_536, Assert.Single(await VectorAsync(engine, Doubled(16), Minute)).Labels["text"].Length);

        var tooLong = await Assert.ThrowsAsync<QueryException>(() => VectorAsync(engine, Doubled(26), Minute));
        Assert.Equal((QueryErrorKind.Execution, $"{function}(): the value of label text would have more than 65,536 characters"), (tooLong.Kind, tooLong.Message));

        var limited = new QueryEngine(new ArraySource(series), new() { Limits = new(MaxSamples: 100_000) });
        Assert.Equal(100, (await VectorAsync(limited, Doubled(10), Minute)).Count);
        Assert.Equal(QueryErrorKind.TooManySamples, (await Assert.ThrowsAsync<QueryException>(() => VectorAsync(limited, Doubled(16), Minute))).Kind);

        string Doubled(int times) => Enumerable.Range(0, times).Aggregate("a", (inner, _) => doubled.Replace("{0}", inner, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unions_of_unions_ask_for_a_series_twice()
    {
        var source = new ArraySource(Every(Minute, 100, ("__name__", "a"), ("i", "1")), Every(Minute, 100, ("__name__", "b"), ("i", "1")));
        var query = Enumerable.Range(0, 60).Aggregate("sum(a or b)", (inner, _) => $"sum({inner} or vector(0))");
        var answer = await new QueryEngine(source).RangeAsync(query, 0, 99 * Minute, Minute, new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        Assert.Equal(100, answer.Series.Single().Times.Length);
    }

    [Theory]
    [InlineData(10, 0, 1, "end timestamp must not be before start time")]
    [InlineData(0, 10, 0, "zero or negative query resolution step widths are not accepted. Try a positive integer")]
    public async Task A_span_must_be_one(long start, long end, long step, string message)
    {
        var error = await Assert.ThrowsAsync<QueryException>(() => new QueryEngine(new ArraySource()).RangeAsync("1", start, end, step, CancellationToken.None));
        Assert.Equal((QueryErrorKind.BadData, message), (error.Kind, error.Message));
    }

    [Fact]
    public async Task A_query_stops_when_it_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        var source = new ArraySource([.. Enumerable.Range(0, 2_000).Select(i => Every(Minute, 1_000, ("__name__", "a"), ("i", $"{i}")))]);
        var running = Task.Run(() => new QueryEngine(source).RangeAsync("quantile_over_time(0.5, a[900m])", 0, 1_000 * Minute, 1_000, cancelled.Token), CancellationToken.None);
        while (source.Asked.Count == 0) await Task.Delay(1, CancellationToken.None);
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [Theory]
    [InlineData("(x+x+)+y", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("(.*a){12}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")]
    public void Patterns_take_linear_time(string pattern, string text) => Assert.False(new LabelMatcher("l", MatchOperator.Matches, pattern).Matches(text));

    /// <summary>Among patterns that .NET and RE2 read alike, ours must agree with .NET's.</summary>
    [Fact]
    public void Patterns_match_as_those_of_dotnet_where_the_syntax_is_the_same()
    {
        var random = new Random(3);
        string[] parts = ["a", "b", "[ab]", "[^a]", ".", "(a|b)", "(?:ab|c)", "a*", "b+?", "c?", "a{2}", "b{1,3}", "|", "\\.", "x{2,}", "(?i:A)", "\\t", "[a-c]*", ".*", ".+"];
        for (var i = 0; i < 3_000; i++)
        {
            var pattern = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => parts[random.Next(parts.Length)]));
            var (ours, theirs) = (new LabelMatcher("l", MatchOperator.Matches, pattern), new Regex($"\\A(?:{pattern})\\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10)));
            for (var j = 0; j < 20; j++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => "abcxA.\t"[random.Next(7)]));
                Assert.True(theirs.IsMatch(text) == ours.Matches(text), $"{pattern} on {text}");
            }
        }
    }

    [Fact]
    public void Listed_values_of_matchers_are_known_without_matching()
    {
        Assert.Equal(["a", "b|c", "d.e"], new LabelMatcher("l", MatchOperator.Matches, @"(a|b\|c|d\.e)").Listed!.Order(StringComparer.Ordinal));
        Assert.Equal(["x"], new LabelMatcher("l", MatchOperator.Equal, "x").Listed!);
        Assert.Null(new LabelMatcher("l", MatchOperator.Matches, "a.*").Listed);
        Assert.Null(new LabelMatcher("l", MatchOperator.NotEqual, "a").Listed);
    }

    [Fact]
    public void Label_sets_are_ordered_and_equal_by_what_they_hold()
    {
        var labels = Labels.Of(("b", "2"), ("a", "1"), ("c", ""));
        Assert.Equal(Labels.Of(("a", "1"), ("b", "2")), labels);
        Assert.Equal(Labels.Of(("a", "1"), ("b", "2")).GetHashCode(), labels.GetHashCode());
        Assert.Equal("{a=\"1\", b=\"2\"}", labels.ToString());
        Assert.Equal("", labels["c"]);
        Assert.True(Labels.Compare(Labels.Of(("a", "1")), labels) < 0);
        Assert.True(Labels.Compare(Labels.Of(("a", "2")), labels) > 0);
    }

    private static async Task<IReadOnlyList<VectorSample>> VectorAsync(QueryEngine engine, string query, long timeMs) =>
        Assert.IsType<VectorResult>(await engine.InstantAsync(query, timeMs, CancellationToken.None)).Samples;

    private static Series Every(long stepMs, int count, params (string, string)[] labels)
    {
        var times = new long[count];
        var values = new double[count];
        for (var i = 0; i < count; i++) (times[i], values[i]) = (i * stepMs, i);
        return new(Labels.Of(labels), times, values, stepMs);
    }
}
