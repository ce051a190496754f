using ShitOps.Events;

namespace ShitOps.Cli.Import.GitHub;

/// <summary>
/// The statuses that GitHub's states, drafts and reviews amount to, in GitHub's words, and their default categories:
/// Open (todo), Draft and In Review (in-progress), Merged (done), Closed (done; cancelled if it was closed as not planned or as a
/// duplicate, or is a pull request that was not merged).
/// </summary>
internal sealed class GitHubStatuses(string repository, StatusMapping mapping)
{
    /// <summary>The resolution of a pull request that was closed without being merged; a mapping file may name it.</summary>
    private const string NotMerged = "not_merged";

    public Status Open { get; } = new("Open", mapping.CategoryOf(repository, "Open", StatusCategory.Todo));

    public Status Draft { get; } = new("Draft", mapping.CategoryOf(repository, "Draft", StatusCategory.InProgress));

    public Status InReview { get; } = new("In Review", mapping.CategoryOf(repository, "In Review", StatusCategory.InProgress));

    public Status Merged { get; } = new("Merged", mapping.CategoryOf(repository, "Merged", StatusCategory.Done));

    /// <summary>Closed, for a reason that GitHub states; null: for none.</summary>
    public Status Closed(bool isPullRequest, string? reason) =>
        new("Closed", mapping.CategoryOf(repository, "Closed", StatusCategory.Done, isPullRequest ? NotMerged : reason));
}
