using System.Globalization;
using ShitOps.Synthesis.Times;
using ShitOps.Synthesis.Words;

namespace ShitOps.Tests.Synthesis;

public sealed class TimeReaderTests
{
    private static readonly DateTime Now = new(2026, 5, 20, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("today", "2026-05-20 2026-05-20")]
    [InlineData("yesterday", "2026-05-19 2026-05-19")]
    [InlineData("the day before yesterday", "2026-05-18 2026-05-18")]
    [InlineData("tomorrow", "2026-05-21 2026-05-21")]
    [InlineData("this week", "2026-05-18 2026-05-24")]
    [InlineData("this month", "2026-05-01 2026-05-31")]
    [InlineData("this quarter", "2026-04-01 2026-06-30")]
    [InlineData("the current year", "2026-01-01 2026-12-31")]
    [InlineData("last week", "2026-05-11 2026-05-17")]
    [InlineData("the previous month", "2026-04-01 2026-04-30")]
    [InlineData("last quarter", "2026-01-01 2026-03-31")]
    [InlineData("last year", "2025-01-01 2025-12-31")]
    [InlineData("next week", "2026-05-25 2026-05-31")]
    [InlineData("next quarter", "2026-07-01 2026-09-30")]
    [InlineData("the last 7 days", "2026-05-14 2026-05-20")]
    [InlineData("past two weeks", "2026-05-07 2026-05-20")]
    [InlineData("past week", "2026-05-14 2026-05-20")]
    [InlineData("the past month", "2026-04-21 2026-05-20")]
    [InlineData("past quarter", "2026-02-21 2026-05-20")]
    [InlineData("past year", "2025-05-21 2026-05-20")]
    [InlineData("last 3 months", "2026-02-21 2026-05-20")]
    [InlineData("last 2 quarters", "2025-11-21 2026-05-20")]
    [InlineData("last 2 years", "2024-05-21 2026-05-20")]
    [InlineData("last couple of weeks", "")]
    [InlineData("the last a couple of weeks", "2026-05-07 2026-05-20")]
    [InlineData("last 24 hours", "2026-05-19T00:00Z 2026-05-20T00:00Z")]
    [InlineData("next 10 days", "2026-05-21 2026-05-30")]
    [InlineData("coming 2 weeks", "2026-05-21 2026-06-03")]
    [InlineData("next 3 months", "2026-05-21 2026-08-20")]
    [InlineData("3 days ago", "2026-05-17 2026-05-17")]
    [InlineData("a week ago", "2026-05-13 2026-05-13")]
    [InlineData("two months ago", "2026-03-20 2026-03-20")]
    [InlineData("in 10 days", "2026-05-30 2026-05-30")]
    [InlineData("in a month", "2026-06-20 2026-06-20")]
    [InlineData("2026-03-01", "2026-03-01 2026-03-01")]
    [InlineData("1 March 2026", "2026-03-01 2026-03-01")]
    [InlineData("March 1st", "2026-03-01 2026-03-01")]
    [InlineData("the 3rd of June", "2025-06-03 2025-06-03")]
    [InlineData("1 Mar", "2026-03-01 2026-03-01")]
    [InlineData("March 1, 2025", "2025-03-01 2025-03-01")]
    [InlineData("13/3/2026", "2026-03-13 2026-03-13")]
    [InlineData("2026-03", "2026-03-01 2026-03-31")]
    [InlineData("in march", "2026-03-01 2026-03-31")]
    [InlineData("in June", "2025-06-01 2025-06-30")]
    [InlineData("March 2025", "2025-03-01 2025-03-31")]
    [InlineData("in May", "2026-05-01 2026-05-31")]
    [InlineData("last December", "2025-12-01 2025-12-31")]
    [InlineData("2025", "2025-01-01 2025-12-31")]
    [InlineData("Q1", "2026-01-01 2026-03-31")]
    [InlineData("q4 2025", "2025-10-01 2025-12-31")]
    [InlineData("Q3", "2025-07-01 2025-09-30")]
    [InlineData("first half of 2025", "2025-01-01 2025-06-30")]
    [InlineData("the third quarter of last year", "2025-07-01 2025-09-30")]
    [InlineData("H2", "2025-07-01 2025-12-31")]
    [InlineData("Monday", "2026-05-18 2026-05-18")]
    [InlineData("on Wednesday", "2026-05-20 2026-05-20")]
    [InlineData("last Wednesday", "2026-05-13 2026-05-13")]
    [InlineData("next Friday", "2026-05-22 2026-05-22")]
    [InlineData("since March", "2026-03-01 2026-05-20")]
    [InlineData("since Monday", "2026-05-18 2026-05-20")]
    [InlineData("since 3 days ago", "2026-05-17 2026-05-20")]
    [InlineData("from March to April", "2026-03-01 2026-04-30")]
    [InlineData("from November to February", "2025-11-01 2026-02-28")]
    [InlineData("between 1 and 15 March", "2026-03-01 2026-03-15")]
    [InlineData("March 1 to 15", "2026-03-01 2026-03-15")]
    [InlineData("between March and April 2025", "2025-03-01 2025-04-30")]
    [InlineData("from November to February 2025", "2024-11-01 2025-02-28")]
    [InlineData("2026-03-01 to 2026-03-15", "2026-03-01 2026-03-15")]
    [InlineData("from March until yesterday", "2026-03-01 2026-05-19")]
    [InlineData("until March", "- 2026-03-31")]
    [InlineData("up to 5 May", "- 2026-05-05")]
    [InlineData("before March", "- 2026-02-28")]
    [InlineData("after March", "2026-04-01 2026-05-20")]
    [InlineData("month to date", "2026-05-01 2026-05-20")]
    [InlineData("this year so far", "2026-01-01 2026-05-20")]
    [InlineData("so far this year", "2026-01-01 2026-05-20")]
    [InlineData("beginning of March", "2026-03-01 2026-03-01")]
    [InlineData("the end of last month", "2026-04-30 2026-04-30")]
    [InlineData("end of the month", "2026-05-31 2026-05-31")]
    [InlineData("by month end", "- 2026-05-31")]
    [InlineData("year-end", "2026-12-31 2026-12-31")]
    [InlineData("open tasks per quarter end", "")]
    [InlineData("this Friday", "2026-05-22 2026-05-22")]
    [InlineData("through March", "- 2026-03-31")]
    [InlineData("what search got through last week", "2026-05-11 2026-05-17")]
    [InlineData("how much did search work through last week", "2026-05-11 2026-05-17")]
    [InlineData("remaining work through March", "- 2026-03-31")]
    [InlineData("currently", "now")]
    [InlineData("at the moment", "now")]
    [InlineData("may I see open tasks", "")]
    [InlineData("30 February 2026", "")]
    [InlineData("9000 years ago", "")]
    [InlineData("in 99999999 weeks", "")]
    [InlineData("open tasks by month", "")]
    public void A_time_in_words_is_the_span_that_it_says(string words, string expected)
    {
        var found = TimeReader.Read(QuestionTokenizer.Tokens(words), Now);

        Assert.Equal(expected, Text(found, ahead: false));
    }

    [Theory]
    [InlineData("in June", "2026-06-01 2026-06-30")]
    [InlineData("on 1 July", "2026-07-01 2026-07-01")]
    [InlineData("in March", "2027-03-01 2027-03-31")]
    [InlineData("by Friday", "- 2026-05-22")]
    [InlineData("by the end of June", "- 2026-06-30")]
    [InlineData("by the end of the year", "- 2026-12-31")]
    [InlineData("before July", "- 2026-06-30")]
    [InlineData("since June", "2026-06-01 -")]
    [InlineData("Wednesday", "2026-05-20 2026-05-20")]
    [InlineData("Q3", "2026-07-01 2026-09-30")]
    public void What_lies_ahead_is_the_next_that_is_not_over(string words, string expected) =>
        Assert.Equal(expected, Text(TimeReader.Read(QuestionTokenizer.Tokens(words), Now), ahead: true));

    [Fact]
    public void A_date_with_slashes_whose_numbers_may_both_be_the_month_is_not_certain()
    {
        Assert.False(TimeReader.Read(QuestionTokenizer.Tokens("on 1/3/2026"), Now)[0].IsCertain);
        Assert.True(TimeReader.Read(QuestionTokenizer.Tokens("on 3/3/2026"), Now)[0].IsCertain);
    }

    [Fact]
    public void Hours_count_from_the_minute_that_is_now() =>
        Assert.Equal(
            "2026-05-19T18:30Z 2026-05-20T18:30Z",
            Text(TimeReader.Read(QuestionTokenizer.Tokens("created in the last 24 hours"), Now.AddHours(18.5)), ahead: false));

    [Fact]
    public void Two_times_are_found_with_the_tokens_they_stand_on()
    {
        var found = TimeReader.Read(QuestionTokenizer.Tokens("created this month versus last month"), Now);

        Assert.Equal([(1, 3), (4, 6)], found.Select(mention => (mention.Start, mention.End)));
    }

    [Fact]
    public void No_words_make_it_fail_on_any_day()
    {
        string[] words =
            ["last", "next", "3", "31", "999999", "weeks", "months", "of", "the", "end", "february", "2026", "1900", "to", "from", "between", "and", "q1", "half", "second", "monday", "ago", "in", "year", "day", "since", "before", "after", "by", "1/2/0001", "9999-12-31", "hours"];
        DateTime[] days = [DateTime.MinValue, DateTime.MaxValue, new(2024, 2, 29, 0, 0, 0, DateTimeKind.Utc), Now];
        var random = new Random(4);
        for (var run = 0; run < 20_000; run++)
        {
            var question = string.Join(' ', Enumerable.Range(0, random.Next(1, 8)).Select(_ => words[random.Next(words.Length)]));
            foreach (var mention in TimeReader.Read(QuestionTokenizer.Tokens(question), days[run % days.Length])) Assert.True(mention.End > mention.Start);
        }
    }

    private static string Text(List<TimeMention> found, bool ahead)
    {
        if (found.Count == 0) return string.Empty;
        var span = ahead ? found[0].Ahead : found[0].Past;
        return span is { } some ? string.Create(CultureInfo.InvariantCulture, $"{some.From?.ToString() ?? "-"} {some.To?.ToString() ?? "-"}") : "now";
    }
}
