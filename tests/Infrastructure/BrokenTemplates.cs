namespace ShitOps.Tests.Infrastructure;

/// <summary>A copy of the templates with flaws.</summary>
internal sealed class BrokenTemplates : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bicep-");

    /// <param name="flaws">In which file, from the folder of the templates, which text is to be which other, wherever it stands.</param>
    public BrokenTemplates(params IEnumerable<(string File, string Text, string Flaw)> flaws)
    {
        foreach (var path in Directory.GetFiles(BicepCommand.Templates, "*", SearchOption.AllDirectories))
        {
            var copy = PathOf(Path.GetRelativePath(BicepCommand.Templates, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        foreach (var (file, text, flaw) in flaws)
        {
            var whole = File.ReadAllText(PathOf(file));
            Assert.True(whole.Contains(text, StringComparison.Ordinal), $"{file} holds no \"{text}\" any more: the flaw has to be put elsewhere");
            File.WriteAllText(PathOf(file), whole.Replace(text, flaw, StringComparison.Ordinal));
        }
    }

    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    public void Dispose() => _folder.Delete(recursive: true);
}
