using System.Text.Json;
using ShitOps.Planning;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Names;

namespace ShitOps.Tests.Synthesis;

/// <summary>Questions that somebody wrote from docs/asking.md alone. Nothing is trained on them, and which are misread is not told, only how many.</summary>
public sealed class HandWrittenTests
{
    /// <summary>The gate that every model has to pass.</summary>
    [Fact]
    public void Questions_of_a_stranger_are_understood_and_where_it_is_sure_they_are_right()
    {
        var score = Score(RepositoryRoot.File("shared", "Synthesis", "Gate", "questions.jsonl"), SomeNames.Now, SomeNames.Index);

        Assert.True(score.Count >= 150, $"{score}");
        Assert.True(score.Right >= 0.85 * score.Count, $"{score}");
        Assert.True(score.Sure >= 0.7 * score.Count, $"{score}");
        Assert.True(score.RightWhereSure >= 0.97 * score.Sure, $"{score}");
    }

    /// <summary>Those of another stranger, in whose hospital everything has other names; where two readings are as good, either is right.</summary>
    [Fact]
    public void So_are_those_of_another_branch_of_business()
    {
        var names = new NameIndex(NameCatalogue.Parse(File.ReadAllBytes(RepositoryRoot.File("tests", "Synthesis", "hospital.names.json"))));

        var score = Score(RepositoryRoot.File("tests", "Synthesis", "hospital.jsonl"), new DateTime(2026, 9, 17, 0, 0, 0, DateTimeKind.Utc), names);

        Assert.Equal(100, score.Count);
        Assert.True(score.Right >= 85, $"{score}");
        Assert.True(score.RightWhereSure >= 0.92 * score.Sure, $"{score}");
    }

    private static HandWrittenScore Score(string file, DateTime now, NameIndex names)
    {
        var synthesizer = new Synthesizer(QuestionModel.Shipped());
        var score = default(HandWrittenScore);
        foreach (var line in File.ReadLines(file).Where(line => line.Length > 0))
        {
            var question = JsonDocument.Parse(line).RootElement;
            JsonElement[] expected = question.TryGetProperty("queries", out var several) ? [.. several.EnumerateArray()] : [question.GetProperty("query")];
            var understood = synthesizer.Understand(question.GetProperty("question").GetString()!, now, names);
            var isRight = expected.Any(query => understood.Query?.ToString() == (query.GetString() is { } text ? QueryText.Parse(text).ToString() : null));
            score = new HandWrittenScore(
                score.Count + 1, score.Right + (isRight ? 1 : 0), score.Sure + (understood.IsSure ? 1 : 0), score.RightWhereSure + (isRight && understood.IsSure ? 1 : 0));
        }

        return score;
    }

    private readonly record struct HandWrittenScore(int Count, int Right, int Sure, int RightWhereSure);
}
