using ShitOps.Wording;

namespace ShitOps.Tests.Wording;

/// <summary>One is singular, everything else is not.</summary>
public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0 events")]
    [InlineData(1, "1 event")]
    [InlineData(2, "2 events")]
    [InlineData(1234, "1,234 events")]
    public void A_number_has_its_noun(long count, string text) => Assert.Equal(text, Quantity.Of(count, "event"));

    [Theory]
    [InlineData(1, "query is")]
    [InlineData(3, "queries are")]
    public void A_plural_may_be_another_word_and_a_verb_may_follow(long count, string text) => Assert.Equal(text, Quantity.Noun(count, "query is", "queries are"));
}
