using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>
/// What the usual words for statuses and resolutions mean, where neither a mapping file nor the tracker says it.
/// Case, blanks and punctuation do not count: <c>Won't Fix</c>, <c>wont-fix</c> and <c>WONTFIX</c> are one word.
/// </summary>
internal static class StatusWords
{
    private static readonly HashSet<string> CancellingResolutions = Set(
        "Won't Fix", "Won't Do", "Won't Complete", "Will Not Fix", "Duplicate", "Duplicated", "Invalid", "Incomplete", "Needs more info",
        "Cannot Reproduce", "Can't Reproduce", "Not Reproducible", "Not A Bug", "Not A Problem", "Not Our Bug", "Not An Issue", "Works As Designed",
        "Rejected", "Declined", "Abandoned", "Cancelled", "Canceled", "Obsolete", "Out of Date", "Withdrawn", "Timed Out", "Auto Closed",
        "Later", "Postponed", "Deferred", "Hold", "On Hold", "Unresolved", "Not planned", "Not merged", "No Longer Needed");

    private static readonly HashSet<string> Todo = Set(
        "Open", "Opened", "Reopened", "New", "Created", "To Do", "Todo", "Backlog", "Icebox", "Triage", "Needs Triage", "Triaged", "Accepted for Development",
        "Selected for Development", "Ready", "Ready for Development", "Ready for Dev", "Ready to Start", "Planned", "Scheduled", "Proposed", "Unassigned", "Unconfirmed");

    private static readonly HashSet<string> Blocked = Set(
        "Blocked", "On Hold", "Hold", "Paused", "Stalled", "Suspended", "Impediment", "Impeded", "Pending");

    private static readonly HashSet<string> Done = Set(
        "Done", "Closed", "Resolved", "Complete", "Completed", "Finished", "Fixed", "Released", "Deployed", "Delivered", "Shipped", "Merged", "Verified", "Accepted", "Approved");

    /// <summary>Whether the resolution means that the task ended without a result.</summary>
    public static bool Cancels(string resolution) => CancellingResolutions.Contains(Normal(resolution));

    /// <summary>The category of a status' word; null if the word is not a usual one.</summary>
    public static StatusCategory? CategoryOf(string status)
    {
        var word = Normal(status);
        if (Todo.Contains(word)) return StatusCategory.Todo;
        if (Done.Contains(word)) return StatusCategory.Done;
        if (Blocked.Contains(word) || word.StartsWith("waiting", StringComparison.Ordinal) || word.StartsWith("blocked", StringComparison.Ordinal)) return StatusCategory.Blocked;
        return CancellingResolutions.Contains(word) ? StatusCategory.Cancelled : null;
    }

    /// <summary>The letters and digits of a word in lower case: what a mapping compares.</summary>
    public static string Normal(string word) => string.Concat(word.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static HashSet<string> Set(params ReadOnlySpan<string> words)
    {
        HashSet<string> set = new(StringComparer.Ordinal);
        foreach (var word in words) set.Add(Normal(word));
        return set;
    }
}
