using System.Text.RegularExpressions;
using ShitOps.Planning;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Names;

namespace ShitOps.Tests.Synthesis;

/// <summary>The model that comes with the software, with all rules around it.</summary>
public sealed partial class SynthesizerTests
{
    private static readonly Synthesizer Shipped = new(QuestionModel.Shipped());

    [Fact]
    public void The_examples_of_the_document_mean_what_it_says()
    {
        var examples = File.ReadAllLines(RepositoryRoot.File("docs", "asking.md")).SkipWhile(line => line != "## Examples")
            .Select(line => Example().Match(line)).Where(match => match.Success).ToList();

        var wrong = examples.Select(match => (Question: match.Groups["question"].Value, Expected: match.Groups["query"].Value))
            .Select(example => (example.Question, example.Expected, Found: Understood(example.Question).Query?.ToString()))
            .Where(example => example.Found != example.Expected)
            .Select(example => $"{example.Question}: {example.Found}")
            .ToList();

        // A network, not a list of examples: one that it takes otherwise is offered with others.
        Assert.True(examples.Count >= 30);
        Assert.True(wrong.Count <= 2, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("bugs fixed yesterday", "report completed where type = \"bug\" on 2026-05-19")]
    [InlineData("how many got fixed this week?", "report completed from 2026-05-18 to 2026-05-24")]
    [InlineData("how many issues did mobile knock out in Q1", "report completed where team = \"mobile\" from 2026-01-01 to 2026-03-31")]
    [InlineData("tickets payments got through yesterday", "report completed where team = \"payments\" on 2026-05-19")]
    [InlineData("hours logged in checkout so far", "report spent-hours where project = \"checkout\"")]
    [InlineData("I'm writing my newsletter, how many bugs are open in checkout?", "report open-tasks where project = \"checkout\" and type = \"bug\"")]
    [InlineData("has wip risen since March?", "trend wip from 2026-03-01 to 2026-05-20 step auto")]
    [InlineData("did the cycle time of search get worse last quarter?", "trend cycle-time where team = \"search\" from 2026-01-01 to 2026-03-31 step auto")]
    [InlineData("how loaded is payments", "report wip where team = \"payments\"")]
    [InlineData("what is on Amara's plate", "report wip list where person = \"Amara Okafor\"")]
    [InlineData("get me the tickets search has blocked", "report blocked-tasks list where team = \"search\"")]
    [InlineData("sum the checkout project up", "report projects list where project = \"checkout\"")]
    [InlineData("it's quarter end, how many stories did search finish this quarter?", "report completed where team = \"search\" and type = \"story\" from 2026-04-01 to 2026-06-30")]
    [InlineData("I'm meeting payments tomorrow, which of their tickets are overdue?", "report overdue-tasks list where team = \"payments\"")]
    public void What_people_say_is_surely_what_the_document_has_for_it(string question, string query)
    {
        var understood = Understood(question);

        Assert.Equal((query, true), (understood.Query?.ToString(), understood.IsSure));
    }

    [Theory]
    [InlineData("how many stories are open", "stories")]
    [InlineData("epics closed by payments last week", "epics")]
    public void A_type_that_is_in_no_catalogue_is_named_and_not_dropped(string question, string type)
    {
        var understood = Shipped.Understand(question, SomeNames.Now, new NameIndex(new NameCatalogue([new(QueryField.Team, "payments", []), new(QueryField.Type, "bug", [])])));

        Assert.Null(understood.Query);
        Assert.Equal([type], understood.UnknownNames);
    }

    [Theory]
    [InlineData("open tasks of Zorblax", "Zorblax")]
    [InlineData("how many tasks did team Nebulon complete last week", "Nebulon")]
    public void A_name_that_is_in_no_catalogue_is_named_and_not_guessed(string question, string name)
    {
        var understood = Understood(question);

        Assert.Null(understood.Query);
        Assert.Contains(name, understood.UnknownNames);
        Assert.Contains($"I know no \"{name}\"", understood.Refusal);
    }

    [Theory]
    [InlineData("what is the weather like today?")]
    [InlineData("tell me a joke")]
    [InlineData("wie viele Aufgaben sind offen")]
    [InlineData("which teams have more than 10 blocked tasks")]
    [InlineData("how much money did checkout cost?")]
    public void What_cannot_be_answered_is_refused_with_what_can(string question)
    {
        var understood = Understood(question);

        Assert.Null(understood.Query);
        Assert.StartsWith("I can't answer that", understood.Refusal);
        Assert.Contains("I can answer, for instance, ", understood.Refusal);
    }

    [Fact]
    public void A_name_that_two_people_have_is_not_sure_and_a_reading_is_offered_for_each()
    {
        var names = new NameIndex(new NameCatalogue([new(QueryField.Person, "Amara Okafor", []), new(QueryField.Person, "Amara Diallo", [])]));

        var understood = Shipped.Understand("open tasks assigned to Amara", SomeNames.Now, names);

        Assert.False(understood.IsSure);
        Assert.Contains("report open-tasks where person = \"Amara Okafor\"", understood.Readings.Select(reading => reading.Query.ToString()));
        Assert.Contains("report open-tasks where person = \"Amara Diallo\"", understood.Readings.Select(reading => reading.Query.ToString()));
    }

    [Theory]
    [InlineData(0.9, 0.9)]
    [InlineData(0.89999, 0.8999)]
    [InlineData(1, 1)]
    public void A_confidence_is_written_so_that_it_is_sure_only_if_it_was(double confidence, double written) =>
        Assert.Equal(written, new Understanding("", null, confidence, confidence >= Synthesizer.SureFrom, [], []).WrittenConfidence);

    [Fact]
    public void A_date_that_can_be_read_two_ways_is_not_sure() => Assert.False(Understood("how many tasks were open on 1/3/2026").IsSure);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("?!")]
    [InlineData("\0\u0001\u0007\u001b[31m")]
    [InlineData("'; DROP TABLE tasks; --")]
    [InlineData("report open-tasks where team = \"x\" or 1=1")]
    [InlineData("open tasks of \" where project = \"checkout")]
    [InlineData("open tasks {project=~\".*\"}")]
    [InlineData("支払いチームの未完了タスクはいくつですか")]
    [InlineData("كم عدد المهام المفتوحة")]
    [InlineData("🔥🔥🔥 open tasks 🔥🔥🔥")]
    [InlineData("\ud800 open tasks \udfff")]
    public void Whatever_is_asked_the_query_is_valid_or_there_is_none(string question) => CheckValid(Understood(question));

    [Fact]
    public void Ten_thousand_characters_are_refused()
    {
        var understood = Understood(new string('a', 10_000));

        Assert.Null(understood.Query);
        Assert.Contains("10000 characters; expected at most 1000", understood.Refusal);
    }

    [Fact]
    public void Many_words_are_read_in_time_and_never_sure()
    {
        var understood = Understood(string.Join(' ', Enumerable.Repeat("payments checkout bugs last week 5", 28)));

        CheckValid(understood);
        Assert.False(understood.IsSure);
    }

    [Fact]
    public void Words_in_any_order_give_a_valid_query_or_none()
    {
        string[] words =
            ["how", "many", "open", "tasks", "top", "5", "teams", "by", "per", "last", "week", "versus", "payments", "checkout", "Amara", "bugs", "trend", "weekly", "who", "changed", "APOLLO-12", "when", "will", "be", "done", "not", "list", "median", "p85", "without", "in", "review", "1/3/2026", "since"];
        var random = new Random(11);
        for (var run = 0; run < 500; run++) CheckValid(Understood(string.Join(' ', Enumerable.Range(0, random.Next(1, 12)).Select(_ => words[random.Next(words.Length)]))));
    }

    [Fact]
    public void A_value_is_never_anything_but_a_name_of_the_catalogue_or_the_key_of_a_task()
    {
        var known = new[] { "checkout", "APOLLO", "payments", "search", "mobile", "Amara Okafor", "Tomasz Kowalski", "To Do", "In Review", "Done", "bug", "story", "Sprint 14" }
            .Concat(QueryWords.Changes).ToHashSet();
        string[] questions = ["open tasks of \"payments\" and project = 'x'", "bugs of mobile in APOLLO not in review", "who moved tasks of checkout", "tasks where team = \"evil\" and status = Done"];

        foreach (var query in questions.Select(Understood).Select(understood => understood.Query).OfType<Query>())
        {
            Assert.All(query.Filters.Where(filter => filter.Field != QueryField.Task).SelectMany(filter => filter.Values), value => Assert.Contains(value, known));
        }
    }

    private static void CheckValid(Understanding understood)
    {
        foreach (var query in understood.Readings.Select(reading => reading.Query).Append(understood.Query).OfType<Query>())
        {
            Assert.Null(QueryRules.Fault(query));
            Assert.Equal(query.ToString(), QueryText.Parse(query.ToString()).ToString());
        }

        Assert.InRange(understood.Confidence, 0, 1);
        Assert.InRange(understood.Readings.Count, 0, 3);
        Assert.Equal(understood.Query is null, understood.Refusal is not null);
    }

    private static Understanding Understood(string question) => Shipped.Understand(question, SomeNames.Now, SomeNames.Index);

    [GeneratedRegex(@"^\| (?<question>[^|]+) \| `(?<query>[^`]+)` \|$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Example();
}
