using ShitOps.Synthesis;
using ShitOps.Synthesis.Tensors;
using ShitOps.Synthesis.Training;

namespace ShitOps.Tests.Synthesis;

public sealed class QuestionModelTests
{
    private static readonly ModelShape Small = new(Buckets: 64, Width: 16, Layers: 2, Heads: 2, Inner: 24, Reach: 2, Dropout: 0);

    [Fact]
    public void The_same_seed_trains_the_same_model_and_another_seed_another()
    {
        var first = Trained(1);

        Assert.Equal(first, Trained(1));
        Assert.NotEqual(first, Trained(2));

        static byte[] Trained(int seed) => QuestionTrainer.Train(Small, new TrainingOptions(seed, Steps: 3, Batch: 4), null, CancellationToken.None).Write();
    }

    [Fact]
    public void Training_lowers_the_loss_and_tells_its_progress()
    {
        var told = new List<TrainingProgress>();

        QuestionTrainer.Train(new ModelShape(Buckets: 512, Width: 32, Layers: 1, Heads: 2, Inner: 32, Dropout: 0), new TrainingOptions(Steps: 150, Batch: 16, Rate: 5e-3), told.Add, CancellationToken.None);

        Assert.Equal([50, 100, 150], told.Select(progress => progress.Step));
        Assert.True(told[^1].Loss < 0.8 * told[0].Loss);
    }

    [Fact]
    public void Training_that_is_stopped_stops()
    {
        using var stopping = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => QuestionTrainer.Train(Small, new TrainingOptions(Steps: 1_000, Batch: 4), _ => stopping.Cancel(), stopping.Token));
    }

    [Fact]
    public void The_derivatives_of_the_whole_network_are_right()
    {
        var model = new QuestionModel(Small, new Random(3)) { Vocabulary = new HashSet<string>(["open", "tasks"]) };
        List<TrainingQuestion> batch =
        [
            new(["open", "tasks", "of", "[team]"], [MentionRole.Ignored, MentionRole.Ignored, MentionRole.Ignored, MentionRole.Used], [1, 0, 0, 0, 0, 0, 0]),
            new(["zorblax"], [MentionRole.UnknownName], [QuestionChoices.NoMetric, -1, -1, -1, -1, -1, -1]),
        ];
        double Loss(Tape tape)
        {
            var (choices, roles) = model.Read(tape, [.. batch.Select(question => question.Words)]);
            var loss = 0.0;
            for (var i = 0; i < QuestionChoices.All.Count; i++)
            {
                var choice = QuestionChoices.All[i];
                loss += tape.CrossEntropy(choices, choice.First, choice.Count, [.. batch.Select(question => question.Choices[i])], 1, 0);
            }

            return loss + tape.CrossEntropy(roles, 0, QuestionChoices.Roles, [.. batch.SelectMany(question => question.Roles).Select(role => (int)role)], 1, 0);
        }

        var recorded = new Tape(records: true);
        Loss(recorded);
        recorded.Backward();

        var random = new Random(4);
        foreach (var parameter in model.Parameters)
        {
            for (var check = 0; check < 12; check++)
            {
                const float Step = 2e-3f;
                var at = random.Next(parameter.Values.Length);
                var value = parameter.Values[at];
                parameter.Values[at] = value + Step;
                var above = Loss(new Tape(records: false));
                parameter.Values[at] = value - Step;
                var below = Loss(new Tape(records: false));
                parameter.Values[at] = value;
                var expected = (above - below) / (2 * Step);
                Assert.True(Math.Abs(expected - parameter.Gradients[at]) < 0.02 + (0.05 * Math.Abs(expected)), $"{parameter.Name}[{at}]: {expected} and {parameter.Gradients[at]}");
            }
        }
    }

    [Fact]
    public void A_model_is_read_back_with_what_it_knows()
    {
        var model = new QuestionModel(Small, new Random(1))
        {
            Vocabulary = new HashSet<string>(["open", "tasks"]),
            Confidence = Confidence.Fit([(new ReadingSigns(-0.1, -3, 0, 0, 0), true), (new ReadingSigns(-2, -0.2, 1, 1, 0), false)]),
        };

        var read = QuestionModel.Read(model.Write());

        Assert.Equal(model.Vocabulary.Order(), read.Vocabulary.Order());
        Assert.Equal(model.Confidence.Of(new ReadingSigns(-1, -1, 0, 0, 0)), read.Confidence.Of(new ReadingSigns(-1, -1, 0, 0, 0)));
        Assert.Equal(model.Write(), read.Write());
    }

    [Theory]
    [InlineData("shitops.synthesizer.version\":\"1", "shitops.synthesizer.version\":\"2", "The model is of version 2; expected 1. Train it anew with \"shitops train\", or take the release of the software that it belongs to.")]
    [InlineData("shitops.synthesizer.version", "shitops.synthesizer.vision_", "The file is no model of questions; expected shitops.synthesizer.version in its metadata.")]
    [InlineData("\"64 16 2 2 24 2\"", "\"64 16 2 3 24 2\"", "The model's shape is \"64 16 2 3 24 2\"; expected six numbers that fit together.")]
    [InlineData("\"64 16 2 2 24 2\"", "\"65 16 2 2 24 2\"", "The model has no words of 65 × 16; expected one, as its shape says.")]
    [InlineData("\"layer.1.outer\"", "\"layer.1.under\"", "The model has no layer.1.outer of 24 × 16; expected one, as its shape says.")]
    public void A_model_that_is_damaged_or_newer_is_refused(string found, string changed, string message)
    {
        var file = new QuestionModel(Small, new Random(1)) { Vocabulary = new HashSet<string>() }.Write();
        var text = System.Text.Encoding.Latin1.GetString(file);
        Assert.Contains(found, text);

        var refused = Assert.Throws<ModelFormatException>(() => QuestionModel.Read(System.Text.Encoding.Latin1.GetBytes(text.Replace(found, changed, StringComparison.Ordinal))));

        Assert.Equal(message, refused.Message);
    }

    [Fact]
    public void The_model_that_is_shipped_is_small()
    {
        var model = QuestionModel.Shipped();

        Assert.InRange(model.Write().Length, 1, 3_000_000);
        Assert.NotEmpty(model.Vocabulary);
    }

    [Fact]
    public void Confidence_follows_how_often_readings_were_right()
    {
        var random = new Random(2);
        var examples = Enumerable.Range(0, 4_000).Select(_ =>
        {
            var probability = 0.3 + (0.7 * random.NextDouble());
            return (new ReadingSigns(Math.Log(probability), Math.Log(Math.Max(1 - probability, 1e-6)), 0, 0, 0), random.NextDouble() < probability);
        }).ToList();

        var confidence = Confidence.Fit(examples);

        foreach (var probability in new[] { 0.4, 0.6, 0.8, 0.95 })
        {
            Assert.Equal(probability, confidence.Of(new ReadingSigns(Math.Log(probability), Math.Log(1 - probability), 0, 0, 0)), 0.08);
        }
    }

    [Fact]
    public void Questions_that_are_drawn_are_mostly_ones_that_have_an_answer()
    {
        var random = new Random(1);
        var generator = new QuestionGenerator(random);
        var (whole, valid) = (0, 0);
        for (var i = 0; i < 2_000; i++)
        {
            whole++;
            if (WrittenQuestion.Of(generator.Draw(), random) is not null) valid++;
        }

        Assert.True(valid > 0.9 * whole, $"{valid} of {whole}");
    }
}
