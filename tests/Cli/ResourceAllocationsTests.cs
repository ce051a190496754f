using ShitOps.Cli.Import;
using ShitOps.Events;

namespace ShitOps.Tests.Cli;

/// <summary>Resource plans as CSV.</summary>
public class ResourceAllocationsTests
{
    private const string Header = "allocation,project,resource,hoursPerWeek,from,to,role\n";

    [Fact]
    public void A_row_is_an_allocation_stated_on_its_first_day()
    {
        var allocated = Assert.Single(Read(Header + "a1,AC,Ann,37.5,2026-01-05,2026-03-31,developer")).Event!;
        Assert.Equal(("AC", "2026-01-05T00:00:00Z"), (allocated.Project, Rfc3339.Format(allocated.Time)));
        Assert.Equal(new ResourceAllocated("a1", "Ann", 37.5, new DateOnly(2026, 1, 5), new DateOnly(2026, 3, 31), "developer"), allocated.Data);
    }

    [Fact]
    public void Columns_come_in_any_order_and_the_last_two_may_be_missing_or_empty()
    {
        var expected = new ResourceAllocated("a1", "Ann", 8, new DateOnly(2026, 1, 5), null, null);
        Assert.Equal(expected, Assert.Single(Read("From,resource,project,HOURSPERWEEK,allocation\r\n2026-01-05,Ann,AC,8,a1\r\n")).Event!.Data);
        Assert.Equal(expected, Assert.Single(Read(Header + "a1,AC,Ann,8,2026-01-05,,\n\n")).Event!.Data);
    }

    [Fact]
    public void Fields_are_quoted_as_RFC_4180_says()
    {
        var allocated = (ResourceAllocated)Assert.Single(Read(Header + "\"a,1\",AC,\"Ann \"\"the\nfast\"\"\",8,2026-01-05,,")).Event!.Data!;
        Assert.Equal(("a,1", "Ann \"the\nfast\""), (allocated.Allocation, allocated.Resource));
    }

    [Theory]
    [InlineData("a1,AC,Ann,many,2026-01-05,,", "2:11: hoursPerWeek: expected a number of hours such as 37.5, found \"many\"")]
    [InlineData("a1,AC,Ann,-1,2026-01-05,,", "2:11: hoursPerWeek: expected a number of hours such as 37.5, found \"-1\"")]
    [InlineData("a1,AC,Ann,8,5.1.2026,,", "2:13: from: expected a date such as 2026-01-31, found \"5.1.2026\"")]
    [InlineData("a1,AC,Ann,8,2026-01-05,soon,", "2:24: to: expected a date such as 2026-01-31, found \"soon\"")]
    [InlineData("a1,AC,Ann,8,2026-01-05,2026-01-04,", "2:24: to: 2026-01-04 lies before from, 2026-01-05")]
    [InlineData("a1,,Ann,8,2026-01-05,,", "2:4: project: is empty")]
    [InlineData("a1,AC,Ann", "2:10: 3 fields, but the header has 7")]
    [InlineData("a1,AC,Ann,8,2026-01-05,,,more", "2:26: 8 fields, but the header has 7")]
    [InlineData("a1,AC,An\"n,8,2026-01-05,,", "2:1: a quote stands inside a field that does not begin with one, or is never closed")]
    [InlineData("\"x\ny\",AC,Ann,8,never,,", "3:13: from: expected a date such as 2026-01-31, found \"never\"")]
    public void A_bad_row_is_reported_with_line_and_column_and_the_next_one_goes_on(string row, string expected)
    {
        var rows = Read(Header + row + "\na2,AC,Bob,8,2026-01-05,,");
        Assert.Equal(expected, Fault(rows[0]));
        Assert.NotNull(rows[1].Event);
    }

    [Fact]
    public void A_quote_that_is_never_closed_is_reported()
    {
        Assert.Equal("2:1: a quote stands inside a field that does not begin with one, or is never closed", Fault(Assert.Single(Read(Header + "a1,AC,\"Ann,8,2026-01-05,,\na2,AC,Bob,8,2026-01-05,,\n"))));
    }

    [Fact]
    public void Blank_lines_count_as_lines()
    {
        Assert.Equal("4:11: hoursPerWeek: expected a number of hours such as 37.5, found \"x\"", Fault(Assert.Single(Read(Header + "\n\na1,AC,Ann,x,2026-01-05,,"))));
    }

    [Fact]
    public void The_same_allocation_twice_is_a_contradiction()
    {
        var rows = Read(Header + "a1,AC,Ann,8,2026-01-05,,\na1,AC,Ann,9,2026-01-05,,\na1,XY,Ann,8,2026-01-05,,");
        Assert.Equal("3:1: allocation: \"a1\" of project \"AC\" is there twice", Fault(rows[1]));
        Assert.NotNull(rows[2].Event);
    }

    [Theory]
    [InlineData("allocation,project,resource,hoursPerWeek\n", "1:1: the column \"from\" is missing")]
    [InlineData("allocation,projekt\n", "1:12: unknown column \"projekt\"; expected some of allocation, project, resource, hoursPerWeek, from, to, role")]
    [InlineData("to,role,to\n", "1:9: the column \"to\" is there twice")]
    public void Without_its_header_a_plan_is_not_read(string text, string expected)
    {
        Assert.Equal(expected, Fault(Assert.Single(Read(text))));
    }

    [Fact]
    public void A_corrected_plan_is_stated_later()
    {
        using var text = new StringReader(Header + "a1,AC,Ann,8,2026-01-05,,");
        var allocated = Assert.Single(ResourceAllocations.Read(text, "/plan", new DateTimeOffset(2026, 2, 1, 9, 0, 0, TimeSpan.Zero))).Event!;
        Assert.Equal(("/plan", 9), (allocated.Source, allocated.Time.Hour));
    }

    private static List<AllocationRow> Read(string csv)
    {
        using var text = new StringReader(csv);
        return [.. ResourceAllocations.Read(text, "/import/allocations", asOf: null)];
    }

    private static string Fault(AllocationRow row) => $"{row.Line}:{row.Column}: {row.Error}";
}
