using System.Text;
using System.Text.Json;
using ShitOps.Planning;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Names;

namespace ShitOps.Tests.Synthesis;

/// <summary>Ways of asking that were looked at while the model was made; <c>phrasings.jsonl</c> has a question and its query a line.</summary>
public sealed class PhrasingTests
{
    private static readonly NameIndex Names = new(NameCatalogue.Parse(Encoding.UTF8.GetBytes(
        """
        {
          "projects": ["APOLLO", { "key": "checkout", "names": ["Checkout without accounts"] }, { "key": "sso", "names": ["Single sign-on"] }, "wallet"],
          "teams": ["payments", "search", "mobile", "data-platform"],
          "people": ["Amara Okafor", "Tomasz Kowalski", "Mei-Ling Chen", "Søren Kjær"],
          "statuses": ["To Do", "In Progress", "In Review", "Done", "Ready for QA"],
          "types": ["bug", "story", "task", "spike"],
          "milestones": ["Sprint 14", "Sprint 15", "v2.0"]
        }
        """)));

    [Fact]
    public void Phrasings_are_understood_and_where_it_is_sure_they_are_right()
    {
        var synthesizer = new Synthesizer(QuestionModel.Shipped());
        var (count, wrong, sureAndWrong, sure) = (0, new List<string>(), new List<string>(), 0);
        foreach (var line in File.ReadLines(RepositoryRoot.File("tests", "Synthesis", "phrasings.jsonl")))
        {
            var phrasing = JsonDocument.Parse(line).RootElement;
            var expected = phrasing.GetProperty("query").GetString();
            if (expected is not null) Assert.Equal(expected, QueryText.Parse(expected).ToString());
            var understood = synthesizer.Understand(phrasing.GetProperty("question").GetString()!, SomeNames.Now, Names);
            count++;
            if (understood.IsSure) sure++;
            if (understood.Query?.ToString() == expected) continue;
            wrong.Add($"{understood.Question}: {understood.Query?.ToString() ?? "none"}");
            if (understood.IsSure) sureAndWrong.Add(wrong[^1]);
        }

        Assert.True(wrong.Count <= 0.07 * count, string.Join('\n', wrong));
        Assert.True(sureAndWrong.Count <= 0.03 * sure, string.Join('\n', sureAndWrong));
        Assert.True(sure >= 0.7 * count, $"sure of {sure} of {count}");
    }
}
