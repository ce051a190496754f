namespace ShitOps.Cli.Input;

/// <summary>The path of a file to read, as the user gave it.</summary>
internal static class InputPath
{
    /// <summary>Why there is no file at the path; null: there is one.</summary>
    public static string? FaultOf(string path)
    {
        if (Directory.Exists(path)) return $"{path}: is a directory";
        return File.Exists(path) ? null : $"{path}: there is no such file";
    }
}
