namespace ShitOps.Synthesis.Training;

/// <summary>How many of some questions were understood.</summary>
/// <param name="Name">Which questions.</param>
/// <param name="Questions">How many.</param>
/// <param name="Right">For how many the whole query was right.</param>
/// <param name="Sure">For how many it was sure.</param>
/// <param name="SureAndRight">For how many it was sure, and right.</param>
public sealed record UnderstandingScore(string Name, int Questions, int Right, int Sure, int SureAndRight);

/// <summary>A trained network and how well it reads questions.</summary>
/// <param name="Model">The network, trained on all questions that can be drawn.</param>
/// <param name="Scores">
/// Scores of another one, trained alike but without some frames and words, on questions with these, and on others with names never seen.
/// </param>
public sealed record SynthesizerTrainingResult(QuestionModel Model, IReadOnlyList<UnderstandingScore> Scores);

/// <summary>Trains a network, with a confidence that is fitted on questions that were not learnt from.</summary>
public static class SynthesizerTraining
{
    /// <summary>
    /// First a network is trained without some frames and words; on questions with these the confidence is fitted, and on as many others the
    /// scores are taken. Then the network that counts is trained on everything. The same options give the same result.
    /// </summary>
    /// <param name="shape">How large.</param>
    /// <param name="options">How each of the two is trained.</param>
    /// <param name="progress">What is told now and then: what is done, and how far it is, 0 to 1.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static SynthesizerTrainingResult Run(ModelShape shape, TrainingOptions options, Action<string, double>? progress, CancellationToken cancellation)
    {
        var taught = QuestionTrainer.Train(shape, options, QuestionSet.Taught, one => progress?.Invoke($"learning what confidence is worth, loss {one.Loss:F2}", 0.5 * one.Step / one.Steps), cancellation);
        var examples = new List<(ReadingSigns, bool)>();
        foreach (var set in (QuestionSet[])[QuestionSet.Taught, QuestionSet.HeldOutFrames, QuestionSet.HeldOutWords])
        {
            cancellation.ThrowIfCancellationRequested();
            examples.AddRange(Written(set, options.Seed + 1, options.Scored).Select(question => (SignsOf(taught, question, out var isRight), isRight)));
        }

        taught.Confidence = Confidence.Fit(examples);
        var scores = new List<UnderstandingScore>();
        foreach (var (set, name) in ((QuestionSet, string)[])[(QuestionSet.Taught, "unseen names"), (QuestionSet.HeldOutFrames, "held-out templates"), (QuestionSet.HeldOutWords, "held-out synonyms")])
        {
            cancellation.ThrowIfCancellationRequested();
            scores.Add(Score(name, taught, Written(set, options.Seed + 2, options.Scored)));
        }

        var model = QuestionTrainer.Train(shape, options, QuestionSet.All, one => progress?.Invoke($"learning questions, loss {one.Loss:F2}", 0.5 + (0.5 * one.Step / one.Steps)), cancellation);
        model.Confidence = taught.Confidence;
        return new SynthesizerTrainingResult(model, scores);
    }

    internal static IEnumerable<WrittenQuestion> Written(QuestionSet set, int seed, int questions)
    {
        var random = new Random(seed);
        var generator = new QuestionGenerator(random) { Set = set };
        for (var count = 0; count < questions;)
        {
            if (WrittenQuestion.Of(generator.Draw(), random) is not { } question) continue;
            count++;
            yield return question;
        }
    }

    private static ReadingSigns SignsOf(QuestionModel model, WrittenQuestion question, out bool isRight)
    {
        var prepared = PreparedQuestion.Of(question.Text, WrittenQuestion.Now, question.Names);
        var understood = new Synthesizer(model).Understand(question.Text, prepared, WrittenQuestion.Now, out var signs);
        isRight = Equals(understood.Query, question.Query);
        return signs;
    }

    private static UnderstandingScore Score(string name, QuestionModel model, IEnumerable<WrittenQuestion> questions)
    {
        var synthesizer = new Synthesizer(model);
        var (count, right, sure, sureAndRight) = (0, 0, 0, 0);
        foreach (var question in questions)
        {
            var understood = synthesizer.Understand(question.Text, WrittenQuestion.Now, question.Names);
            var isRight = Equals(understood.Query, question.Query);
            count++;
            if (isRight) right++;
            if (understood.IsSure) sure++;
            if (understood.IsSure && isRight) sureAndRight++;
        }

        return new UnderstandingScore(name, count, right, sure, sureAndRight);
    }
}
