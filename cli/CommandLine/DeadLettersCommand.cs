using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using ShitOps.Archive;
using ShitOps.Cli.Input;
using ShitOps.Cli.Output;
using ShitOps.Events;
using ShitOps.Pipeline;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>dead-letters</c>: the records that were no events, and those of them that are events for this version.</summary>
internal sealed class DeadLettersCommand(StorageCommand storage, EventCommand events, Func<IConfiguration> settings)
{
    private readonly Option<string?> _reason = Reason();
    private readonly Option<string?> _stream = new("--stream") { Description = "Only those of this stream.", HelpName = "NAME" };
    private readonly Option<string?> _from = new("--from-topic") { Description = "Only those of this topic.", HelpName = "TOPIC" };
    private readonly StorageOptions _account = new();

    public Command Create()
    {
        var command = new ExampleCommand("dead-letters", "Look at the records that were put aside since they are no events of the contract, and send those again that are by now.")
        {
            List(),
            Show(),
            Replay(),
        };
        return command;
    }

    private Command List()
    {
        var most = new Option<int>("--limit") { Description = "The most that are listed; all are counted.", HelpName = "N", DefaultValueFactory = _ => 100, CustomParser = result => WholeNumber.Of(result, 0) };
        var command = new ExampleCommand(
            "list",
            "List them, each with its place, when it was put aside, and what is wrong with it; and count them by the kind of fault.",
            "shitops dead-letters list",
            "shitops dead-letters list --reason InvalidData --limit 10");
        AddFilters(command);
        command.Options.Add(most);
        storage.AddTo(command);
        command.SetAction((arguments, stopping) => storage.RunAsync(
            arguments,
            async (account, _, progress) =>
            {
                var decoder = new EventDecoder();
                var reasons = new SortedDictionary<string, long>(StringComparer.Ordinal);
                var (all, good) = (0L, 0L);
                await foreach (var letter in LettersAsync(account, arguments, stopping))
                {
                    var isEvent = letter.Decode(decoder).IsDecoded;
                    if (all++ < arguments.GetValue(most))
                        storage.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{letter.Place}  {letter.Stored:yyyy-MM-dd HH:mm:ss}Z  {letter.Reason}  {Printable.Line(letter.Error)}{(isEvent ? "  (an event by now)" : "")}"));
                    if (isEvent) good++;
                    reasons[letter.Reason] = reasons.GetValueOrDefault(letter.Reason) + 1;
                    progress.Tell("reading dead letters", all, 0);
                }

                storage.Output.WriteLine(all == 0 ? "No dead letters." : $"{Quantity.Of(all, "dead letter")}: {string.Join(", ", reasons.Select(reason => $"{reason.Value:N0} {reason.Key}"))}.{(good == 0 ? "" : $" {Quantity.Of(good, "is an event", "are events")} by now: \"shitops dead-letters replay\" sends {Quantity.Noun(good, "it", "them")} again.")}");
                return ExitCode.Success;
            },
            "Nothing was changed; run it again.",
            stopping));
        return command;
    }

    private Command Show()
    {
        var place = new Argument<string>("PLACE") { Description = "Stream/topic/partition/offset, as list prints it." };
        var command = new ExampleCommand("show", "Show one of them as it came.", "shitops dead-letters show prod-1/shitops-events/00003/48211");
        command.Arguments.Add(place);
        storage.AddTo(command);
        command.SetAction((arguments, stopping) => storage.RunAsync(
            arguments,
            async (account, _, _) =>
            {
                var wanted = arguments.GetRequiredValue(place);
                await foreach (var letter in new DeadLetters(account).ReadAsync(stopping))
                {
                    if (letter.Place != wanted) continue;
                    var now = letter.Decode(new EventDecoder());
                    storage.Output.WriteLine($"reason: {letter.Reason}");
                    storage.Output.WriteLine($"error: {Printable.Line(letter.Error)}");
                    storage.Output.WriteLine(now.IsDecoded ? "now: an event" : $"now: {Printable.Line(now.Error.ToString())}");
                    storage.Output.WriteLine($"put on the topic: {Time(letter.TimestampMs)}");
                    storage.Output.WriteLine(letter.Key is null ? "no key" : $"key: {Printable.Line(letter.Key)}");
                    foreach (var header in letter.Headers) storage.Output.WriteLine($"header {Printable.Line(header.Name)}: {Printable.Line(header.Value.Span)}");
                    storage.Output.WriteLine(letter.Value is null ? "no value" : string.Create(CultureInfo.InvariantCulture, $"value, {Quantity.Of(letter.Value.Length, "byte")}:\n{Printable.Lines(letter.Value)}"));
                    return ExitCode.Success;
                }

                throw new InvalidDataException($"There is no dead letter {wanted}; it may have expired. \"shitops dead-letters list\" lists them.");
            },
            "Nothing was changed; run it again.",
            stopping));
        return command;
    }

    private Command Replay()
    {
        var command = new ExampleCommand(
            "replay",
            "Send those again that are events for this version, since it knows more than the one that put them aside. They stay listed until they expire: sent twice, an event states nothing new.",
            "shitops dead-letters replay --dry-run",
            "shitops dead-letters replay --reason UnsupportedContentType --stream prod-1");
        AddFilters(command);
        _account.AddTo(command);
        events.AddTo(command);
        command.SetAction((arguments, stopping) =>
        {
            var still = 0L;
            return events.RunAsync(
                arguments,
                files: [],
                async run =>
                {
                    try
                    {
                        var decoder = new EventDecoder();
                        await foreach (var letter in LettersAsync(_account.Account(arguments, settings()).Account, arguments, stopping))
                        {
                            // It is sent in structured mode, in which data that came alone lie one level deeper: so that has to be an event too.
                            if (letter.Decode(decoder).IsDecoded && ArchivedEvent.ToStructured(letter.Value, [.. letter.Headers]) is var json && decoder.DecodeStructured(json) is { IsDecoded: true } now)
                                await run.SendAsync(new Place(letter.Place), now.Event, json);
                            else still++;
                        }
                    }
                    catch (Exception fault) when (fault is InvalidDataException || StorageFault.Is(fault))
                    {
                        var why = StorageFault.Is(fault) ? StorageCommand.Text(fault) : fault.Message.Split('\n')[0];
                        throw new OutputFailedException($"The dead letters cannot be read: {why} {EventCommand.RunAgain}");
                    }
                },
                (summary, _) => summary.WriteLine($"{Quantity.Of(still, "dead letter is no event", "dead letters are no events")} for this version either."),
                stopping);
        });
        return command;
    }

    private void AddFilters(Command command)
    {
        command.Options.Add(_reason);
        command.Options.Add(_stream);
        command.Options.Add(_from);
    }

    private IAsyncEnumerable<StoredDeadLetter> LettersAsync(StorageAccount account, ParseResult arguments, CancellationToken stopping)
    {
        var (reason, stream, topic) = (arguments.GetValue(_reason), arguments.GetValue(_stream), arguments.GetValue(_from));
        return new DeadLetters(account).ReadAsync(stopping).Where(letter =>
            (reason is null || letter.Reason == reason) && (stream is null || letter.Stream == stream) && (topic is null || letter.Topic == topic));
    }

    // As it came: a producer may state a time that no calendar has.
    private static string Time(long milliseconds) => milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
        ? string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.FromUnixTimeMilliseconds(milliseconds):yyyy-MM-dd HH:mm:ss.fff}Z")
        : string.Create(CultureInfo.InvariantCulture, $"{milliseconds} ms since 1970");

    private static Option<string?> Reason()
    {
        var reason = new Option<string?>("--reason") { Description = "Only those that were put aside for this.", HelpName = "REASON" };
        reason.AcceptOnlyFromAmong(Enum.GetNames<DecodeFailure>());
        return reason;
    }
}
