namespace ShitOps.Cli.CommandLine;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Something was left out, interrupted, unreachable or degraded; standard error says what.</summary>
    public const int Failure = 1;

    /// <summary>The command line, or a file or setting that it names, cannot be used; nothing was done.</summary>
    public const int Usage = 2;
}
