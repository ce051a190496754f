using System.Text.Json;
using ShitOps.Planning;
using ShitOps.Projects;
using ShitOps.Synthesis.Names;

namespace ShitOps.Synthesis.Training;

/// <summary>A question, and the query that somebody says it means: words, and signs in the place of times, numbers and names that are known, so that it can be kept.</summary>
public sealed class CorrectedQuestion
{
    private const int MostWays = 1_000;

    private CorrectedQuestion(TrainingQuestion question) => Question = question;

    internal TrainingQuestion Question { get; }

    /// <summary>The words and signs, which tell it from others: of two that say something else of the same words the later one counts.</summary>
    public string Words => string.Join(' ', Question.Words);

    /// <summary>A short text that stands for the words.</summary>
    public string Key => StableHash.Of(Words).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What is to be learnt from a correction; null: there are no choices by which the question becomes the query, since the query says what the question does not.</summary>
    /// <param name="question">The question.</param>
    /// <param name="query">What it means.</param>
    /// <param name="now">When it was asked; UTC.</param>
    /// <param name="names">The catalogue.</param>
    public static CorrectedQuestion? Of(string question, Query query, DateTime now, NameIndex names)
    {
        if (question.Length > Synthesizer.MostCharacters) return null;
        var prepared = PreparedQuestion.Of(question, now, names);
        if (prepared.Items.Count == 0 || prepared.IsCut) return null;
        var assembly = new QueryAssembly(prepared, now);
        query = query with { Filters = [.. query.Filters.Select(filter => AsRead(filter, prepared))] };
        foreach (var limit in query.Limit is null ? [0] : query.Limit == 1 ? [1, 2] : (int[])[2])
        {
            int[] choices =
            [
                (int)query.Metric, (int)query.Aggregation, query.By is { } by ? (int)by + 1 : 0, query.Step is { } step ? (int)step + 1 : 0, query.Order is { } order ? (int)order + 1 : 0, limit,
                query.Filters.FirstOrDefault(filter => filter is { Field: QueryField.Change, Excludes: false }) is { Values: [var change] } ? QueryWords.Changes.ToList().IndexOf(change) + 1 : 0,
            ];
            foreach (var roles in Roles(prepared, query).Take(MostWays))
                if (Equals(assembly.Assemble(choices, roles), query)) return new CorrectedQuestion(new TrainingQuestion([.. prepared.Items.Select(item => item.Word)], roles, choices));
        }

        return null;
    }

    /// <summary>The JSON that <see cref="Parse"/> reads.</summary>
    public string ToJson() => JsonSerializer.Serialize(new Stored(Question.Words, [.. Question.Roles.Select(role => (int)role)], Question.Choices));

    /// <summary>Reads what <see cref="ToJson"/> wrote; null: another version has written it.</summary>
    public static CorrectedQuestion? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Stored>(json) is { Words: { Length: > 0 and <= PreparedQuestion.MostItems } words, Roles: { } roles, Choices: { } choices }
                && roles.Length == words.Length && choices.Length == QuestionChoices.All.Count && words.All(word => word is { Length: > 0 })
                && roles.All(role => role is >= 0 and < QuestionChoices.Roles) && choices.Zip(QuestionChoices.All).All(pair => pair.First < pair.Second.Count)
                ? new CorrectedQuestion(new TrainingQuestion(words, [.. roles.Select(role => (MentionRole)role)], choices))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The roles that mentions may have, if the question means the query.</summary>
    private static IEnumerable<MentionRole[]> Roles(PreparedQuestion prepared, Query query)
    {
        IEnumerable<MentionRole[]> all = [[]];
        foreach (var item in prepared.Items)
        {
            MentionRole[] ways = item switch
            {
                { Name: { } name } => [RoleOf(name, query)],
                { Time: not null } => [MentionRole.Used, MentionRole.Opposed, MentionRole.Ignored],
                { Number: { } number } => number == query.Limit ? [MentionRole.Used, MentionRole.Ignored] : [MentionRole.Ignored],
                _ => [MentionRole.Ignored],
            };
            all = all.SelectMany(_ => ways, (roles, role) => (MentionRole[])[.. roles, role]);
        }

        return all;
    }

    /// <summary>A filter with the first of the names that a mention may be, in the place of another of them that was picked: which it is, is nothing to learn.</summary>
    private static QueryFilter AsRead(QueryFilter filter, PreparedQuestion prepared) => new(
        filter.Field,
        filter.Values.Select(value => prepared.Items.Select(item => item.Name).FirstOrDefault(name => name is { Keys.Count: > 1 } && name.Field == filter.Field && name.Keys.Contains(value))?.Keys[0] ?? value),
        filter.Excludes);

    private static MentionRole RoleOf(NameMention name, Query query)
    {
        foreach (var filter in query.Filters)
            if (filter.Field == name.Field && filter.Values.Contains(name.Keys[0])) return filter.Excludes ? MentionRole.Opposed : MentionRole.Used;
        return MentionRole.Ignored;
    }

    private sealed record Stored(string[] Words, int[] Roles, int[] Choices);
}
