using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ShitOps.Cli.Asking;
using ShitOps.Cli.Input;
using ShitOps.Planning;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Names;
using ShitOps.Synthesis.Tensors;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>ask</c>: answers of the app to questions in words; and <c>ask --parse</c>: what they are understood as, without the app.</summary>
internal sealed class AskCommand(Terminal terminal)
{
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Argument<string?> _question = new("QUESTION") { Description = "The question. [default: each line of standard input]", Arity = ArgumentArity.ZeroOrOne };

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(3);

    private readonly Option<string?> _query = new("--query") { Description = "Ask a query in its one-line form. With a question, the app learns that this is what it means.", HelpName = "LINE" };

    private readonly Option<int?> _reading = new("--reading") { Description = "Answer the question as the reading with this number, from 1; the app learns that this is what it means.", HelpName = "NUMBER", CustomParser = result => WholeNumber.Of(result) };

    private readonly Option<bool> _parse = new("--parse") { Description = "Say what is understood, without asking the app." };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line: the app's answer, or with --parse question, query, confidence, sure, readings." };

    private readonly Option<Uri> _url = AppOption.Url();

    private readonly Option<string?> _key = AppOption.Key();

    private readonly Option<DateTime?> _now = new("--now")
    {
        Description = "When it is asked, as 2026-05-20 or 2026-05-20T18:30Z. [default: now]",
        HelpName = "DATE",
        CustomParser = result =>
        {
            if (DateTime.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
            result.AddError($"--now: expected a date such as 2026-05-20, found \"{result.Tokens[0].Value}\"");
            return null;
        },
    };

    private readonly Option<string?> _catalogue = FileOption("--catalog", "JSON with the names that questions may use: projects, teams, people, statuses, types, milestones. [default: none]");

    private readonly Option<string?> _model = FileOption("--model", "Another model than the one that comes with the software.");

    public Command Create()
    {
        var command = new ExampleCommand(
            "ask",
            "Ask questions in words. The exit code is 0, whether they can be answered or not; docs/asking.md says what can be asked.",
            "shitops ask \"which team has the most blocked tasks?\"",
            "shitops ask \"open tasks of Amara\" --reading 2",
            "shitops ask \"tickets in the freezer\" --query 'report blocked-tasks'",
            "shitops ask --query 'trend completed by team step 1w'",
            "shitops ask --parse --catalog names.json \"how many tasks did payments finish last week?\"",
            "shitops ask --parse --json --now 2026-05-20 --catalog names.json < questions.txt");
        command.Arguments.Add(_question);
        foreach (var option in (Option[])[_query, _reading, _url, _key, _parse, _json, _now, _catalogue, _model]) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            var parses = result.GetValue(_parse);
            var reads = result.GetResult(_reading) is { Implicit: false };
            if (parses && result.GetValue(_query) is not null) result.AddError("--query is asked as it is; leave --parse away");
            if (reads && parses) result.AddError("--reading is of the app's answer; leave --parse away");
            if (reads && result.GetValue(_query) is not null) result.AddError("--reading and --query both say what the question means; leave one away");
            if (reads && result.GetValue(_question) is null) result.AddError("--reading goes with a QUESTION");
            foreach (var option in (Option[])[_now, _catalogue, _model])
                if (!parses && result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} goes with --parse: the app has its own");
        });
        command.SetAction((arguments, stopping) => arguments.GetValue(_parse) ? Task.FromResult(Parse(arguments)) : AskAsync(arguments, stopping));
        return command;
    }

    private async Task<int> AskAsync(ParseResult arguments, CancellationToken stopping)
    {
        var url = arguments.GetRequiredValue(_url);

        // A proxy would look for the app on its own machine.
        using var handler = new SocketsHttpHandler { UseProxy = !url.IsLoopback };
        using var http = new HttpClient(handler) { Timeout = AnswerTimeout };
        var endpoint = new AskEndpoint(http, url, arguments.GetValue(_key));
        var (question, query) = (arguments.GetValue(_question), arguments.GetValue(_query));
        try
        {
            if (question is not null && arguments.GetValue(_reading) is { } reading) query = ReadingOf(await endpoint.AskAsync("question", question, stopping), reading);
            foreach (var asked in query is not null ? [query] : question is not null ? [question] : Lines())
            {
                var answer = await endpoint.AskAsync(query is null ? "question" : "query", asked, stopping);
                if (arguments.GetValue(_json)) terminal.Output.WriteLine(answer.GetRawText());
                else foreach (var line in AnswerText.Lines(answer)) terminal.Output.WriteLine(line);
            }

            // An answer is worth as much if the app does not learn from it.
            if (question is not null && query is not null) terminal.Report(await NoteAsync(endpoint, question, query, stopping));
            return ExitCode.Success;
        }
        catch (AskException fault)
        {
            terminal.Report(fault.Message);
            return ExitCode.Failure;
        }
    }

    private static string ReadingOf(JsonElement answer, int number)
    {
        var readings = answer.GetProperty("readings").EnumerateArray().Select(reading => reading.GetProperty("query").GetString()!).ToList();
        if (readings.Count == 0) throw new AskException(Printable.Line(answer.GetProperty("refusal").GetString() ?? "The question has no reading."));
        return number >= 1 && number <= readings.Count ? readings[number - 1] : throw new AskException($"The question has {readings.Count} readings; expected --reading 1 to {readings.Count}: {Printable.Line(string.Join("; ", readings))}");
    }

    private static async Task<string> NoteAsync(AskEndpoint endpoint, string question, string query, CancellationToken stopping)
    {
        try
        {
            await endpoint.CorrectAsync(question, query, stopping);
            return "Noted that this is what the question means.";
        }
        catch (AskException fault)
        {
            return $"Not noted as what the question means: {fault.Message}";
        }
    }

    private static Option<string?> FileOption(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "FILE" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var path }] && InputPath.FaultOf(path) is { } fault) result.AddError(fault);
        });
        return option;
    }

    private int Parse(ParseResult arguments)
    {
        try
        {
            var names = new NameIndex(arguments.GetValue(_catalogue) is { } file ? NameCatalogue.Parse(File.ReadAllBytes(file)) : new NameCatalogue([]));
            var synthesizer = new Synthesizer(arguments.GetValue(_model) is { } model ? QuestionModel.Read(File.ReadAllBytes(model)) : QuestionModel.Shipped());
            var now = arguments.GetValue(_now) ?? terminal.Clock.GetUtcNow().UtcDateTime;
            foreach (var question in arguments.GetValue(_question) is { } one ? [one] : Lines())
            {
                var understood = synthesizer.Understand(question, now, names);
                terminal.Output.WriteLine(arguments.GetValue(_json) ? Json(understood) : Text(understood, now));
            }

            return ExitCode.Success;
        }
        catch (Exception fault) when (fault is CatalogueFormatException or ModelFormatException or IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine(fault.Message);
            return ExitCode.Usage;
        }
    }

    private IEnumerable<string> Lines()
    {
        while (terminal.Input.ReadLine() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line)) yield return line;
        }
    }

    private static string Json(Understanding understood)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, OneLine))
        {
            json.WriteStartObject();
            json.WriteString("question", understood.Question);
            if (understood.Query is { } query) json.WriteString("query", query.ToString());
            else json.WriteNull("query");
            json.WriteNumber("confidence", understood.WrittenConfidence);
            json.WriteBoolean("sure", understood.IsSure);
            json.WriteStartArray("readings");
            foreach (var reading in understood.Readings) json.WriteStringValue(reading.Query.ToString());
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static IEnumerable<string> PromQL(Query query, DateTime now)
    {
        try
        {
            return PromQLRequest.Of(query, now, DateTime.UnixEpoch).Take(2).Select(request => $"  PromQL at {new TimeBound(request.Time)}: {request.Expression}");
        }
        catch (QuerySpanException fault)
        {
            return [$"  no PromQL: {fault.Message}"];
        }
    }

    private static string Text(Understanding understood, DateTime now)
    {
        var lines = new List<string> { understood.Question };
        if (understood.Refusal is { } refusal) lines.Add($"  {refusal}");
        if (understood.Query is { } query)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"  {query}   ({(understood.IsSure ? "sure" : "not sure")}, {Math.Floor(100 * (decimal)understood.WrittenConfidence)} %)"));
            lines.AddRange(PromQL(query, now));
            foreach (var request in RowsRequest.Of(query, now).Take(2)) lines.Add($"  rows: {request.Path}");
        }

        if (!understood.IsSure)
        {
            lines.AddRange(understood.Readings.Where(reading => !Equals(reading.Query, understood.Query)).Select(reading => $"  or {reading.Query}"));
        }

        return string.Join(Environment.NewLine, lines);
    }
}
