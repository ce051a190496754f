namespace ShitOps.Projects;

/// <summary>What was planned of a person or another resource for the project.</summary>
/// <param name="Resource">The person id; beyond 44 bytes of UTF-8 shortened to a label, as the role is.</param>
/// <param name="MilliHoursPerWeek">Thousandths of an hour a week.</param>
/// <param name="From">The first day, included.</param>
/// <param name="To">The last day, included; null: until it is released.</param>
/// <param name="Role">As what; null: not said.</param>
public sealed record AllocationTerms(string Resource, long MilliHoursPerWeek, DateOnly From, DateOnly? To, string? Role);

/// <summary>One allocation: its latest terms, and its latest release. Terms that were stated after the release are a new allocation.</summary>
public sealed class Allocation
{
    private Register<AllocationTerms> _terms;
    private Register<bool> _released;

    /// <summary>The terms; null if only its release is known.</summary>
    public AllocationTerms? Terms => _terms.Value;

    /// <summary>When it was released; null if it was not, or was stated anew since.</summary>
    public DateTimeOffset? Released => _released.IsStated && !(_terms.IsStated && _terms.Stamp > _released.Stamp) ? _released.Stamp.Time : null;

    /// <summary>Whether it holds at an instant: its days include the day in UTC, and it was not released before.</summary>
    public bool IsInForce(DateTimeOffset asOf)
    {
        var day = DateOnly.FromDateTime(asOf.UtcDateTime);
        return Terms is { } terms && terms.From <= day && (terms.To is null || day <= terms.To) && !(Released <= asOf);
    }

    internal StatementEffect Allocate(Stamp stamp, AllocationTerms terms) => _terms.Offer(stamp, terms, ValueOrder.Terms);

    internal StatementEffect Release(Stamp stamp) => _released.Offer(stamp, value: true, ValueOrder.Flags);

    internal void Write(StateWriter writer)
    {
        writer.Byte((byte)((_terms.IsStated ? 1 : 0) | (_released.IsStated ? 2 : 0)));
        StoredRegisters.Write(writer, _terms);
        StoredRegisters.Write(writer, _released);
    }

    internal static Allocation Read(ref StateReader reader)
    {
        var allocation = new Allocation();
        var stated = reader.Count(3);
        if ((stated & 1) != 0) allocation._terms = StoredRegisters.Terms(ref reader);
        if ((stated & 2) != 0) allocation._released = StoredRegisters.Flag(ref reader);
        return allocation;
    }
}
