using System.Text.Json;
using ShitOps.Planning;
using ShitOps.Synthesis;

namespace ShitOps.Tests.Synthesis;

/// <summary>
/// The gate that every model has to pass: questions that somebody wrote from docs/asking.md alone. Nothing is trained on them, and which are
/// misread is not told, only how many.
/// </summary>
public sealed class HandWrittenTests
{
    [Fact]
    public void Questions_of_a_stranger_are_understood_and_where_it_is_sure_they_are_right()
    {
        var synthesizer = new Synthesizer(QuestionModel.Shipped());
        var (count, right, sure, sureAndRight) = (0, 0, 0, 0);
        foreach (var line in File.ReadLines(RepositoryRoot.File("shared", "Synthesis", "Gate", "questions.jsonl")).Where(line => line.Length > 0))
        {
            var question = JsonDocument.Parse(line).RootElement;
            var expected = question.GetProperty("query").GetString();
            if (expected is not null) expected = QueryText.Parse(expected).ToString();
            var understood = synthesizer.Understand(question.GetProperty("question").GetString()!, SomeNames.Now, SomeNames.Index);
            var isRight = understood.Query?.ToString() == expected;
            count++;
            if (isRight) right++;
            if (understood.IsSure) sure++;
            if (understood.IsSure && isRight) sureAndRight++;
        }

        Assert.True(count >= 150, $"{count} questions");
        Assert.True(right >= 0.85 * count, $"{right} of {count} right");
        Assert.True(sure >= 0.7 * count, $"sure of {sure} of {count}");
        Assert.True(sureAndRight >= 0.97 * sure, $"{sureAndRight} of {sure} right where sure");
    }
}
