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
    public void Until_now_is_no_more_than_what_is_meant_anyway(string question, string expected) => Assert.Equal(expected, Words(question));

    [Theory]
    [InlineData("I'm asking for M", "i am asking for [project]")]
    [InlineData("we're behind", "we are behind")]
    [InlineData("tasks in Won't fix", "tasks in [status]")]
    public void The_rest_of_a_contraction_is_no_name_and_may_lie_within_one(string question, string expected)
    {
        var names = new NameIndex(new NameCatalogue([new(QueryField.Project, "M", []), new(QueryField.Team, "IM", []), new(QueryField.Team, "Re", []), new(QueryField.Status, "Won't Fix", [])]));

        Assert.Equal(expected, string.Join(' ', PreparedQuestion.Of(question, SomeNames.Now, names).Items.Select(item => item.Word)));
    }

    private static string Words(string question) => string.Join(' ', PreparedQuestion.Of(question, SomeNames.Now, SomeNames.Index).Items.Select(item => item.Word));
}
