using System.CommandLine;
using Azure;
using Microsoft.Extensions.Configuration;
using ShitOps.Cli.Output;
using ShitOps.Local.Worker;
using ShitOps.Storage;

namespace ShitOps.Cli.CommandLine;

/// <summary>What the commands that work on the storage account have in common: which one, how far they are, and how they end.</summary>
internal sealed class StorageCommand(Terminal terminal, Func<IConfiguration> settings)
{
    private readonly StorageOptions _storage = new();

    /// <summary>Standard output.</summary>
    public TextWriter Output => terminal.Output;

    /// <summary>Gives a command its options.</summary>
    public void AddTo(Command command) => _storage.AddTo(command);

    /// <summary>Runs <paramref name="work"/> with everything around it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="work">Does it, and gives the exit code.</param>
    /// <param name="goesOn">What to do to go on after it was interrupted, as a sentence.</param>
    /// <param name="stopping">Ctrl-C.</param>
    public async Task<int> RunAsync(
        ParseResult arguments, Func<StorageAccount, IConfiguration, Progress, Task<int>> work, string goesOn, CancellationToken stopping)
    {
        try
        {
            var (account, all) = _storage.Account(arguments, settings());
            var progress = new Progress();
            var working = Task.Run(() => work(account, all, progress), CancellationToken.None);
            await new RunProgress(terminal, () => progress.Text, () => progress.Share).DuringAsync(working);
            return await working;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            terminal.Report($"Interrupted. {goesOn}");
            return ExitCode.Failure;
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            terminal.Report(Text(fault));
            return ExitCode.Failure;
        }
        catch (Exception fault) when (fault is SettingException or FunctionAppException)
        {
            terminal.Report(fault.Message);
            return ExitCode.Usage;
        }
        catch (Exception fault) when (fault is Replay.ReplayException or InvalidDataException)
        {
            terminal.Report(fault.Data[AccountTable.UnreadableRow] is string row ? $"{fault.Message} (row {row})" : fault.Message);
            return ExitCode.Failure;
        }
    }

    /// <summary>What storage did not do, in words.</summary>
    public static string Text(Exception fault) => fault switch
    {
        AggregateException => "storage does not answer: is the address right, and is the app (dotnet run --project local) up?",
        RequestFailedException => $"storage refuses: {fault.Message.Split('\n')[0]}",
        _ => $"nobody is signed in who may use storage: {fault.Message.Split('\n')[0]} Sign in (az login), or name the account by its connection string.",
    };

    /// <summary>How far a command is, as it was last told.</summary>
    public sealed class Progress
    {
        private volatile string _text = "beginning";

        /// <summary>In words.</summary>
        public string Text => _text;

        /// <summary>0 to 1; null: not known.</summary>
        public double? Share { get; private set; }

        /// <summary>Tells.</summary>
        public void Tell(string what, long done, long of) => (_text, Share) = (of == 0 ? $"{what}, {done:N0}" : $"{what}, {done:N0} of {of:N0}", of == 0 ? null : (double)done / of);
    }
}
