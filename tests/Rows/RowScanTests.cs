using ShitOps.Rows;

namespace ShitOps.Tests.Rows;

/// <summary>How a page is filled from a long listing.</summary>
public class RowScanTests
{
    [Fact]
    public async Task A_filter_that_lets_few_through_ends_after_so_many_read_and_goes_on_there()
    {
        var read = 0;
        List<string?> found = [];
        List<int> reads = [];
        for (var next = 0; ;)
        {
            var before = read;
            var page = await TakeAsync(next, limit: 10, number => number % 30_000 == 29_999);
            found.AddRange(page.Rows);
            reads.Add(read - before);
            if (page.Continuation is null) break;
            next = int.Parse(page.Continuation) + 1;
        }

        Assert.Equal(["29999", "59999"], found);
        Assert.All(reads, count => Assert.InRange(count, 1, RowScan.MostRead + 1));

        Task<(IReadOnlyList<string> Rows, string? Continuation)> TakeAsync(int from, int limit, Func<int, bool> lets) => RowScan.TakeAsync(
            Enumerable.Range(from, 65_000 - from).Select(number => (read++, number).number).ToAsyncEnumerable(), limit, number => lets(number) ? $"{number}" : null, number => $"{number}");
    }

    [Theory]
    [InlineData(0, 3, 0, null)]
    [InlineData(2, 3, 2, null)]
    [InlineData(3, 3, 3, null)]
    [InlineData(4, 3, 3, "2")]
    public async Task A_token_is_given_if_and_only_if_there_is_more(int count, int limit, int rows, string? token)
    {
        var page = await RowScan.TakeAsync(Enumerable.Range(0, count).ToAsyncEnumerable(), limit, number => $"{number}", number => $"{number}");

        Assert.Equal((rows, token), (page.Rows.Count, page.Continuation));
    }
}
