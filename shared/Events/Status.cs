namespace ShitOps.Events;

/// <summary>A status in the tracker's own word, with what it means here.</summary>
/// <param name="Name">The tracker's word, such as <c>In Review</c>; 1 to 256 characters.</param>
/// <param name="Category">What it means for flow.</param>
public readonly record struct Status(string Name, StatusCategory Category);

/// <summary>What a status means for flow, whatever its tracker calls it.</summary>
public enum StatusCategory
{
    /// <summary>Not begun. <c>todo</c></summary>
    Todo,

    /// <summary>Being worked on. <c>in-progress</c></summary>
    InProgress,

    /// <summary>Begun, and waiting for something outside. <c>blocked</c></summary>
    Blocked,

    /// <summary>Finished with a result. <c>done</c></summary>
    Done,

    /// <summary>Finished without a result: rejected, duplicate, won't do. <c>cancelled</c></summary>
    Cancelled,
}

/// <summary>The words for <see cref="StatusCategory"/> in events, rows and labels.</summary>
public static class StatusCategories
{
    /// <summary>Every word, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> Words { get; } = ["todo", "in-progress", "blocked", "done", "cancelled"];

    /// <summary>The category's word.</summary>
    public static string Word(this StatusCategory category) => Words[(int)category];

    /// <summary>Whether <paramref name="word"/> names a category; letter case counts.</summary>
    public static bool TryParse(string word, out StatusCategory category)
    {
        for (var i = 0; i < Words.Count; i++)
        {
            if (Words[i] == word)
            {
                category = (StatusCategory)i;
                return true;
            }
        }

        category = default;
        return false;
    }
}
