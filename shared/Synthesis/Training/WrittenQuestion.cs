using System.Globalization;
using ShitOps.Planning;
using ShitOps.Synthesis.Names;
using ShitOps.Synthesis.Times;
using ShitOps.Synthesis.Words;

namespace ShitOps.Synthesis.Training;

/// <summary>A drawn question written out, with names that were made up for it, and the query that it means.</summary>
/// <param name="Text">The question.</param>
/// <param name="Query">The query; null: it cannot be answered.</param>
/// <param name="Names">The catalogue that its names are in, among others.</param>
internal sealed record WrittenQuestion(string Text, Query? Query, NameIndex Names)
{
    /// <summary>When all of them are asked.</summary>
    public static readonly DateTime Now = new(2026, 5, 20, 0, 0, 0, DateTimeKind.Utc);

    private static readonly Dictionary<string, string[]> Times = new(StringComparer.Ordinal)
    {
        ["[past]"] = ["last week", "last month", "yesterday", "last quarter", "last year", "March 2025", "2025", "Q4 2025", "3 days ago", "2026-04-02", "the previous month", "April 3rd 2026", "H1 2025"],
        ["[span]"] = ["this week", "this month", "this quarter", "this year", "last 7 days", "past month", "last 3 months", "last 24 hours", "the past two weeks", "this year so far", "last 30 days"],
        ["[either]"] = ["March", "1 April", "June", "Q1", "Friday", "December", "15 March", "Monday"],
        ["[future]"] = ["next week", "next month", "tomorrow", "next 3 weeks", "next quarter", "1 July 2026", "2026-08-15", "next 10 days"],
        ["[today]"] = ["today"],
        ["[now]"] = ["now", "currently", "at the moment", "right now"],
    };

    /// <summary>Writes a question out; null if what is drawn goes together with no query.</summary>
    public static WrittenQuestion? Of(TrainingQuestion question, Random random)
    {
        var entries = new List<CatalogueEntry>();
        for (var i = 0; i < 6; i++)
        {
            foreach (var field in (QueryField[])[QueryField.Project, QueryField.Team, QueryField.Person, QueryField.Status, QueryField.Type, QueryField.Milestone])
            {
                entries.Add(new CatalogueEntry(field, MadeUp(field, random), []));
            }
        }

        var index = new NameIndex(new NameCatalogue(entries.DistinctBy(entry => NameIndex.Concatenated(entry.Key))));
        var items = new List<QuestionItem>();
        var text = new List<string>();
        for (var i = 0; i < question.Words.Length; i++)
        {
            var word = question.Words[i];
            var said = word;
            var item = new QuestionItem(word, word);
            if (Times.TryGetValue(word, out var times))
            {
                said = times[random.Next(times.Length)];
                if (said[0] is >= 'A' and <= 'Z' && i > 0 && question.Words[i - 1] is not ("in" or "on" or "of" or "for" or "during")) said = "in " + said;
                if (TimeReader.Read(QuestionTokenizer.Tokens(said), Now) is not [var time]) return null;
                item = item with { Time = time };
            }
            else if (word == "[number]")
            {
                var number = random.Next(2, 16);
                said = number.ToString(CultureInfo.InvariantCulture);
                item = item with { Number = number };
            }
            else if (word is ['[', 'q', ..])
            {
                var quantile = word is "[quantile]" ? "90" : word[2..^1];
                said = i + 1 < question.Words.Length && question.Words[i + 1] is "percentile" ? quantile + "th" : random.Next(2) == 0 ? quantile + "%" : "p" + quantile;
            }
            else if (word == "[task]")
            {
                said = $"{MadeUp(QueryField.Project, random).Split(' ')[0].ToUpperInvariant()}-{random.Next(1, 999)}";
                item = item with { Name = new NameMention(0, 1, QueryField.Task, [said], 0, IsCertain: true) };
            }
            else if (word[0] == '[')
            {
                var field = Enum.GetValues<QueryField>().First(field => field.Word() == word[1..^1]);
                var fitting = entries.Where(entry => entry.Field == field && index.Exact(NameIndex.Concatenated(entry.Key)).Count == 1).ToList();
                if (fitting.Count == 0) return null;
                said = fitting[random.Next(fitting.Count)].Key;
                item = item with { Name = new NameMention(0, 1, field, [said], 0, IsCertain: true) };
            }

            items.Add(item);
            text.Add(said);
        }

        var query = question.Choices[0] == QuestionChoices.NoMetric || question.Roles.Contains(MentionRole.UnknownName)
            ? null
            : new QueryAssembly(PreparedQuestion.Of(items), Now).Assemble(question.Choices, question.Roles);
        if (query is null && question.Choices[0] != QuestionChoices.NoMetric && !question.Roles.Contains(MentionRole.UnknownName)) return null;
        return new WrittenQuestion(string.Join(' ', text), query, index);
    }

    private static string MadeUp(QueryField field, Random random) => field switch
    {
        QueryField.Person => $"{Capital(Word(random))} {Capital(Word(random))}",
        QueryField.Milestone => random.Next(2) == 0 ? $"Sprint {random.Next(16, 99)}" : $"{Capital(Word(random))} {random.Next(2, 9)}",
        QueryField.Status => random.Next(2) == 0 ? $"In {Word(random)}" : $"{Capital(Word(random))} {Word(random)}",
        QueryField.Project => random.Next(2) == 0 ? $"{Capital(Word(random))} {Word(random)}" : Word(random).ToUpperInvariant(),
        _ => Word(random),
    };

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static string Word(Random random)
    {
        const string Consonants = "bcdfghklmnprstvz";
        const string Vowels = "aeiou";
        var letters = new char[random.Next(5, 9)];
        for (var i = 0; i < letters.Length; i++) letters[i] = i % 2 == 0 ? Consonants[random.Next(Consonants.Length)] : Vowels[random.Next(Vowels.Length)];
        return new string(letters);
    }
}
