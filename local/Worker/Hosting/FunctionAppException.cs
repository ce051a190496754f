namespace ShitOps.Local.Worker;

/// <summary>The app cannot start as it is written or set up. The message says what to change; one fault a line.</summary>
public sealed class FunctionAppException : Exception
{
    public FunctionAppException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>
    /// Makes the process end with the message alone, where the runtime would print a stack trace that says nothing more.
    /// </summary>
    internal static void EndProcessWithMessage() =>
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
        {
            if (unhandled.ExceptionObject is FunctionAppException fault)
            {
                Console.Error.WriteLine(fault.Message);
                Environment.Exit(1);
            }
        };
}
