using System.CommandLine;
using System.Text.Json;
using ShitOps.Cli.Import;
using ShitOps.Cli.Import.GitHub;
using ShitOps.Cli.Import.Jira;
using ShitOps.Cli.Input;
using ShitOps.Cli.Output;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>import jira|github|allocations</c>: what trackers and plans hold, as events.</summary>
internal static class ImportCommand
{
    private delegate ImportedTask ImportRecord(JsonElement record, StatusMapping mapping, string? source);

    public static Command Create(EventCommand events)
    {
        var command = new ExampleCommand(
            "import",
            "Turn what trackers and plans hold into events. The same input gives the same events with the same ids.",
            "shitops import jira issues.jsonl.gz",
            "shitops import github --mapping statuses.json repository.jsonl",
            "shitops import allocations plan.csv");
        command.Subcommands.Add(Tracker(
            events,
            "jira",
            "Issues as Jira's REST API writes them, one JSON object a line, best with expand=changelog. Project: the project key; task: the issue key.",
            "a Jira issue: is this \"import github\"?",
            JiraImport.Import,
            file => file.Jira,
            "shitops import jira issues.jsonl.gz",
            "shitops import jira --dry-run issues.jsonl | less",
            "shitops import jira --mapping statuses.json --source https://jira.example.com export/*.jsonl"));
        command.Subcommands.Add(Tracker(
            events,
            "github",
            "Issues and pull requests with their timelines, one a line: {\"repository\":…,\"issue\":{…},\"events\":[…]}. Project: the repository; task: # and the number.",
            "a GitHub issue: is this \"import jira\"?",
            GitHubImport.Import,
            file => file.GitHub,
            "shitops import github repository.jsonl.gz",
            "shitops import github --dry-run repository.jsonl | grep status-changed"));
        command.Subcommands.Add(Allocations(events));
        return command;
    }

    private static ExampleCommand Tracker(
        EventCommand events, string name, string description, string otherwise, ImportRecord import, Func<StatusMappingFile, StatusMapping> part, params string[] examples)
    {
        var files = FilesArgument.Create("JSON lines (.jsonl, .jsonl.gz); - is standard input.");
        var mapping = MappingOption();
        var source = SourceOption("the tracker's address where the records have it");
        var command = new ExampleCommand(name, description, examples);
        command.Arguments.Add(files);
        command.Options.Add(mapping);
        command.Options.Add(source);
        events.AddTo(command);
        command.SetAction((arguments, stopping) =>
        {
            var inputs = arguments.GetRequiredValue(files).Select(path => new JsonLinesFile(path)).ToArray();
            var statuses = part(arguments.GetValue(mapping) ?? StatusMappingFile.None);
            var projects = new ImportedProjects();
            return events.RunAsync(
                arguments,
                inputs,
                run => SendAsync(inputs, record => import(record, statuses, arguments.GetValue(source)), otherwise, projects, run, stopping),
                (summary, run) => RunSummary.Write(summary, projects, run),
                stopping);
        });
        return command;
    }

    /// <summary>Sends the events of every record that <paramref name="import"/> can read, and in the end those of the projects.</summary>
    /// <param name="files">The records.</param>
    /// <param name="import">Reads one.</param>
    /// <param name="otherwise">What a file was taken for, and what it may be, if it holds records and each is a bad one.</param>
    /// <param name="projects">Takes the tasks.</param>
    /// <param name="run">Takes the events.</param>
    /// <param name="stopping">Ctrl-C.</param>
    public static async Task SendAsync(
        IEnumerable<JsonLinesFile> files, Func<JsonElement, ImportedTask> import, string otherwise, ImportedProjects projects, EventRun run, CancellationToken stopping)
    {
        foreach (var file in files)
        {
            var (read, bad) = (0L, 0L);
            await file.ForEachLineAsync(
                run,
                async (place, json) =>
                {
                    if (Read(place, json, ref bad) is not { } task) return;
                    read++;
                    projects.Add(task);
                    foreach (var one in task.Events) await run.SendAsync(place, one);
                },
                stopping);
            if (read == 0 && bad > 0) run.Note($"none of {file.Name} is {otherwise}");
        }

        // Only after all tasks is the earliest of each project known.
        foreach (var created in projects.CreatedEvents()) await run.SendAsync(new Place(created.Project), created);

        ImportedTask? Read(Place place, byte[] line, ref long bad)
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                return import(json.RootElement);
            }
            catch (JsonException exception)
            {
                run.Reject(place, $"byte {exception.BytePositionInLine + 1}: not JSON");
            }
            catch (BadRecordException exception)
            {
                bad++;
                run.Reject(place, exception.Message);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // One odd record must not end the import: the JSON reader, say, throws at a property whose name holds half a surrogate pair.
                run.Reject(place, $"cannot be read: {exception.Message}");
            }

            return null;
        }
    }

    private static ExampleCommand Allocations(EventCommand events)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "CSV with the columns allocation, project, resource, hoursPerWeek, from, to, role." };
        file.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (InputPath.FaultOf(token.Value) is { } fault) result.AddError(fault);
        });
        var source = SourceOption("/import/allocations");
        var asOf = AsOfOption();
        var command = new ExampleCommand(
            "allocations",
            "A resource plan: who works on which project, from when to when, for how many hours a week. Give --as-of when the plan corrects one that was imported before.",
            "shitops import allocations plan.csv",
            "shitops import allocations --as-of 2026-03-01T09:00:00Z plan-corrected.csv");
        command.Arguments.Add(file);
        command.Options.Add(source);
        command.Options.Add(asOf);
        events.AddTo(command);
        command.SetAction((arguments, stopping) =>
        {
            var plan = arguments.GetRequiredValue(file);
            return events.RunAsync(arguments, [], SendPlanAsync, summarise: null, stopping);

            async Task SendPlanAsync(EventRun run)
            {
                try
                {
                    using var text = plan.OpenText();
                    var isEmpty = true;
                    foreach (var row in ResourceAllocations.Read(text, arguments.GetValue(source) ?? "/import/allocations", arguments.GetValue(asOf)))
                    {
                        stopping.ThrowIfCancellationRequested();
                        isEmpty = false;
                        var place = new Place($"{plan}", $"{row.Line}:{row.Column}");
                        if (row.Event is { } allocated) await run.SendAsync(place, allocated);
                        else run.Reject(place, row.Error!);
                    }

                    if (isEmpty) run.Note($"{plan}: holds nothing");
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    run.Reject(new Place($"{plan}"), $"cannot be read: {exception.Message}");
                }
            }
        });
        return command;
    }

    private static Option<StatusMappingFile?> MappingOption() => new("--mapping")
    {
        Description = "JSON file that says what the tracker's statuses and resolutions mean.",
        HelpName = "FILE",
        CustomParser = result =>
        {
            var path = result.Tokens[0].Value;
            if (InputPath.FaultOf(path) is { } missing)
            {
                result.AddError($"--mapping: {missing}");
                return null;
            }

            try
            {
                return StatusMappingFile.Parse(File.ReadAllBytes(path));
            }
            catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
            {
                result.AddError(exception is FormatException ? $"{path}: {exception.Message}" : exception.Message);
                return null;
            }
        },
    };

    private static Option<string?> SourceOption(string otherwise)
    {
        var source = new Option<string?>("--source") { Description = $"The CloudEvents source of the events. [default: {otherwise}]", HelpName = "URI" };
        source.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is not { Length: > 0 and <= 1024 } uri || !Uri.IsWellFormedUriString(uri, UriKind.RelativeOrAbsolute))
                result.AddError("--source: expected a URI such as https://jira.example.com");
        });
        return source;
    }

    private static Option<DateTimeOffset?> AsOfOption() => new("--as-of")
    {
        Description = "When the plan was stated. [default: each row's first day]",
        HelpName = "TIMESTAMP",
        CustomParser = result =>
        {
            if (TrackerTime.TryParse(result.Tokens[0].Value, out var time)) return time;
            result.AddError($"--as-of: expected a timestamp such as 2026-01-31T12:00:00Z, found \"{result.Tokens[0].Value}\"");
            return null;
        },
    };
}
