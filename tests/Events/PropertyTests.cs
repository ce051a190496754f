using System.Text;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class PropertyTests
{
    public static TheoryData<string> Named => [.. Enum.GetNames<Property>().Where(name => name != nameof(Property.Unknown))];

    /// <summary>Members of the enumeration are called as the properties are, but for the case of letters.</summary>
    [Theory, MemberData(nameof(Named))]
    public void Is_found_by_its_name(string member)
    {
        var property = Enum.Parse<Property>(member);
        var name = property switch
        {
            Property.DataBase64 => "data_base64",
            Property.SpecVersion or Property.DataContentType => member.ToLowerInvariant(),
            _ => char.ToLowerInvariant(member[0]) + member[1..],
        };
        var found = Find(name);
        Assert.Equal(property, found.Property);
        foreach (var behind in (string[])["1", $"1,{new string(' ', 40)}"])
        {
            AssertStands(found, "1", $",\"{name}\":", behind, isFirst: false);
            AssertStands(found, "{", $"\"{name}\":", behind, isFirst: true);
        }

        Assert.Same(PropertyName.Unknown, Find(name.ToUpperInvariant()));
        Assert.Same(PropertyName.Unknown, Find(name[..^1]));
        Assert.Same(PropertyName.Unknown, Find($"{name}s"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("i")]
    [InlineData("\0")]
    [InlineData("unheardOf")]
    public void Is_unknown_by_any_other_name(string name) => Assert.Same(PropertyName.Unknown, Find(name));

    [Fact]
    public void Expects_what_came_next_the_last_time()
    {
        var order = new PropertyOrder();
        Assert.Same(PropertyName.Unknown, order.After(Property.Task));
        order.After(Property.Task) = Find("status");
        Assert.Equal(Property.Status, order.After(Property.Task).Property);
        Assert.Same(PropertyName.Unknown, order.After(Property.Status));
    }

    /// <summary>It stands there, and not if any byte were another.</summary>
    private static void AssertStands(PropertyName name, string before, string text, string behind, bool isFirst)
    {
        Assert.Equal(text.Length, name.Length - (isFirst ? 1 : 0));
        var utf8 = Encoding.UTF8.GetBytes(before + text + behind);
        Assert.True(name.StandsAt(utf8, before.Length, isFirst));
        for (var at = before.Length; at < before.Length + text.Length; at++)
        {
            utf8[at]++;
            Assert.False(name.StandsAt(utf8, before.Length, isFirst));
            utf8[at]--;
        }

        Assert.False(name.StandsAt(utf8.AsSpan(0, before.Length + text.Length - 1), before.Length, isFirst));
    }

    private static PropertyName Find(string name) => PropertyName.Find(Encoding.UTF8.GetBytes(name));
}
