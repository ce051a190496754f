using System.Text;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class Utf8InternerTests
{
    private readonly Utf8Interner _interner = new();

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("payments")]
    [InlineData("Jürgen Weiß")]
    [InlineData("😀")]
    public void Gives_the_text(string text) => Assert.Equal(text, Get(text));

    [Fact]
    public void Gives_the_same_object_again()
    {
        Assert.Same(Get("payments"), Get("payments"));
        Assert.Same(Get("Søren Kjær"), Get("Søren Kjær"));
    }

    [Fact]
    public void Keeps_nothing_longer_than_64_bytes()
    {
        Assert.Same(Get(new string('x', 64)), Get(new string('x', 64)));
        Assert.NotSame(Get(new string('x', 65)), Get(new string('x', 65)));
        Assert.NotSame(Get(new string('ü', 33)), Get(new string('ü', 33)));
    }

    [Fact]
    public void Never_mixes_up_texts_that_share_a_slot()
    {
        // Far more texts than slots, in an order that lets them displace one another.
        var random = new Random(1);
        for (var i = 0; i < 200_000; i++)
        {
            var text = random.Next(3) switch { 0 => $"task-{random.Next(20_000)}", 1 => $"größe-{random.Next(20_000)}", _ => new string((char)random.Next('a', 'g'), random.Next(70)) };
            Assert.Equal(text, Get(text));
        }
    }

    [Fact]
    public void Tells_texts_apart_that_differ_only_between_the_bytes_that_are_hashed()
    {
        // 64 bytes: the hash sees the first, the middle and the last eight.
        var texts = Enumerable.Range(0, 100).Select(i => $"{new string('a', 10)}{i:D4}{new string('b', 50)}").ToArray();
        foreach (var text in texts.Concat(texts)) Assert.Equal(text, Get(text));
    }

    [Fact]
    public void Tells_texts_of_any_length_apart_that_differ_in_one_byte()
    {
        for (var length = 1; length <= 64; length++)
        {
            for (var at = 0; at < length; at++)
            {
                foreach (var letter in "abc")
                {
                    var text = $"{new string('x', at)}{letter}{new string('x', length - at - 1)}";
                    Assert.Equal(text, Get(text));
                    Assert.Same(Get(text), Get(text));
                }
            }
        }
    }

    private string Get(string text) => _interner.Get(Encoding.UTF8.GetBytes(text));
}
