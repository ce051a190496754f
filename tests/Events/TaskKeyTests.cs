using System.Text;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class TaskKeyTests
{
    /// <summary>Around the lengths at which keys are held or read otherwise, of ASCII, of other characters, and with zeros.</summary>
    public static TheoryData<string> Texts =>
    [
        .. Enumerable.Range(0, 20).SelectMany(length => (string[])["ABCDEFGHIJKLMNOPQRST"[..length], new string('\0', length), $"{"ABCDEFGHIJKLMNOPQRST"[..length]}ü", $"中{"ABCDEFGHIJKLMNOPQRST"[..length]}"]).Distinct(),
        "PAY-17", new string('k', 256), "\ud800",
    ];

    [Theory, MemberData(nameof(Texts))]
    public void Is_the_text_again(string text) => Assert.Equal(text, new TaskKey(text).ToString());

    [Theory, MemberData(nameof(Texts))]
    public void Is_the_same_read_from_UTF8_or_held_as_text(string text)
    {
        var isPacked = TaskKey.TryPack(Encoding.UTF8.GetBytes(text), out var key);
        Assert.Equal(text.Length <= 15 && Ascii.IsValid(text), isPacked);
        if (isPacked) Assert.Equal(new TaskKey(text), key);
        Assert.Equal(isPacked, new TaskKey(text).Text is null);
    }

    /// <summary>Keys whose halves are chosen to cancel each other out.</summary>
    [Fact]
    public void Has_many_hashes_whatever_keys_a_sender_chooses()
    {
        var hashes = Enumerable.Range(0, 10_000).Select(number => number.ToString("D4", System.Globalization.CultureInfo.InvariantCulture)).Select(four => new TaskKey(four + four).GetHashCode()).Distinct();
        Assert.InRange(hashes.Count(), 9_900, 10_000);
    }

    [Fact]
    public void Differs_where_the_texts_differ()
    {
        var keys = Texts.Select(text => new TaskKey(text.Data)).ToArray();
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.All(keys, key => Assert.Equal(new TaskKey(key.ToString()).GetHashCode(), key.GetHashCode()));
        Assert.Equal(default, new TaskKey(""));
    }
}
