using System.CommandLine;
using System.Globalization;
using ShitOps.Cli.Output;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Training;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>train</c>: trains the network that reads questions.</summary>
internal sealed class TrainCommand(Terminal terminal)
{
    private readonly Option<string> _out = new("--out") { Description = "Where the model is written.", HelpName = "FILE", DefaultValueFactory = _ => "questions.safetensors" };

    private readonly Option<int> _seed = Number("--seed", "What is drawn depends on it: the same seed gives the same model.", new TrainingOptions().Seed, 0);

    private readonly Option<int> _steps = Number("--steps", "How many steps of 64 questions each of the two networks learns.", new TrainingOptions().Steps, 1);

    private readonly Option<int> _scored = Number("--scored", "How many questions of each kind are scored.", new TrainingOptions().Scored, 1);

    public Command Create()
    {
        var command = new ExampleCommand(
            "train",
            "Train the network that reads questions, on one core: one network without some phrasings, which tells how well those are understood and what confidence is worth, and then the one that is kept. Takes minutes.",
            "shitops train",
            "shitops train --out shared/Synthesis/questions.safetensors");
        foreach (var option in (Option[])[_out, _seed, _steps, _scored]) command.Options.Add(option);
        command.SetAction((arguments, stopping) => RunAsync(arguments, stopping));
        return command;
    }

    private static Option<int> Number(string name, string description, int otherwise, int least) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => otherwise, CustomParser = result => WholeNumber.Of(result, least) };

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken stopping)
    {
        var file = arguments.GetValue(_out)!;
        var options = new TrainingOptions(Seed: arguments.GetValue(_seed), Steps: arguments.GetValue(_steps), Scored: arguments.GetValue(_scored));
        var (text, share) = ("beginning", 0.0);
        try
        {
            // Whether it can be written is seen before minutes have passed.
            var partial = file + ".part";
            await File.WriteAllBytesAsync(partial, [], stopping);
            var training = Task.Run(() => SynthesizerTraining.Run(new ModelShape(), options, (what, done) => (text, share) = (what, done), stopping), CancellationToken.None);
            await new RunProgress(terminal, () => text, () => share).DuringAsync(training);
            var result = await training;
            await File.WriteAllBytesAsync(partial, result.Model.Write(), CancellationToken.None);
            File.Move(partial, file, overwrite: true);
            terminal.Output.WriteLine("questions            right    sure   right where sure");
            foreach (var score in result.Scores)
            {
                terminal.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{score.Name,-20} {100.0 * score.Right / score.Questions,4:F1} %  {100.0 * score.Sure / score.Questions,4:F1} %  {100.0 * score.SureAndRight / Math.Max(score.Sure, 1),5:F1} %"));
            }

            terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {result.Model.Size:N0} numbers, {new FileInfo(file).Length:N0} bytes, {result.Model.Vocabulary.Count:N0} words"));
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            File.Delete(file + ".part");
            terminal.Report("Interrupted. Nothing was written; the same command begins anew.");
            return ExitCode.Failure;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            terminal.Report(fault.Message);
            return ExitCode.Usage;
        }
    }
}
