using System.CommandLine;
using ShitOps.Cli.Input;

namespace ShitOps.Cli.CommandLine;

/// <summary>The argument FILE…: existing files, or <c>-</c> for standard input.</summary>
internal static class FilesArgument
{
    public static Argument<string[]> Create(string description, ArgumentArity? arity = null)
    {
        var files = new Argument<string[]>("FILE") { Description = description, Arity = arity ?? ArgumentArity.OneOrMore };
        files.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (token.Value != JsonLinesFile.StandardInput && InputPath.FaultOf(token.Value) is { } fault) result.AddError(fault);
            if (result.Tokens.Count(token => token.Value == JsonLinesFile.StandardInput) > 1) result.AddError("-: standard input can be read only once");
        });
        return files;
    }
}
