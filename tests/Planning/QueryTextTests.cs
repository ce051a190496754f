using FsCheck.Xunit;
using ShitOps.Planning;

namespace ShitOps.Tests.Planning;

public sealed class QueryTextTests
{
    [Property(Arbitrary = [typeof(SomeQueries)], MaxTest = 2_000)]
    public void A_query_is_read_back_from_its_line(Query query)
    {
        var line = query.ToString();

        var read = QueryText.Parse(line);

        Assert.DoesNotContain(line, char.IsControl);
        Assert.Equal(line, read.ToString());
        Assert.Equal(query.Metric, read.Metric);
        Assert.Equal(query.Aggregation, read.Aggregation);
        Assert.Equal(query.Filters, read.Filters);
        Assert.Equal(query.By, read.By);
        Assert.Equal(query.Span, read.Span);
        Assert.Equal(query.Versus, read.Versus);
        Assert.Equal(query.Step, read.Step);
        Assert.Equal(query.Order, read.Order);
        Assert.Equal(query.Limit, read.Limit);
        Assert.Equal(query.Kind, read.Kind);
    }

    [Fact]
    public void A_line_of_any_characters_is_read_or_refused_with_a_place()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var line = SomeQueries.DrawAny(random).ToString().ToCharArray();
            for (var change = random.Next(4); change > 0; change--) line[random.Next(line.Length)] = " \"=,\\abcdefot-0129"[random.Next(18)];
            try
            {
                QueryText.Parse(new string(line));
            }
            catch (QueryTextException refused)
            {
                Assert.InRange(refused.Position, 0, line.Length);
                Assert.Contains("expected", refused.Message);
            }
        }
    }

    [Theory]
    [InlineData("report  open-tasks where team = \"b\" ,\"a\" and project=\"x\"", "report open-tasks where project = \"x\" and team = \"a\", \"b\"")]
    [InlineData("report created from 2026-03-01 to 2026-03-01", "report created on 2026-03-01")]
    [InlineData(" report tasks where status = \"a\", \"a\"", "report tasks where status = \"a\"")]
    public void What_says_the_same_is_written_the_same(string line, string written) => Assert.Equal(written, QueryText.Parse(line).ToString());

    [Theory]
    [InlineData("", 0, "The query ends at character 1; expected a kind: report, trend, compare, rank, forecast, audit.")]
    [InlineData("report open-tasks by colour", 21, "Found \"colour\" at character 22; expected a field: project, team, person, status, type, milestone, task, change, category.")]
    [InlineData("report open-tasks where team \"a\"", 29, "Found \"\"\" at character 30; expected = or !=.")]
    [InlineData("report open-tasks where team = \"a", 31, "A value has no end; expected a closing double quote.")]
    [InlineData("report open-tasks where team = \"\\n\"", 32, "A backslash stands before something else; expected \\\", \\\\ or \\u and four hexadecimal digits.")]
    [InlineData("report open-tasks on 2026-02-30", 21, "Found \"2026-02-30\" at character 22; expected a date such as 2026-03-31 or a time such as 2026-03-31T18:30Z.")]
    [InlineData("report open-tasks on 2026-02-01T00:00Z", 21, "on takes a day; found 2026-02-01T00:00Z, expected a date such as 2026-03-31.")]
    [InlineData("rank open-tasks limit 5 order desc", 24, "Found \"order\" at character 25; expected the end, or a part in the order where, by, on or from and to, versus, step, order, limit.")]
    [InlineData("trend open-tasks", 0, "The query begins with trend and is a report; expected report.")]
    public void A_line_that_is_no_query_is_refused_with_its_place(string line, int position, string message)
    {
        var refused = Assert.Throws<QueryTextException>(() => QueryText.Parse(line));

        Assert.Equal(message, refused.Message);
        Assert.Equal(position, refused.Position);
    }

    [Theory]
    [InlineData("report created mean", "created has no mean; expected list.")]
    [InlineData("report open-tasks mean", "The mean of open-tasks is over time; expected a span of more than a day, as in from 2026-03-01 to 2026-03-31.")]
    [InlineData("report open-tasks list by team", "A list has a row for each thing; expected no by.")]
    [InlineData("report reopened where person = \"a\"", "reopened cannot be filtered by person; expected project, team.")]
    [InlineData("report open-tasks where category = \"done\"", "open-tasks cannot be filtered by category; expected project, team, person, status, type, milestone.")]
    [InlineData("report people by team", "people cannot be grouped by team; expected project.")]
    [InlineData("audit changes where change = \"x\"", "change has the value \"x\"; expected created, updated, status, assigned, estimated, blocked, unblocked, deleted, allocated, released.")]
    [InlineData("report tasks where team = \"a\" and team = \"b\"", "team has two filters; expected one with several values, separated by commas.")]
    [InlineData("report tasks where team = \"\"", "team has a value of 0 characters; expected 1 to 1024.")]
    [InlineData("report overdue-tasks on 2026-03-01", "overdue-tasks is known as of now only; expected no time.")]
    [InlineData("report open-tasks where person = \"a\" on 2026-03-01", "open-tasks is known by person as of now only; expected no time and no step.")]
    [InlineData("report open-tasks list on 2026-03-01", "A list of open-tasks is known as of now only; expected no time.")]
    [InlineData("report created from 2026-03-02 to 2026-03-01", "The span from 2026-03-02 to 2026-03-01 is empty; expected the earlier one first.")]
    [InlineData("forecast completion-date on 2026-03-01", "completion-date is a day itself; expected no time.")]
    [InlineData("forecast on-time-probability from 2026-03-01 to 2026-03-02", "on-time-probability is for one day, or for the due day; expected on a day, or no time.")]
    [InlineData("compare created versus on 2026-03-01", "versus puts a second span beside a first; expected a time before it.")]
    [InlineData("report due-date step 1d", "due-date has no steps; expected no step.")]
    [InlineData("audit changes by person", "changes are listed one by one; expected count before by or step.")]
    [InlineData("rank tasks order desc", "order ranks groups; expected by before it.")]
    [InlineData("report tasks limit 5", "limit cuts a list or a rank; expected list, or by and order.")]
    [InlineData("report tasks list limit 0", "limit is 0; expected 1 to 10000.")]
    public void A_query_without_an_answer_is_refused_with_the_reason(string line, string message) =>
        Assert.Equal(message, Assert.Throws<QueryTextException>(() => QueryText.Parse(line)).Message);

    [Fact]
    public void The_longest_line_is_read_and_a_longer_one_refused()
    {
        var line = "report tasks where team = \"" + string.Join("\", \"", Enumerable.Range(0, 60).Select(i => new string('x', 1_000) + i)) + '"';

        Assert.Equal(60, QueryText.Parse(line).Filters[0].Values.Count);
        Assert.Throws<QueryTextException>(() => QueryText.Parse(line + new string(' ', QueryText.MaxLength)));
    }
}
