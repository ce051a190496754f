using ShitOps.Planning;
using ShitOps.Synthesis.Names;
using ShitOps.Synthesis.Tensors;
using ShitOps.Wording;

namespace ShitOps.Synthesis;

/// <summary>A query that a question may mean.</summary>
/// <param name="Query">The query.</param>
/// <param name="Probability">How probable it is that it is meant, 0 to 1.</param>
public sealed record Reading(Query Query, double Probability);

/// <summary>What a question was understood as.</summary>
/// <param name="Question">The question.</param>
/// <param name="Query">The query that it most probably means; null: it means nothing that can be answered.</param>
/// <param name="Confidence">How probable it is that this is right, 0 to 1.</param>
/// <param name="IsSure">Whether that is enough to answer without asking back.</param>
/// <param name="Readings">The queries that it may mean, the most probable first; at most three. If it means nothing, those that come nearest.</param>
/// <param name="UnknownNames">What stands there like a name and is in no catalogue.</param>
public sealed record Understanding(string Question, Query? Query, double Confidence, bool IsSure, IReadOnlyList<Reading> Readings, IReadOnlyList<string> UnknownNames)
{
    /// <summary>For a question that cannot be answered: why not, and what can; null for others.</summary>
    public string? Refusal { get; init; }

    /// <summary>The confidence as it is written.</summary>
    public double WrittenConfidence => Written(Confidence);

    /// <summary>A probability to four digits; rounded down, since what is written as 0.9 would be sure.</summary>
    public static double Written(double probability) => (double)(Math.Floor((decimal)probability * 10_000) / 10_000);
}

/// <summary>From a question in English to a query, by a network, names and times that are found by rule, and the rules of what can be answered.</summary>
/// <param name="model">The network; not trained while it is used here.</param>
public sealed class Synthesizer(QuestionModel model)
{
    /// <summary>The longest question that is read, in UTF-16 units.</summary>
    public const int MostCharacters = 1_000;

    /// <summary>The confidence from which on it is sure.</summary>
    public const double SureFrom = 0.9;

    private const int MostStates = 256;
    private const int MostReadings = 3;
    private const double LeastProbability = 1e-4;

    /// <summary>A reading that has less of all that the network thinks possible is none: most of that cannot be answered.</summary>
    private const double LeastShare = 0.05;

    private const double SureNameFrom = 0.6;
    private const double NameFrom = 0.4;
    private const double CapitalNameFrom = 0.1;

    /// <summary>Reads a question. Never throws on what it says.</summary>
    /// <param name="question">The question.</param>
    /// <param name="now">When it is asked; UTC.</param>
    /// <param name="names">The names that may stand in it.</param>
    public Understanding Understand(string question, DateTime now, NameIndex names)
    {
        if (question.Length > MostCharacters)
        {
            return new Understanding(question, null, 1, IsSure: true, [], [])
            {
                Refusal = $"I can't answer that: the question has {question.Length} characters; expected at most {MostCharacters}. {Refusals.WhatCanBeAsked([])}",
            };
        }

        var prepared = PreparedQuestion.Of(question, now, names);
        if (prepared.Items.Count == 0) return new Understanding(question, null, 1, IsSure: true, [], []) { Refusal = $"I can't answer that: there are no words in it. {Refusals.WhatCanBeAsked([])}" };
        return Understand(question, prepared, now, out _);
    }

    internal Understanding Understand(string question, PreparedQuestion prepared, DateTime now, out ReadingSigns signs)
    {
        var tape = new Tape(records: false);
        var (choices, roles) = model.Read(tape, [[.. prepared.Items.Select(item => Spelt(item))]]);
        var states = States(prepared, choices, roles);
        var assembly = new QueryAssembly(prepared, now);
        var chances = new Dictionary<string, (Query Query, double Chance)>(StringComparer.Ordinal);
        var (none, total) = (0.0, 0.0);
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (logarithm, ways, parts) in states)
        {
            var chance = Math.Exp(logarithm);
            if (ways[0] == QuestionChoices.NoMetric)
            {
                none += chance;
                total += chance;
            }
            else if (assembly.Assemble(ways, parts) is { } query)
            {
                total += chance;
                var line = query.ToString();
                chances[line] = (query, chances.GetValueOrDefault(line).Chance + chance);
                used.TryAdd(line, prepared.Items.Where((item, i) => item.IsMention && parts[i] == MentionRole.Ignored && item.Time is not { IsNow: true }).Count());
            }
        }

        var readings = chances.Values.OrderByDescending(reading => reading.Chance).ThenBy(reading => reading.Query.ToString(), StringComparer.Ordinal).ToList();
        var unknown = UnknownNames(prepared, roles, out var isDoubtful);
        var whole = states.Sum(state => Math.Exp(state.Logarithm));
        var isNone = readings.Count == 0 || none >= readings[0].Chance || readings[0].Chance < LeastShare * whole || unknown.Count > 0;
        var best = readings.Count == 0 || none >= readings[0].Chance ? none : readings[0].Chance;
        var second = readings.Count == 0 ? 0 : none >= readings[0].Chance ? readings[0].Chance : Math.Max(none, readings.Count > 1 ? readings[1].Chance : 0);
        signs = new ReadingSigns(
            Math.Log(Math.Clamp(best / whole, 1e-9, 1)),
            Math.Log(Math.Clamp(second / Math.Max(best, 1e-9), 1e-6, 1)),
            prepared.Items.Count(item => item.Word[0] != '[' && !model.Vocabulary.Contains(item.Word)),
            prepared.Items.Count(item => item.Name is { Distance: > 0 }),
            readings.Count == 0 ? 0 : used[readings[0].Query.ToString()]);
        var confidence = model.Confidence.Of(signs);
        if (isDoubtful || prepared.IsCut || prepared.Items.Any(item => item.Name is { IsCertain: false } or { Keys.Count: > 1 } || item.Time is { IsCertain: false })) confidence = Math.Min(confidence, 0.5);
        var nearest = WithOtherNames(prepared, readings.Where(reading => reading.Chance >= LeastProbability * best).Take(MostReadings), total).Take(MostReadings).ToList();
        return new Understanding(question, isNone ? null : readings[0].Query, confidence, confidence >= SureFrom, nearest, unknown)
        {
            Refusal = isNone ? Refusals.Of(unknown, [.. nearest.Select(reading => reading.Query)]) : null,
        };
    }

    /// <summary>A word that was never taught, and is one slip of the hand away from just one that was, is read as that.</summary>
    private string Spelt(QuestionItem item)
    {
        var word = item.Word;
        if (word[0] == '[' || word.Length < 4 || model.Vocabulary.Contains(word)) return word;
        var near = model.Vocabulary.Where(taught => taught.Length >= 4 && EditDistance.Of(word, taught, 1) == 1).Take(2).ToList();
        return near.Count == 1 && (word.Length > 4 || near[0].Length == word.Length) ? near[0] : word;
    }

    /// <summary>A name that may stand for several keys gives a reading for each.</summary>
    private static IEnumerable<Reading> WithOtherNames(PreparedQuestion prepared, IEnumerable<(Query Query, double Chance)> readings, double total)
    {
        foreach (var (query, chance) in readings)
        {
            yield return new Reading(query, total > 0 ? chance / total : 0);
            foreach (var name in prepared.Items.Select(item => item.Name).Where(name => name is { Keys.Count: > 1 }))
            {
                foreach (var key in name!.Keys.Skip(1))
                {
                    var filters = query.Filters.Select(filter => filter.Field == name.Field && filter.Values.Contains(name.Keys[0])
                        ? new QueryFilter(filter.Field, filter.Values.Select(value => value == name.Keys[0] ? key : value), filter.Excludes)
                        : filter);
                    yield return new Reading(query with { Filters = [.. filters] }, total > 0 ? chance / total : 0);
                }
            }
        }
    }

    /// <summary>Words that stand where a name would: those never taught are taken for one sooner, and those written with a capital soonest.</summary>
    /// <param name="isDoubtful">Whether some word may be a name, and was not taken for one.</param>
    private List<string> UnknownNames(PreparedQuestion prepared, Matrix roles, out bool isDoubtful)
    {
        var unknown = new List<string>();
        var last = -2;
        isDoubtful = false;
        for (var i = 0; i < prepared.Items.Count; i++)
        {
            var item = prepared.Items[i];
            if (item.IsMention || item.Word[0] == '[') continue;
            var chances = roles.Row(i).ToArray();
            Operations.SoftMax(chances);
            var chance = chances[(int)MentionRole.UnknownName];
            var isTaught = model.Vocabulary.Contains(Spelt(item));
            var from = isTaught ? SureNameFrom : i > 0 && char.IsUpper(item.Text[0]) ? CapitalNameFrom : NameFrom;
            if (chance < from)
            {
                isDoubtful |= !isTaught && chance > CapitalNameFrom;
                continue;
            }

            if (last == i - 1) unknown[^1] += " " + item.Text;
            else unknown.Add(item.Text);
            last = i;
        }

        return unknown;
    }

    /// <summary>The most probable combinations of choices and roles, best first; a beam over one after the other.</summary>
    private static List<(double Logarithm, int[] Ways, MentionRole[] Roles)> States(PreparedQuestion prepared, Matrix choices, Matrix roles)
    {
        var states = new List<(double Logarithm, int[] Ways, MentionRole[] Roles)> { (0, [], []) };
        foreach (var choice in QuestionChoices.All)
        {
            var chances = choices.Row(0).Slice(choice.First, choice.Count).ToArray();
            Operations.SoftMax(chances);
            states = Extended(states, chances, (state, way) => ([.. state.Ways, way], state.Roles));
        }

        for (var i = 0; i < prepared.Items.Count; i++)
        {
            var item = prepared.Items[i];
            var count = !item.IsMention ? 1 : item.Number is not null ? 2 : 3;
            var chances = roles.Row(i)[..count].ToArray();
            Operations.SoftMax(chances);
            states = Extended(states, chances, (state, way) => (state.Ways, [.. state.Roles, (MentionRole)way]));
        }

        return states;
    }

    private static List<(double Logarithm, int[] Ways, MentionRole[] Roles)> Extended(
        List<(double Logarithm, int[] Ways, MentionRole[] Roles)> states,
        float[] chances,
        Func<(double Logarithm, int[] Ways, MentionRole[] Roles), int, (int[] Ways, MentionRole[] Roles)> extend)
    {
        var ways = Enumerable.Range(0, chances.Length).Where(way => chances[way] >= LeastProbability).OrderByDescending(way => chances[way]).Take(4)
            .Select(way => (Way: way, Logarithm: Math.Log(chances[way]))).ToList();

        // Both are in order, so that the first is the best; what is far behind it never comes to be a reading.
        var least = states[0].Logarithm + ways[0].Logarithm + Math.Log(LeastProbability);
        return [.. states
            .SelectMany(state => ways, (state, way) => (Logarithm: state.Logarithm + way.Logarithm, state, way.Way))
            .Where(extended => extended.Logarithm >= least)
            .OrderByDescending(extended => extended.Logarithm)
            .Take(MostStates)
            .Select(extended =>
            {
                var (added, roles) = extend(extended.state, extended.Way);
                return (extended.Logarithm, added, roles);
            })];
    }
}
