using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// Total orders of values, which decide between two statements that have one stamp. Which value wins is arbitrary; that it is the same
/// one everywhere is not.
/// </summary>
internal static class ValueOrder
{
    public static readonly IComparer<string?> Texts = StringComparer.Ordinal;

    public static readonly IComparer<DateOnly?> Dates = Comparer<DateOnly?>.Default;

    public static readonly IComparer<bool> Flags = Comparer<bool>.Default;

    public static readonly IComparer<Status> Statuses = Comparer<Status>.Create((one, other) =>
        one.Category != other.Category ? one.Category.CompareTo(other.Category) : string.CompareOrdinal(one.Name, other.Name));

    public static readonly IComparer<string[]?> Labels = Comparer<string[]?>.Create((one, other) =>
        one is null || other is null ? (one is null ? 0 : 1) - (other is null ? 0 : 1) : one.AsSpan().SequenceCompareTo(other, StringComparer.Ordinal));

    public static readonly IComparer<Milestone?> Milestones = Comparer<Milestone?>.Create((one, other) =>
        one is null || other is null
            ? (one is null ? 0 : 1) - (other is null ? 0 : 1)
            : First(string.CompareOrdinal(one.Name, other.Name), one.Kind.CompareTo(other.Kind), Dates.Compare(one.Start, other.Start), Dates.Compare(one.Due, other.Due)));

    public static readonly IComparer<AllocationTerms?> Terms = Comparer<AllocationTerms?>.Create((one, other) =>
        one is null || other is null
            ? (one is null ? 0 : 1) - (other is null ? 0 : 1)
            : First(
                string.CompareOrdinal(one.Resource, other.Resource), one.MilliHoursPerWeek.CompareTo(other.MilliHoursPerWeek), one.From.CompareTo(other.From),
                Dates.Compare(one.To, other.To), string.CompareOrdinal(one.Role, other.Role)));

    private static int First(params ReadOnlySpan<int> orders)
    {
        foreach (var order in orders)
            if (order != 0) return order;
        return 0;
    }
}
