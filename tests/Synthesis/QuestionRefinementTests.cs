using ShitOps.Planning;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Training;

namespace ShitOps.Tests.Synthesis;

public sealed class QuestionRefinementTests
{
    private static readonly ModelShape Small = new(Buckets: 128, Width: 16, Layers: 1, Heads: 2, Inner: 24, Reach: 2, Dropout: 0);

    [Fact]
    public void A_whole_training_with_its_confidence_and_scores_is_the_same_from_the_same_seed()
    {
        var (first, second) = (Run(1), Run(1));

        Assert.Equal(first.Model.Write(), second.Model.Write());
        Assert.Equal(first.Scores, second.Scores);
        Assert.NotEqual(first.Model.Write(), Run(2).Model.Write());

        static SynthesizerTrainingResult Run(int seed) => SynthesizerTraining.Run(Small, new TrainingOptions(seed, Steps: 4, Batch: 4, Scored: 8), progress: null, CancellationToken.None);
    }

    [Fact]
    public void Corrections_are_learnt_by_a_copy_and_the_same_way_each_time()
    {
        var model = QuestionTrainer.Train(Small, new TrainingOptions(Steps: 30, Batch: 16, Rate: 5e-3), null, CancellationToken.None);
        var before = model.Write();
        List<CorrectedQuestion> corrections = [Corrected("freezer contents", "report blocked-tasks"), Corrected("what lies in the freezer of payments", "report blocked-tasks list where team = \"payments\"")];
        var options = new RefinementOptions(Steps: 60, Batch: 8, Rate: 1e-2);

        var refined = QuestionRefinement.Refine(model, corrections, options, CancellationToken.None);

        Assert.Equal(before, model.Write());
        Assert.True(QuestionRefinement.Right(model, corrections) < corrections.Count);
        Assert.Equal(corrections.Count, QuestionRefinement.Right(refined, corrections));
        Assert.Equal(refined.Write(), QuestionRefinement.Refine(model, corrections, options, CancellationToken.None).Write());
        Assert.Contains("freezer", refined.Vocabulary);
    }

    [Fact]
    public void What_examples_of_the_documentation_mean_can_be_said_in_choices()
    {
        var examples = File.ReadAllLines(RepositoryRoot.File("docs", "asking.md")).SkipWhile(line => line != "## Examples").Skip(4).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|')).Select(cells => (Question: cells[0].Trim(), Query: cells[1].Trim().Trim('`'))).ToList();

        Assert.True(examples.Count > 20);
        Assert.All(examples, example => Assert.True(CorrectedQuestion.Of(example.Question, QueryText.Parse(example.Query), SomeNames.Now, SomeNames.Index) is not null, example.Question));
    }

    [Theory]
    [InlineData("open tasks", "report open-tasks where team = \"payments\"")]
    [InlineData("open tasks of payments", "report open-tasks where team = \"search\"")]
    [InlineData("completed last week", "report completed from 2026-01-01 to 2026-01-31")]
    [InlineData("top teams by open tasks", "rank open-tasks by team order desc limit 7")]
    [InlineData("", "report tasks")]
    public void What_the_question_does_not_say_is_no_correction(string question, string query) =>
        Assert.Null(CorrectedQuestion.Of(question, QueryText.Parse(query), SomeNames.Now, SomeNames.Index));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"Words\":[\"open\"],\"Roles\":[9],\"Choices\":[0,0,0,0,0,0,0]}")]
    [InlineData("{\"Words\":[\"open\"],\"Roles\":[0],\"Choices\":[99,0,0,0,0,0,0]}")]
    [InlineData("{\"Words\":[\"open\",null],\"Roles\":[0,0],\"Choices\":[0,0,0,0,0,0,0]}")]
    public void What_another_version_has_stored_is_none(string json) => Assert.Null(CorrectedQuestion.Parse(json));

    private static CorrectedQuestion Corrected(string question, string query) => CorrectedQuestion.Of(question, QueryText.Parse(query), SomeNames.Now, SomeNames.Index)!;
}
