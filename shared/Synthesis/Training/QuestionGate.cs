using System.Text.Json;
using ShitOps.Planning;
using ShitOps.Synthesis.Names;

namespace ShitOps.Synthesis.Training;

/// <summary>How well a network reads the questions of the gate.</summary>
/// <param name="HandWritten">Those that strangers wrote.</param>
/// <param name="Drawn">Those that are drawn as for training, with names never seen.</param>
public sealed record GateScores(UnderstandingScore HandWritten, UnderstandingScore Drawn);

/// <summary>
/// The questions that a network has to read as well as the one before it: those of <c>shared/Synthesis/Gate/questions.jsonl</c>, which nothing is ever
/// trained on, and drawn ones.
/// </summary>
public static class QuestionGate
{
    /// <summary>How many of the hand-written questions may be misread in addition: so many change sides by chance.</summary>
    public const int Slack = 1;

    private const int DrawnQuestions = 200;
    private const int DrawnSlack = 2;
    private const int Seed = 20_260_520;

    private static readonly DateTime Asked = new(2026, 5, 20, 0, 0, 0, DateTimeKind.Utc);
    private static readonly Lazy<NameIndex> Names = new(() => new NameIndex(NameCatalogue.Parse(Resource("gate-names.json"))));

    private static readonly Lazy<IReadOnlyList<(string Question, string? Query)>> Questions = new(() =>
        [.. System.Text.Encoding.UTF8.GetString(Resource("gate-questions.jsonl").Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty("question").GetString()!, json.RootElement.GetProperty("query").GetString() is { } query ? QueryText.Parse(query).ToString() : null);
        })]);

    private static readonly Lazy<GateScores> OfShipped = new(() => Score(QuestionModel.Shipped()));

    /// <summary>The scores of the network that comes with the software.</summary>
    public static GateScores Shipped => OfShipped.Value;

    /// <summary>Scores a network.</summary>
    public static GateScores Score(QuestionModel model)
    {
        var synthesizer = new Synthesizer(model);
        return new GateScores(
            Score("hand-written", Questions.Value.Select(question => (synthesizer.Understand(question.Question, Asked, Names.Value), question.Query))),
            Score("drawn", SynthesizerTraining.Written(QuestionSet.All, Seed, DrawnQuestions).Select(question => (synthesizer.Understand(question.Text, WrittenQuestion.Now, question.Names), question.Query?.ToString()))));
    }

    /// <summary>Why a network must not take the place of another; null: it may.</summary>
    /// <param name="next">The scores of the one.</param>
    /// <param name="now">Those of the other. Those of the one that the software came with count as well, so that small losses do not add up.</param>
    public static string? Fault(GateScores next, GateScores now)
    {
        var shipped = Shipped;
        var (written, drawn) = (next.HandWritten, next.Drawn);
        if (written.Right < Math.Max(now.HandWritten.Right, shipped.HandWritten.Right) - Slack) return $"it reads {written.Right} of {written.Questions} hand-written questions right, and the one in use {now.HandWritten.Right}";
        if (WrongWhereSure(written) > Math.Min(WrongWhereSure(now.HandWritten), WrongWhereSure(shipped.HandWritten)) + Slack) return $"it is wrong where it is sure for {WrongWhereSure(written)} of {written.Questions} hand-written questions, the one in use for {WrongWhereSure(now.HandWritten)}";
        return drawn.Right < Math.Max(now.Drawn.Right, shipped.Drawn.Right - DrawnSlack) - DrawnSlack ? $"it reads {drawn.Right} of {drawn.Questions} drawn questions right, and the one in use {now.Drawn.Right}" : null;
    }

    private static int WrongWhereSure(UnderstandingScore score) => score.Sure - score.SureAndRight;

    private static UnderstandingScore Score(string name, IEnumerable<(Understanding Understood, string? Query)> read)
    {
        var all = read.Select(one => (one.Understood.IsSure, IsRight: one.Understood.Query?.ToString() == one.Query)).ToList();
        return new UnderstandingScore(name, all.Count, all.Count(one => one.IsRight), all.Count(one => one.IsSure), all.Count(one => one is { IsSure: true, IsRight: true }));
    }

    private static ReadOnlyMemory<byte> Resource(string name)
    {
        using var resource = typeof(QuestionGate).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The software was built without {name}.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
