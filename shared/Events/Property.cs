using System.Runtime.Intrinsics;
using System.Text;

namespace ShitOps.Events;

/// <summary>A property of an event, in whichever of its objects it stands.</summary>
internal enum Property
{
    /// <summary>One of which the contract says nothing.</summary>
    Unknown,

    SpecVersion,
    Id,
    Source,
    Type,
    Subject,
    Time,
    DataContentType,
    Data,
    DataBase64,
    Task,
    Title,
    Kind,
    Priority,
    Status,
    Category,
    Assignee,
    Team,
    Parent,
    EstimateHours,
    RemainingHours,
    SpentHours,
    Due,
    Milestone,
    Labels,
    Name,
    Owner,
    Start,
    Reason,
    Allocation,
    Resource,
    HoursPerWeek,
    From,
    To,
    Role,
    Actor,
}

/// <summary>A property's name as documents state it.</summary>
internal sealed class PropertyName
{
    private const int Slots = 128;
    private const int Shortest = 2;

    /// <summary>In the order of the enumeration, from <see cref="Property.SpecVersion"/> on.</summary>
    private static readonly string[] Names =
    [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data", "data_base64",
        "task", "title", "kind", "priority", "status", "category", "assignee", "team", "parent", "estimateHours", "remainingHours", "spentHours",
        "due", "milestone", "labels", "name", "owner", "start", "reason", "allocation", "resource", "hoursPerWeek", "from", "to", "role", "actor",
    ];

    /// <summary>That of all properties of which the contract says nothing. No document that is plain states it so.</summary>
    public static PropertyName Unknown { get; } = new(Property.Unknown, "\0");

    /// <summary>The only one that a name with that hash can be.</summary>
    private static readonly PropertyName[] BySlot = Spread();

    private readonly byte[] _bytes;

    /// <summary>The same bytes, and a bit for each of them.</summary>
    private readonly Vector256<byte> _vector;
    private readonly uint _all;

    private PropertyName(Property property, string name)
    {
        Property = property;
        _bytes = Encoding.UTF8.GetBytes($",\"{name}\":");
        var padded = new byte[Vector256<byte>.Count];
        _bytes.CopyTo(padded, 0);
        _vector = Vector256.Create(padded);
        _all = (1u << _bytes.Length) - 1;
    }

    /// <summary>How many properties there are, <see cref="Property.Unknown"/> included.</summary>
    public static int Count => Names.Length + 1;

    public Property Property { get; }

    /// <summary>How many bytes there are of the comma before it, its quotes and the colon behind it, without blanks: <c>,"task":</c>.</summary>
    public int Length => _bytes.Length;

    /// <summary>Whether a document has these bytes at a place.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="at">The place.</param>
    /// <param name="isFirst">Whether it is an object's first property, before which there is no comma, but a brace.</param>
    public bool StandsAt(ReadOnlySpan<byte> utf8, int at, bool isFirst)
    {
        var first = isFirst ? 1 : 0;
        if (utf8.Length - at < Vector256<byte>.Count) return utf8[at..].StartsWith(_bytes.AsSpan(first));
        var different = ~Vector256.Equals(Vector256.Create(utf8.Slice(at - first, Vector256<byte>.Count)), _vector).ExtractMostSignificantBits();
        return (different & _all) >> first == 0;
    }

    private ReadOnlySpan<byte> Letters => _bytes.AsSpan(2, _bytes.Length - 4);

    /// <summary>The property of that name, or <see cref="Unknown"/>; letter case counts.</summary>
    public static PropertyName Find(ReadOnlySpan<byte> name)
    {
        if (name.Length < Shortest) return Unknown;
        var only = BySlot[Slot(name)];
        return name.SequenceEqual(only.Letters) ? only : Unknown;
    }

    private static PropertyName[] Spread()
    {
        var slots = new PropertyName[Slots];
        slots.AsSpan().Fill(Unknown);
        for (var i = 0; i < Names.Length; i++)
        {
            var name = new PropertyName(Property.SpecVersion + i, Names[i]);
            ref var slot = ref slots[Slot(name.Letters)];
            if (slot != Unknown) throw new InvalidOperationException($"\"{Names[i]}\" shares a slot with another property: Slot needs other factors");
            slot = name;
        }

        return slots;
    }

    /// <summary>The factors are the smallest ones that give every name a slot of its own.</summary>
    private static uint Slot(ReadOnlySpan<byte> name) => ((4u * name[0]) + (7u * name[1]) + (3u * (uint)name.Length)) % Slots;
}

/// <summary>
/// Remembers in which order objects of one kind state their properties: a sender keeps to one, and so the next property is nearly always
/// known before it is read. Not safe for concurrent use.
/// </summary>
internal sealed class PropertyOrder
{
    private readonly PropertyName[] _following = [.. Enumerable.Repeat(PropertyName.Unknown, PropertyName.Count)];

    /// <summary>The property that came next the last time; the first one of an object comes after whatever stood before the object.</summary>
    public ref PropertyName After(Property property) => ref _following[(int)property];
}
