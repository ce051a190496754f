using System.Diagnostics;
using System.Globalization;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Names;
using ShitOps.Synthesis.Training;

namespace ShitOps.Bench;

/// <summary>How well, and how fast, questions in words are understood.</summary>
internal static class AskBench
{
    private const int Rounds = 40;

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--train</c>: trains as <c>shitops train</c> does, for the scores of what was never taught; minutes.</param>
    /// <returns>0; 2 if the arguments are not understood.</returns>
    public static int Run(string[] args)
    {
        if (args is not ([] or ["--train"]))
        {
            Console.Error.WriteLine("Usage: ask [--train]");
            return 2;
        }

        var written = HandWritten.Read();
        var names = HandWritten.Names();
        var start = Stopwatch.GetTimestamp();
        var model = QuestionModel.Shipped();
        var synthesizer = new Synthesizer(model);
        synthesizer.Understand(written[0].Question, HandWritten.Now, names);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"load_and_first_question_ms: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"model_bytes: {model.Write().Length}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"model_numbers: {model.Size}"));

        var score = Score("hand-written", synthesizer, names, written);
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var question in written)
            {
                start = Stopwatch.GetTimestamp();
                synthesizer.Understand(question.Question, HandWritten.Now, names);
                if (round >= Rounds / 4) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"question_p50_ms: {times[times.Count / 2]:F2}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"question_p99_ms: {times[times.Count * 99 / 100]:F2}"));
        Print(score);
        if (args is []) return 0;

        start = Stopwatch.GetTimestamp();
        var trained = SynthesizerTraining.Run(new ModelShape(), new TrainingOptions(), progress: null, CancellationToken.None);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"training_s: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0}"));
        Console.WriteLine($"training_gives_the_shipped_model: {(trained.Model.Write().AsSpan().SequenceEqual(model.Write()) ? "yes" : "no")}");
        foreach (var one in trained.Scores) Print(one);
        return 0;
    }

    private static UnderstandingScore Score(string name, Synthesizer synthesizer, NameIndex names, IReadOnlyList<HandWritten> questions)
    {
        var understood = questions.Select(question => (Answer: synthesizer.Understand(question.Question, HandWritten.Now, names), question.Query)).ToList();
        var right = understood.Where(one => one.Answer.Query?.ToString() == one.Query).ToList();
        return new UnderstandingScore(name, questions.Count, right.Count, understood.Count(one => one.Answer.IsSure), right.Count(one => one.Answer.IsSure));
    }

    private static void Print(UnderstandingScore score)
    {
        var name = score.Name.Replace(' ', '_').Replace('-', '_');
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}_right_percent: {100.0 * score.Right / score.Questions:F1}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}_sure_percent: {100.0 * score.Sure / score.Questions:F1}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}_right_where_sure_percent: {100.0 * score.SureAndRight / Math.Max(score.Sure, 1):F1}"));
    }
}
