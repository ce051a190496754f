using System.Text;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class EventIdTests
{
    private const string Uuid = "0197f3a2-7c41-7b2e-9d55-0c6f1f0a5b11";

    [Theory]
    [InlineData(Uuid, true)]
    [InlineData("00000000-0000-0000-0000-000000000000", true)]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff", true)]
    [InlineData("0197F3A2-7c41-7b2e-9d55-0c6f1f0a5b11", false)]
    [InlineData("0197f3a2-7c41-7b2e-9d55-0c6f1f0a5b1g", false)]
    [InlineData("0197f3a2-7c41-7b2e-9d55-0c6f1f0a5b1", false)]
    [InlineData("0197f3a27-c41-7b2e-9d55-0c6f1f0a5b11", false)]
    [InlineData("ü197f3a2-7c41-7b2e-9d55-0c6f1f0a5b1", false)]
    [InlineData("", false)]
    public void Comes_back_as_it_was(string text, bool isUuid)
    {
        Assert.Equal(text, new EventId(text).ToString());
        Assert.Equal(text.Length, new EventId(text).Length);
        Assert.Equal(isUuid, EventId.TryParseUuid(Encoding.UTF8.GetBytes(text), out var id));
        if (isUuid) Assert.Equal(new EventId(text), id);
    }

    [Fact]
    public void Every_character_in_the_place_of_every_other()
    {
        for (var at = 0; at < Uuid.Length; at++)
        {
            for (var code = 0; code < 256; code++)
            {
                var text = $"{Uuid[..at]}{(char)code}{Uuid[(at + 1)..]}";
                Assert.Equal(text, new EventId(text).ToString());
            }
        }
    }

    [Fact]
    public void Is_in_the_order_of_its_text()
    {
        var random = new Random(1);
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => Text()), "", "0", "g", Uuid, Uuid.ToUpperInvariant()];
        foreach (var one in texts)
        {
            foreach (var other in texts)
            {
                Assert.Equal(Math.Sign(string.CompareOrdinal(one, other)), Math.Sign(new EventId(one).CompareTo(new EventId(other))));
                Assert.Equal(one == other, new EventId(one) == new EventId(other));
            }
        }

        string Text()
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            if (random.Next(2) == 0) bytes.AsSpan(0, random.Next(16)).Clear();
            var uuid = new Guid(bytes, bigEndian: true).ToString("D");
            return random.Next(3) == 0 ? uuid[..random.Next(36)] : uuid;
        }
    }
}
