using ShitOps.Synthesis.Tensors;

namespace ShitOps.Synthesis.Training;

/// <summary>How a network is taught corrections. The same options, network and corrections give the same network.</summary>
/// <param name="Seed">What is drawn depends on it.</param>
/// <param name="Steps">How many steps.</param>
/// <param name="Batch">How many questions a step learns from: half of them corrections, half drawn as at first.</param>
/// <param name="Rate">The greatest rate of learning; it rises over the first tenth, and falls to nothing as a cosine.</param>
public sealed record RefinementOptions(int Seed = 1, int Steps = 300, int Batch = 64, double Rate = 4e-4);

/// <summary>Teaches a network corrections, with a replay of what it learnt at first, so that it does not forget that.</summary>
public static class QuestionRefinement
{
    /// <summary>A network that has learnt the corrections too; the one that is given stays as it is. What confidence is worth is taken over from it.</summary>
    /// <param name="model">The network.</param>
    /// <param name="corrections">The corrections; at least one.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static QuestionModel Refine(QuestionModel model, IReadOnlyList<CorrectedQuestion> corrections, RefinementOptions options, CancellationToken cancellation)
    {
        var random = new Random(options.Seed);
        var refined = model.WithWords(corrections.SelectMany(correction => correction.Question.Words).Where(word => word[0] != '['));
        var generator = new QuestionGenerator(new Random(random.Next()));
        var learner = new AdamW(refined.Parameters);
        var tape = new Tape(records: true);
        for (var step = 0; step < options.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = new List<TrainingQuestion>(options.Batch);
            while (batch.Count < options.Batch / 2) batch.Add(corrections[random.Next(corrections.Count)].Question);
            while (batch.Count < options.Batch) batch.Add(generator.Draw());
            var warm = Math.Max(1, options.Steps / 10);
            var rate = step < warm ? options.Rate * (step + 1) / warm : options.Rate * 0.5 * (1 + Math.Cos(Math.PI * (step - warm) / Math.Max(1, options.Steps - warm)));
            QuestionTrainer.Learn(refined, learner, tape, batch, rate, random);
        }

        return refined;
    }

    /// <summary>How many of the corrections a network reads as they say.</summary>
    public static int Right(QuestionModel model, IReadOnlyList<CorrectedQuestion> corrections)
    {
        var right = 0;
        foreach (var correction in corrections)
        {
            var (choices, roles) = model.Read(new Tape(records: false), [correction.Question.Words]);
            var isRight = QuestionChoices.All.Select((choice, i) => (choice, i)).All(one => correction.Question.Choices[one.i] < 0 || Greatest(choices.Row(0).Slice(one.choice.First, one.choice.Count)) == correction.Question.Choices[one.i])
                && Enumerable.Range(0, correction.Question.Words.Length).Where(i => correction.Question.Words[i][0] == '[').All(i => Greatest(roles.Row(i)) == (int)correction.Question.Roles[i]);
            if (isRight) right++;
        }

        return right;
    }

    private static int Greatest(ReadOnlySpan<float> values)
    {
        var at = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i] > values[at]) at = i;
        return at;
    }
}
