using ShitOps.PromQL;
using ShitOps.PromQL.Ast;
using ShitOps.PromQL.Evaluation;
using ShitOps.PromQL.Parsing;

namespace ShitOps.Tests.PromQL;

/// <summary>What it takes to match many series with many.</summary>
public sealed class MatchContestTests
{
    private const int Many = 300;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Series_without_samples_are_not_matched_with_all_others(int withSamples)
    {
        var (many, one) = (new Counted(Many, Many), new Counted(Many, withSamples));
        List<(int Many, int One)> pairs = [];

        Contest(many, one).Decide([.. Enumerable.Range(0, Many)], [.. Enumerable.Range(0, Many)], pairs);

        Assert.Equal(Enumerable.Range(0, Many * withSamples).Select(i => (i, 0)), pairs.Order());
        Assert.InRange(many.Filled + one.Filled, Many, 4 * Many);
    }

    [Fact]
    public void Pairs_count_as_samples()
    {
        var all = Enumerable.Range(0, Many).ToList();

        Contest(new Counted(Many, Many), new Counted(Many, 1), most: Many).Decide(all, all, []);
        var error = Assert.Throws<QueryException>(() => Contest(new Counted(Many, Many), new Counted(Many, 1), most: Many - 1).Decide(all, all, []));
        Assert.Equal(QueryErrorKind.TooManySamples, error.Kind);
    }

    [Fact]
    public void Matching_stops_when_it_is_cancelled()
    {
        var (many, all) = (new Counted(Many, Many), Enumerable.Range(0, Many).ToList());
        using var stopping = new CancellationTokenSource();
        many.Filling = index =>
        {
            if (index == 3) stopping.Cancel();
        };

        Assert.Throws<OperationCanceledException>(() => Contest(many, new Counted(Many, 1), stopping: stopping.Token).Decide(all, all, []));
        Assert.Equal(4, many.Filled);
    }

    private static MatchContest Contest(Columns many, Columns one, long most = 1_000_000, CancellationToken stopping = default)
    {
        var steps = Timeline.At(0);
        return new((BinaryOperation)Parser.Parse("a + on () group_left b"), many, one, steps, new QueryContext(steps, new QueryOptions { Limits = new(MaxSamples: most) }, stopping));
    }

    /// <summary>Series of which the first few have a sample, and how often one was asked for its values.</summary>
    private sealed class Counted(int count, int withSamples) : Columns([.. Enumerable.Range(0, count).Select(i => ShitOps.PromQL.Labels.Of(("i", $"{i}")))])
    {
        public int Filled { get; private set; }

        public Action<int>? Filling { get; set; }

        public override void Fill(int index, Span<double> column)
        {
            Filled++;
            Filling?.Invoke(index);
            column.Fill(index < withSamples ? 1 : StaleMarker.Value);
        }
    }
}
