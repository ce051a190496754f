using System.Text;
using FsCheck.Xunit;
using ShitOps.Aggregation;

namespace ShitOps.Tests.Aggregation;

public class KeyTextTests
{
    [Property(MaxTest = 2000)]
    public void A_part_tells_its_text_or_says_that_it_was_cut(int seed)
    {
        var text = Text(new Random(seed));
        var part = KeyText.Of(text);
        Assert.True(KeyText.IsCut(part) || KeyText.TextOf(part) == text);
        Assert.InRange(part.Length, 0, KeyText.MostLength);
        Assert.All(part, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~'));
    }

    [Fact]
    public void Texts_that_begin_alike_have_different_parts()
    {
        string[] texts = [.. Enumerable.Range(0, 200).SelectMany(i => (string[])[$"{new string('x', 250)}{i}", $"{new string('中', 200)}{i}", $"{new string('x', i)}中{new string('x', 200)}"])];
        Assert.Equal(texts.Distinct().Count(), texts.Select(KeyText.Of).Distinct().Count());
    }

    [Theory]
    [InlineData("APOLLO-1", "APOLLO-1")]
    [InlineData("", "")]
    [InlineData("a b/c", "a~20b~2Fc")]
    [InlineData("~41", "~7E41")]
    [InlineData("é", "~C3~A9")]
    public void A_part_is_readable(string text, string part) => Assert.Equal(part, KeyText.Of(text));

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(random.Next(4) == 0 ? 257 : 20); text.Length < length;)
            text.Append(random.Next(4) switch { 0 => new Rune(random.Next(0x20, 0x7f)).ToString(), 1 => "~", 2 => new Rune(random.Next(0xa0, 0xd800)).ToString(), _ => $"{(char)random.Next('a', 'z')}" });
        return text.ToString();
    }
}
