using ShitOps.Synthesis.Tensors;

namespace ShitOps.Synthesis.Training;

/// <summary>How far a training run is.</summary>
/// <param name="Step">Steps that are done.</param>
/// <param name="Steps">Steps that there are.</param>
/// <param name="Loss">The mean loss of a question over the last steps.</param>
public readonly record struct TrainingProgress(int Step, int Steps, double Loss);

/// <summary>How a network is trained. The same options give the same network.</summary>
/// <param name="Seed">What questions and first weights are drawn from.</param>
/// <param name="Steps">How many steps.</param>
/// <param name="Batch">How many questions a step learns from.</param>
/// <param name="Scored">How many questions of each kind are scored, and on how many more of each the confidence is fitted.</param>
/// <param name="Rate">The greatest rate of learning; it rises over the first twentieth, and falls to nothing as a cosine.</param>
public sealed record TrainingOptions(int Seed = 1, int Steps = 3_200, int Batch = 64, int Scored = 1_000, double Rate = 2e-3);

/// <summary>Trains networks on questions that are drawn.</summary>
public static class QuestionTrainer
{
    private const float Smoothing = 0.02f;
    private const int ReportEvery = 50;

    /// <summary>Trains a network on all questions that can be drawn.</summary>
    /// <param name="shape">How large.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">What is told now and then.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static QuestionModel Train(ModelShape shape, TrainingOptions options, Action<TrainingProgress>? progress, CancellationToken cancellation) =>
        Train(shape, options, QuestionSet.All, progress, cancellation);

    internal static QuestionModel Train(ModelShape shape, TrainingOptions options, QuestionSet set, Action<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var random = new Random(options.Seed);
        var model = new QuestionModel(shape, random) { Vocabulary = Vocabulary(set, random.Next(), Math.Clamp(options.Steps * options.Batch / 4, 500, 20_000)) };
        var generator = new QuestionGenerator(new Random(random.Next())) { Set = set };
        var learner = new AdamW(model.Parameters);
        var tape = new Tape(records: true);
        var (sum, count) = (0.0, 0);
        for (var step = 0; step < options.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = new List<TrainingQuestion>(options.Batch);
            while (batch.Count < options.Batch) batch.Add(generator.Draw());
            sum += Learn(model, learner, tape, batch, Rate(options, step), random);
            count++;
            if ((step + 1) % ReportEvery == 0 || step + 1 == options.Steps)
            {
                progress?.Invoke(new TrainingProgress(step + 1, options.Steps, sum / count));
                (sum, count) = (0, 0);
            }
        }

        return model;
    }

    /// <summary>The words that questions are made of, without slips of the hand and without words made up for names.</summary>
    private static HashSet<string> Vocabulary(QuestionSet set, int seed, int questions)
    {
        var generator = new QuestionGenerator(new Random(seed)) { Set = set, HasSlips = false };
        return Enumerable.Range(0, questions).Select(_ => generator.Draw())
            .SelectMany(question => question.Words.Where((word, i) => word[0] != '[' && question.Roles[i] != MentionRole.UnknownName))
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>One step; returns the mean loss of a question.</summary>
    internal static double Learn(QuestionModel model, AdamW learner, Tape tape, List<TrainingQuestion> batch, double rate, Random? random)
    {
        tape.Clear();
        var (choices, roles) = model.Read(tape, [.. batch.Select(question => question.Words)], random);
        var loss = 0.0;
        var weight = 1f / batch.Count;
        for (var i = 0; i < QuestionChoices.All.Count; i++)
        {
            var choice = QuestionChoices.All[i];
            var targets = batch.Select(question => question.Choices[i]).ToArray();
            loss += tape.CrossEntropy(choices, choice.First, choice.Count, targets, weight, Smoothing);
        }

        loss += tape.CrossEntropy(roles, 0, QuestionChoices.Roles, [.. batch.SelectMany(question => question.Roles.Select(role => (int)role))], weight, Smoothing);
        tape.Backward();
        learner.Step(rate);
        return loss;
    }

    private static double Rate(TrainingOptions options, int step)
    {
        var warm = Math.Max(1, options.Steps / 20);
        return step < warm
            ? options.Rate * (step + 1) / warm
            : options.Rate * 0.5 * (1 + Math.Cos(Math.PI * (step - warm) / Math.Max(1, options.Steps - warm)));
    }
}
