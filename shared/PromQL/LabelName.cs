namespace ShitOps.PromQL;

/// <summary>The names that labels may have: a letter or _, then letters, digits and _; all ASCII.</summary>
public static class LabelName
{
    public static bool IsValid(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        }

        return true;
    }
}
