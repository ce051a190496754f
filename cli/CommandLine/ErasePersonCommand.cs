using System.CommandLine;
using ShitOps.People;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>erase-person</c>: takes away the one link between a person id and a name.</summary>
internal static class ErasePersonCommand
{
    public static Command Create(StorageCommand storage)
    {
        var person = new Argument<string>("PERSON") { Description = "The name, letter by letter as events state it, or the person id." };
        var yes = new Option<bool>("--yes") { Description = "Do it. Without this nothing is erased." };
        var command = new ExampleCommand(
            "erase-person",
            "Erase a person: their name goes, and no later event brings it back; what was counted stays under the person id. It cannot be undone. docs/governance.md says what else may hold names.",
            "shitops erase-person \"Amara Okafor\" --yes",
            "shitops erase-person q1nV0c4T6mE2bA8xY5sK7w --yes");
        command.Arguments.Add(person);
        command.Options.Add(yes);
        storage.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(yes)) result.AddError("Erasing a person cannot be undone. Add --yes to do it.");
        });
        command.SetAction((arguments, stopping) => storage.RunAsync(
            arguments,
            async (account, _, _) =>
            {
                var nameOrId = arguments.GetRequiredValue(person);
                if (await new PersonErasure(account, TimeProvider.System).EraseAsync(nameOrId, stopping) is not { } erased)
                    throw new InvalidDataException($"Nobody has the name or person id \"{nameOrId}\". Letter case counts, and who was erased before has no name any more.");
                storage.Output.WriteLine($"{erased.PersonId} has had no name since {erased.Erased:yyyy-MM-dd HH:mm:ss}Z. Answers that were made before may show it for {PersonNames.Fresh.TotalSeconds:N0} more seconds.");
                return ExitCode.Success;
            },
            "Run it again to be sure.",
            stopping));
        return command;
    }
}
