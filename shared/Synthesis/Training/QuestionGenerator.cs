using ShitOps.Planning;
using ShitOps.Synthesis.Words;

namespace ShitOps.Synthesis.Training;

/// <summary>
/// Draws questions that people could ask, with what they mean: a frame for what is wanted, phrases for the metric, filters, groups and times in
/// it, and the slips that people make. Names stand as signs, so that there is nothing to learn about any one name.
/// </summary>
internal sealed partial class QuestionGenerator
{
    private static readonly string[] Counted = ["tasks", "open-tasks", "todo-tasks", "in-progress-tasks", "blocked-tasks", "done-tasks", "cancelled-tasks", "wip", "overdue-tasks"];

    private readonly Random _random;
    private readonly Pattern _pattern;

    private int[] _choices = [];

    public QuestionGenerator(Random random)
    {
        _random = random;
        _pattern = new Pattern(random, Phrases.Named);
    }

    /// <summary>Which questions are drawn.</summary>
    public QuestionSet Set { get; init; } = QuestionSet.All;

    /// <summary>Whether people hit wrong keys and leave words out.</summary>
    public bool HasSlips { get; init; } = true;

    /// <summary>The next question.</summary>
    public TrainingQuestion Draw()
    {
        while (true)
        {
            _pattern.Begin();
            _choices = new int[QuestionChoices.All.Count];
            var text = DrawText();
            var fits = Set switch
            {
                QuestionSet.All => true,
                QuestionSet.Taught => !_pattern.UsedHeldOutFrame && !_pattern.UsedHeldOutWord,
                QuestionSet.HeldOutFrames => _pattern.UsedHeldOutFrame && !_pattern.UsedHeldOutWord,
                _ => _pattern.UsedHeldOutWord && !_pattern.UsedHeldOutFrame,
            };
            if (!fits) continue;
            var question = Cut(text);
            if (question.Words.Length is > 0 and <= PreparedQuestion.MostItems) return question;
        }
    }

    private string DrawText()
    {
        var text = _random.Next(100) switch
        {
            < 28 => Count(),
            < 39 => Flow(),
            < 46 => Duration(),
            < 51 => Effort(),
            < 56 => Age(),
            < 65 => ProjectsAndPeople(),
            < 75 => Forecast(),
            < 79 => Bottlenecks(),
            < 85 => Changed(),
            _ => Unanswerable(),
        };
        return _random.Next(100) switch
        {
            < 24 => _pattern.Draw(Phrases.Politeness).Replace("…", text, StringComparison.Ordinal),
            < 32 => Say(Phrases.Contexts).Replace("…", text, StringComparison.Ordinal),
            _ => text,
        };
    }

    // What the parts of a question are called.
    private bool Chance(int percent) => _random.Next(100) < percent;

    private void Means(QueryMetric metric) => _choices[0] = (int)metric;

    private void Aggregates(QueryAggregation aggregation) => _choices[1] = (int)aggregation;

    private void Groups(QueryField field) => _choices[2] = (int)field + 1;

    private void Steps(QueryStep step) => _choices[3] = (int)step + 1;

    private void Orders(bool isDescending) => _choices[4] = isDescending ? 2 : 1;

    private void LimitsToOne() => _choices[5] = 1;

    private void LimitsToNumber() => _choices[5] = 2;

    private void IsChange(int change) => _choices[6] = change;

    private T Pick<T>(params ReadOnlySpan<T> ways) => ways[_random.Next(ways.Length)];

    private string Say(params ReadOnlySpan<string> frames) => _pattern.OneOf(frames);

    // Phrases for filters, groups and times.
    private QueryField Field(MetricMeaning metric, bool noTask)
    {
        var fields = metric.Fields.Concat(metric.PresentFields).Concat(metric.GroupFields).Where(field => field != QueryField.Task || !noTask).ToList();
        return Chance(55) && fields.Contains(QueryField.Team) && fields.Contains(QueryField.Project)
            ? Pick(QueryField.Team, QueryField.Team, QueryField.Project, fields.Contains(QueryField.Person) ? QueryField.Person : QueryField.Team)
            : fields[_random.Next(fields.Count)];
    }

    private string ByPhrase(QueryField field)
    {
        var (singular, plural) = (Say(Phrases.Singulars[field]), Say(Phrases.Plurals[field]));
        return Say(
            $"by {singular}", $"per {singular}", $"by {singular}", $"per {singular}", $"for each {singular}", $"for every {singular}", $"{{broken down|split|grouped|separated|divided}} by {singular}",
            $"group by {singular}", $"across {{the|all|}} {plural}", $"{{in|of|from|within}} each {singular}", $"{singular} by {singular}", $"each {singular}", $"by {plural}", $"for {{all|the different}} {plural}");
    }

    /// <summary>None, one or two phrases that filter.</summary>
    /// <param name="kinds">Which fields: 0 project, 1 team, 2 person, 3 status, 4 type, 5 milestone, 6 task.</param>
    /// <param name="hasType">Whether a type is said already.</param>
    /// <param name="grouped">The field that is grouped by; it is filtered only by leaving out.</param>
    private string Filters(int[] kinds, bool hasType, QueryField? grouped = null, int percent = 58)
    {
        if (!Chance(percent)) return string.Empty;
        var order = kinds.Where(kind => !(hasType && kind == 4)).ToArray();
        _random.Shuffle(order);
        var count = Chance(18) ? 2 : 1;
        return string.Join(' ', order.Take(count).Select(kind => Filter((QueryField)kind, grouped == (QueryField)kind)));
    }

    private string Filter(QueryField field, bool isGrouped)
    {
        var name = field.Word();
        if (isGrouped || Chance(12))
        {
            var not = Say("{except|excluding|without|other than|but not|not counting|apart from|besides|ignoring|outside|minus|leaving out|not in|not for|not from|not of|except for|with the exception of|that are not in}");
            return field switch
            {
                QueryField.Team => Say($"{not} [the] [team] <team-> [team]", $"{not} <team->", $"{not} [the] <team-> and <team-> [teams]", $"{not} the <team-> team", "{all|of all|for all} {teams|the teams} {but|except|without} <team->"),
                QueryField.Project => Say($"{not} [the] [project] <project-> [project]", $"{not} <project->", $"{not} <project-> and <project->", "{all|of all|for all} {projects|the projects} {but|except|without} <project->"),
                QueryField.Status => Say($"{not} [status] <status->", $"{not} those in <status->", $"{not} {{in|in status}} <status->"),
                _ => Say($"{not} <{name}->", $"{not} those of <{name}->", $"{not} <{name}-> and <{name}->", $"not {{by|of|assigned to}} <{name}->"),
            };
        }

        var several = Chance(12);
        var (also, both) = several ? (Say("{and|and|,|and also|as well as|plus} "), true) : (string.Empty, false);
        string Names(string before, string behind) => both
            ? Say($"{before} <{name}+> {also}{before} <{name}+> {behind}", $"<{name}+> {also}<{name}+>", $"<{name}+> , <{name}+> and <{name}+>", $"[the] {before} <{name}+> and <{name}+> {behind}")
            : Say($"<{name}+>", $"{before} <{name}+>", $"the <{name}+> {behind}", $"<{name}+> {behind}", $"<{name}+>");
        return field switch
        {
            QueryField.Project => Say("{in|of|for|on|within|from|inside|at} ", "in ", "of ", "for ") + Names("project", "project"),
            QueryField.Team => Say("{in|of|for|from|by|at|within|belonging to|owned by|with} ", "of ", "in ", "for ") + Names("team", "team"),
            QueryField.Person => Say(
                $"{{assigned to|of|for|by|with|owned by|on|from}} {Names("", "")}",
                $"assigned to <person+>",
                $"{{that|which|}} <person+> {{has|owns|is responsible for}}",
                $"<person+> 's",
                $"{{where|whose}} [the] assignee is <person+>"),
            QueryField.Status => Say(
                $"{{in|with|in the|that are in|having|currently in|sitting in|at}} {Names("status", "{status|column|state}")}",
                "{whose status is|where the status is|with status|in status} <status+>",
                "in <status+>",
                "in the <status+> {column|status}"),
            QueryField.Type => Say($"of type {Names("", "")}", "of {type|kind} <type+>", "that are <type+>"),
            QueryField.Milestone => Say("{in|of|for|planned for|from|within|belonging to|assigned to} ", "in ", "for ") + Names("{milestone|sprint|version|release}", ""),
            _ => Say("of <task+>", "{of|for|in|on} task <task+>", "for <task+>", "on <task+>"),
        };
    }

    private string Time() => Say(
        "{in|during|over|for|within|throughout|from} {<past+>|<span+>}",
        "<past+>", "<past+>", "<span+>", "<span+>", "<span+>",
        "in <past+>", "in <span+>", "on <past+>",
        "{in|over|during|for|within} the <span+>",
        "<today+>", "{as of|at|as at} <past+>", "of <past+>", "from <past+>");

    private string NowWords() => Say("<now+>", "<now+>", "<today+>", "as of <today+>", "<now+>", "at present", "these days");

    private string Ahead(int percent) => Chance(percent) ? Say("<future+>", "{over|in|during|for|within} the <future+>", "<future+>", "until <future+>", "<span+>", "{over|in} <future+>") : string.Empty;

    // From a phrase to words and roles.
    private TrainingQuestion Cut(string text)
    {
        var words = new List<string>();
        var roles = new List<MentionRole>();
        foreach (var piece in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (piece[0] == '<' && piece.Length > 2)
            {
                if (piece == "<~>")
                {
                    if (HasSlips) words.Add(PseudoWord());
                    if (HasSlips) roles.Add(MentionRole.Ignored);
                    continue;
                }

                if (piece == "<?type>")
                {
                    foreach (var word in Say(Phrases.StrangeTypes).Split(' '))
                    {
                        words.Add(word);
                        roles.Add(MentionRole.UnknownName);
                    }

                    continue;
                }

                if (piece == "<?>")
                {
                    for (var count = Chance(25) ? 2 : 1; count > 0; count--)
                    {
                        words.Add(Chance(50) ? PseudoWord() : Say(Phrases.Strangers));
                        roles.Add(MentionRole.UnknownName);
                    }

                    continue;
                }

                var sign = piece[1..^2];
                if (piece[^2] is not ('+' or '-' or '.'))
                {
                    words.Add($"[{piece[1..^1]}]");
                    roles.Add(MentionRole.Ignored);
                    continue;
                }

                // What has no year may be before or behind; and a word such as "until" is a part of the time.
                if (sign is "past" or "future" && Chance(45)) sign = "either";
                if (sign is "past" or "future" or "either" or "span" or "today" && words.Count > 0 && words[^1] is "by" or "until" or "before")
                {
                    words.RemoveAt(words.Count - 1);
                    roles.RemoveAt(roles.Count - 1);
                }

                words.Add($"[{sign}]");
                roles.Add(piece[^2] switch { '+' => MentionRole.Used, '-' => MentionRole.Opposed, _ => MentionRole.Ignored });
            }
            else if (piece[0] == '[')
            {
                words.Add(piece);
                roles.Add(MentionRole.Ignored);
            }
            else
            {
                foreach (var part in piece.Split('-', StringSplitOptions.RemoveEmptyEntries)) AddWord(part, words, roles);
            }
        }

        return new TrainingQuestion([.. words], [.. roles], _choices);
    }

    private void AddWord(string word, List<string> words, List<MentionRole> roles)
    {
        if (word is ":" or "." or "," or "?") return;
        if (word.EndsWith("'s", StringComparison.Ordinal) && word.Length > 2)
        {
            AddWord(word[..^2], words, roles);
            word = "'s";
        }

        if (word.Split('\'') is [{ Length: > 0 } before, var rest] && Contractions.Of(before, rest) is var (first, second))
        {
            AddWord(first, words, roles);
            word = second;
        }
        else if (word == "'d")
        {
            word = "would";
        }

        // People leave little words out, and hit the wrong keys.
        if (HasSlips && Chance(2) && word is "the" or "of" or "do" or "are" or "is" or "there" or "a") return;
        if (HasSlips && word.Length > 3 && Chance(3)) word = Chance(25) ? PseudoWord() : Mistyped(word);
        words.Add(word);
        roles.Add(MentionRole.Ignored);
    }

    private string Mistyped(string word)
    {
        var at = _random.Next(1, word.Length);
        return _random.Next(4) switch
        {
            0 => word.Remove(at, 1),
            1 => word.Insert(at, word[at - 1].ToString()),
            2 => word[..(at - 1)] + word[at] + word[at - 1] + word[(at + 1)..],
            _ => word[..at] + (char)('a' + _random.Next(26)) + word[(at + 1)..],
        };
    }

    /// <summary>A word that could be a name and is none.</summary>
    private string PseudoWord()
    {
        const string Consonants = "bcdfghjklmnprstvwxz";
        const string Vowels = "aeiouy";
        while (true)
        {
            var length = _random.Next(3, 10);
            var isVowel = Chance(35);
            var letters = new char[length];
            for (var i = 0; i < length; i++)
            {
                letters[i] = isVowel ? Vowels[_random.Next(Vowels.Length)] : Consonants[_random.Next(Consonants.Length)];
                isVowel = Chance(85) ? !isVowel : isVowel;
            }

            var word = new string(letters);
            if (!ReservedWords.Contains(word)) return word;
        }
    }
}

/// <summary>Which questions are drawn.</summary>
internal enum QuestionSet
{
    /// <summary>Any.</summary>
    All,

    /// <summary>Those without a frame or word that is held out.</summary>
    Taught,

    /// <summary>Those with a frame that is held out.</summary>
    HeldOutFrames,

    /// <summary>Those with a word that is held out.</summary>
    HeldOutWords,
}
