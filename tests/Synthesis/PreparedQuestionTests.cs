using ShitOps.Planning;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Names;

namespace ShitOps.Tests.Synthesis;

public sealed class PreparedQuestionTests
{
    [Theory]
    [InlineData("I'm late", "i am late")]
    [InlineData("we’ve been slow", "we have been slow")]
    [InlineData("they're done, that's all", "they are done that 's all")]
    [InlineData("I'd ask, we'll see", "i would ask we will see")]
    [InlineData("it isn't and won't", "it is not and will not")]
    [InlineData("Amara's bugs", "[person] 's [type]")]
    public void A_contraction_is_read_as_its_two_words(string question, string expected) => Assert.Equal(expected, Words(question));

    [Theory]
    [InlineData("hours logged in checkout so far", "hours logged in [project]")]
    [InlineData("effort spent on checkout to date by team", "effort spent on [project] by team")]
    [InlineData("so far how many bugs are open", "how many [type] are open")]
    [InlineData("tasks closed up to now", "tasks closed")]
    [InlineData("tasks closed this month so far", "tasks closed [span]")]
    [InlineData("why is search so far behind", "why is [team] so far behind")]
    [InlineData("pls show open bugs by team asap, thx", "show open [type] by team")]
    public void What_says_nothing_of_what_is_meant_is_passed_over(string question, string expected) => Assert.Equal(expected, Words(question));

    [Theory]
    [InlineData("I'm asking for M", "i am asking for [project]")]
    [InlineData("we're behind", "we are behind")]
    [InlineData("tasks in Won't fix", "tasks in [status]")]
    [InlineData("which tasks don't have a due date", "which tasks do not have a due date")]
    [InlineData("what haven't we started", "what have not we started")]
    [InlineData("which can't be done", "which can not be done")]
    [InlineData("tasks of Don in We're Live", "tasks of [person] in [milestone]")]
    public void Half_of_a_contraction_is_no_name_and_may_lie_within_one(string question, string expected)
    {
        var names = new NameIndex(new NameCatalogue(
            [
                new(QueryField.Project, "M", []), new(QueryField.Project, "Haven", []), new(QueryField.Team, "IM", []), new(QueryField.Team, "Re", []), new(QueryField.Team, "Cart", []),
                new(QueryField.Person, "Don Draper", []), new(QueryField.Status, "Won't Fix", []), new(QueryField.Milestone, "We're Live", []),
            ]));

        Assert.Equal(expected, string.Join(' ', PreparedQuestion.Of(question, SomeNames.Now, names).Items.Select(item => item.Word)));
    }

    private static string Words(string question) => string.Join(' ', PreparedQuestion.Of(question, SomeNames.Now, SomeNames.Index).Items.Select(item => item.Word));
}
