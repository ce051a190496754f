using ShitOps.Planning;
using static ShitOps.Planning.QueryAggregation;
using static ShitOps.Planning.QueryMetric;

namespace ShitOps.Synthesis.Training;

/// <content>Questions about how many tasks there are, and which.</content>
internal sealed partial class QuestionGenerator
{
    private string Count()
    {
        var word = Pick(Counted);
        var metric = QueryMetrics.All.First(meaning => meaning.Word == word);
        Means(metric.Metric);

        // What is done or cancelled in a span is what became so: another metric.
        var isState = metric.Metric is DoneTasks or CancelledTasks;
        var isPast = metric.Time == MetricTime.Level && !isState;
        return _random.Next(100) switch
        {
            < 30 => CountReport(word, isPast),
            < 47 => CountList(word),
            < 50 when Phrases.Predicates.ContainsKey(word) => Referring(word),
            < 60 => CountGroups(word, metric),
            < 76 => Rank(() => NounPhrase(word, allowType: true), metric, isPresentOnly: false),
            < 78 when isPast && Phrases.Predicates.ContainsKey(word) => PredicateSpans(word),
            < 87 when isPast => Trend(() => NounPhrase(word, allowType: Chance(35))),
            < 94 => Compare(() => NounPhrase(word, true), metric, namesOnly: isState),
            _ when metric.Time == MetricTime.Level => OverTime(() => NounPhrase(word, false)),
            _ => CountReport(word, isPast),
        };
    }

    private string NounPhrase(string word, bool allowType)
    {
        var noun = allowType && Chance(18) ? Say("<type+>", "<type+> $T", "<type+>") : Say("$T");
        return Say(Phrases.Nouns[word]).Replace("#", noun, StringComparison.Ordinal);
    }

    private string CountReport(string word, bool isPast)
    {
        var (time, isPresent) = isPast && Chance(32) ? (Time(), false) : (Chance(12) ? NowWords() : string.Empty, true);
        var noun = Chance(isPresent ? 18 : 0) ? Say("<type+>", "<type+> $T") : Say("$T");
        var phrase = Say(Phrases.Nouns[word]).Replace("#", noun, StringComparison.Ordinal);
        var filters = Filters(isPresent ? [0, 1, 2, 3, 5] : [0, 1, 3], noun.Contains("type", StringComparison.Ordinal));
        var subject = Say("<team+>", "the <team+> team", "team <team+>", "<project+>", "project <project+>", isPresent ? "<person+>" : "<team+>");
        if (word == "tasks" && isPresent && Chance(15)) return Say("<status+> $T", "$T <status+>", "how many <status+> $T {are there|do we have|}", "how many $T are <status+>", "number of <status+> $T") + " " + Filters([0, 1, 2, 5], noun.Contains("type", StringComparison.Ordinal), percent: 40);
        if (word is "wip" or "open-tasks" && Chance(word == "wip" ? 36 : 22))
        {
            if (word == "wip" && Chance(55)) return Workload(isList: false);
            var amount = word == "wip" ? Say("wip", "wip", "work in progress", "amount of work in progress", "workload") : Say("backlog", "backlog", "size of the backlog", "backlog size");
            return Say(
                $"what {{is|was|'s}} {{the|our}} {{|current}} {amount} {filters} {time}",
                $"{{the|our}} {{|current}} {amount} {filters} {time}",
                $"how {{big|large|high}} {{is|was}} {{the|our}} {{|current}} {amount} {filters} {time}",
                $"{{show me|tell me|give me}} the {{|current}} {amount} {filters} {time}",
                $"current {amount} {filters}");
        }

        return Say(
            $"how many {phrase} {{are there|do we have|exist|have we got|are there in total}} {filters} {time}",
            $"how many {phrase} {filters} {time}",
            $"how many {phrase} {{were there|did we have}} {filters} {time}",
            $"{{number|count|total|total number}} of {phrase} {filters} {time}",
            $"{{what is|what's|tell me|give me|show me|i need|i want}} [the] {{number|count|total}} of {phrase} {filters} {time}",
            $"count {{the|all|all the|}} {phrase} {filters} {time}",
            $"{phrase} {filters} {time}",
            $"{phrase} {filters} {time}",
            $"{phrase} {{count|total}} {filters} {time}",
            $"[the] current [number of] {phrase} {filters}",
            $"what is the current {{number|count}} of {phrase} {filters}",
            $"{time} how many {phrase} {filters}",
            $"how many {phrase} {{does|did}} {subject} {{have|own}} {time}",
            $"how many {phrase} has {subject} [got] {time}",
            $"how many {phrase} are {{in|with|on}} {subject} {time}",
            $"{subject} ['s] {phrase} {time}",
            $"{subject} how many {phrase} {time}",
            $"{filters} how many {phrase} {{are there|do we have}} {time}",
            $"how many {phrase} {{are|were}} {(filters.Length > 0 ? filters : "there")} {time}",
            $"how {{big|large|long}} is the {{number|amount}} of {phrase} {filters} {time}")
            is var said && Chance(22) && Phrases.Predicates.TryGetValue(word, out var predicates)
                ? Predicate(predicates, noun, filters, time, isPresent)
                : said;
    }

    private string Predicate(string[] predicates, string noun, string filters, string time, bool isPresent)
    {
        var predicate = Say(predicates);
        var are = isPresent ? "are" : "were";
        return Say(
            $"how many {noun} {are} {predicate} {filters} {time}",
            $"how many {noun} {filters} {are} {predicate} {time}",
            $"how many of {{the|our}} {noun} {filters} {are} {predicate} {time}",
            isPresent ? $"how many {noun} {{does|do}} {{<team+>|the <team+> team|<person+>|<project+>}} [still] have {predicate}" : $"how many {noun} were {predicate} {filters} {time}",
            isPresent ? $"{noun} {{<team+>|the <team+> team|<person+>}} $got {predicate}" : $"{noun} that were {predicate} {filters} {time}",
            $"{time} how many {noun} {filters} {are} {predicate}",
            $"how many {are} {predicate} {filters} {time}");
    }

    private string PredicateSpans(string word)
    {
        var predicate = Say(Phrases.Predicates[word]);
        var noun = Say("$T");
        var filters = Filters([0, 1], true, percent: 45);
        var (first, second) = (Say("<now+>", "<today+>", "<now+>", "<span+>"), Say("<past->", "<past->", "in <past->", "on <past->"));
        return Say(
            $"how many {noun} are {predicate} {filters} {first} {{compared with|compared to|versus|vs}} {second}",
            $"are {{more|fewer}} {noun} {predicate} {filters} {first} than {second}",
            $"how many {noun} {filters} are {predicate} {first} {{compared with|compared to|versus|vs}} {second}",
            $"how many {noun} are {predicate} {first} {{compared with|compared to|versus|vs}} {second} {filters}");
    }

    private string CountList(string word)
    {
        Aggregates(List);
        var noun = Chance(18) ? Say("<type+>", "<type+> $T") : Say("$T");
        var phrase = Say(Phrases.Nouns[word]).Replace("#", noun, StringComparison.Ordinal);
        var filters = Filters([0, 1, 2, 3, 5], noun.Contains("type", StringComparison.Ordinal));
        var now = Chance(10) ? NowWords() : string.Empty;
        if (word == "wip" && Chance(35))
        {
            return Say(
                "what {is|are} <person+> {working on|busy with|doing} [now|right now|these days]",
                "what {is|are} [the] <team+> [team] {working on|busy with}",
                "what is being worked on {in|by} <project+>",
                "what is <team+> [team] {working on|up to}",
                "<person+> is working on what",
                "what does <person+> work on");
        }

        if (word == "wip" && Chance(25)) return Workload(isList: true);
        if (word == "wip" && Chance(30)) return Busiest();
        if (word == "tasks" && Chance(40))
        {
            var some = Filters([1, 2, 3, 3, 5], true, percent: 100);
            return Say($"{{list|show|show me|give me|what is}} everything {some}", $"{{list|show|show me|give me}} {{all|all the|the|}} {noun} {some}", $"{{what|which}} {noun} are {some}", $"what {{is|all is}} {some}", $"everything {some}", $"{{what|which}} {noun} {{are|do we have}} {some} {now}");
        }

        if (Chance(15))
        {
            LimitsToNumber();
            return Say(
                $"{{show|list|give me|display}} [me] <number+> {phrase} {filters}",
                $"{{list|show}} the first <number+> {phrase} {filters}",
                $"<number+> {phrase} {filters} [please]",
                $"{{list|show}} {phrase} {filters} limit <number+>",
                $"{{show|list}} up to <number+> {phrase} {filters}");
        }

        var isPredicate = Phrases.Predicates.ContainsKey(word);
        if (isPredicate && Chance(22))
        {
            var owner = Say("<team+>", "the <team+> team", "<person+>", "<person+>", "<project+>");
            var predicate = Say(Phrases.Predicates[word]);
            return Say(
                $"{{give me|get me|show me|find me|fetch me|let me see|let me have}} [all] [the] {noun} [{{that|which}}] {owner} $got {predicate} {now}",
                $"{{pull up|bring up|list|show|find|get|i need|i'm looking for}} [all] [the] {noun} [{{that|which}}] {owner} $got {predicate} {now}",
                $"{{which|what}} {noun} {{does|do}} {owner} [still] have {predicate} {now}",
                $"{{which|what}} {noun} {{has|have}} {owner} [still] [got] {predicate} {now}",
                $"{{give me|get me|pull up|show me}} [all] [the] {noun} of {owner} [that are] [still] {predicate} {now}");
        }

        return Say(
            $"{{list|show|display|enumerate|give me|show me|get|fetch|find}} [all|all the|the] {phrase} {filters} {now}",
            $"{{list|show}} {phrase} {filters} {now}",
            $"[give me|show me|i need] {{a|the}} list of [all|all the|the] {phrase} {filters} {now}",
            $"{{what|which}} {phrase} {{are there|do we have|exist}} {filters} {now}",
            $"what are the {phrase} {filters} {now}",
            $"which {phrase} does {{<team+>|the <team+> team|<person+>|<project+>}} have {now}",
            $"{{what|which}} {phrase} are {{in|with|assigned to|on}} {{<team+>|<person+>|<project+>}} {now}",
            isPredicate ? $"{{which|what}} {noun} are $now {Say(Phrases.Predicates[word])} {filters} {now}" : $"list {phrase} {filters}",
            isPredicate ? $"{{which|what}} {noun} {filters} are {Say(Phrases.Predicates[word])} {now}" : $"show me {phrase} {filters}",
            isPredicate && noun.IndexOf('<') < 0 ? $"{{what|what all}} is {Say(Phrases.Predicates[word])} {filters} {now}" : $"list all {phrase} {filters}",
            isPredicate ? $"{{list|show me|show}} {{the|all|all the|}} {noun} {filters} that are {Say(Phrases.Predicates[word])} {now}" : $"show {phrase} {filters}",
            $"{{which|what}} are [the] {phrase} {filters}",
            $"{{let me see|i want to see|can i see|pull up|get me|bring up|dig out|i'm looking for|we're looking for}} {{the|all|all the|}} {phrase} {filters}");
    }

    /// <summary>How much somebody has in hand is their work in progress.</summary>
    private string Workload(bool isList)
    {
        var owner = Say("<person+>", "<person+>", "<team+>", "the <team+> team", "<person+>", "team <team+>");
        var their = Say("their", "her", "his", "its", "the");
        var now = Chance(25) ? NowWords() : string.Empty;
        if (!isList && Chance(22))
        {
            var field = Pick(QueryField.Person, QueryField.Person, QueryField.Team);
            Groups(field);
            var (singular, plural) = (Say(Phrases.Singulars[field]), Say(Phrases.Plurals[field]));
            return Say(
                $"[the] [current] workload {{by|per|of each|for each}} {singular} {now}",
                $"how {{busy|loaded}} {{is|are}} {{each {singular}|every {singular}|the {plural}|all {plural}}} {now}",
                $"how is {{the|our}} workload {{distributed|spread|split}} {{over|across|among|between}} [the] {plural} {now}",
                field == QueryField.Person ? $"how busy is {{everyone|everybody}} {now}" : $"workload across [the] {plural} {now}");
        }

        return isList
            ? Say(
                $"what is on {owner} 's {{plate|desk|table}} {now}",
                $"{{what|what all}} {{does|do}} {owner} have on {their} {{plate|desk|hands}} {now}",
                $"what {{has|have}} {owner} got on {their} {{plate|desk}} {now}",
                $"what {{is|are}} {owner} {{juggling|handling|busy with|dealing with|tackling}} {now}",
                $"{{show me|list|give me}} what {{is on {owner} 's plate|{owner} has on {their} plate|{owner} is {{working on|busy with}}}} {now}")
            : Say(
                $"how {{busy|loaded|swamped|stretched|loaded up|snowed under}} {{is|are}} {owner} {now}",
                $"how {{busy|loaded}} {{is|are}} {owner} {now}",
                $"[{{what is|what's|show me|tell me}}] {owner} 's [current] {{workload|workload|work load}} {now}",
                $"[{{what is|what's|show me}}] [the] [current] {{workload|work load}} {{of|for|on}} {owner} {now}",
                $"how {{big|high|heavy|large}} is {{{owner} 's workload|the workload of {owner}}} {now}",
                $"how {{much|many $T}} {{is|are}} on {owner} 's {{plate|desk}} {now}",
                $"how {{much|many $T}} {{does|do}} {owner} have on {their} {{plate|desk}} {now}",
                $"how {{much|many $T}} {{has|have}} {owner} got on {their} plate {now}",
                $"how {{much|many $T}} {{is|are}} {owner} {{juggling|handling|dealing with|working on}} {now}");
    }

    /// <summary>Whose tasks are meant is said before the question, which only says "their".</summary>
    private string Referring(string word)
    {
        var (who, their) = _random.Next(3) switch
        {
            0 => (Say("<person+>", "<person+>"), Say("his", "her", "their")),
            1 => (Say("<team+>", "the <team+> team", "team <team+>"), "their"),
            _ => (Say("<project+>", "project <project+>", "the <project+> project"), "its"),
        };
        var intro = Say(Phrases.Meetings).Replace("…", who, StringComparison.Ordinal);
        var noun = Chance(25) ? Say("<type+>", "<type+>") : Say("$T");
        var predicate = Say(Phrases.Predicates[word]);
        var phrase = Say(Phrases.Nouns[word]).Replace("#", noun, StringComparison.Ordinal);
        if (Chance(60))
        {
            Aggregates(List);
            return Say(
                $"{intro} {{which|what}} of {their} {noun} are [still] {predicate}",
                $"{intro} {{which|what}} {noun} of {{theirs|his|hers|it}} are {predicate}",
                $"{intro} {{show me|list|give me|pull up}} {their} {phrase}",
                $"{intro} what are {their} {phrase}",
                $"{intro} {{which|what}} {noun} do they [still] have {predicate}");
        }

        return Say(
            $"{intro} how many of {their} {noun} are [still] {predicate}",
            $"{intro} how many {phrase} {{do they|does he|does she|does it}} have",
            $"{intro} how many {noun} do they [still] have {predicate}",
            $"{intro} what is {their} number of {phrase}");
    }

    /// <summary>"Busiest" is who has the most work in progress.</summary>
    private string Busiest()
    {
        Aggregates(Natural);
        var field = Pick(QueryField.Person, QueryField.Team, QueryField.Project);
        Groups(field);
        Orders(isDescending: true);
        var filters = Filters([0, 1], false, field, percent: 25);
        var (singular, plural) = (Say(Phrases.Singulars[field]), Say(Phrases.Plurals[field]));
        switch (_random.Next(3))
        {
            case 0:
                LimitsToOne();
                return field == QueryField.Person && Chance(60)
                    ? Say($"who is [the] busiest {filters}", $"who is {{the busiest|busiest}} {{right now|now|at present|}} {filters}", $"who has the most on their plate {filters}", $"who is the busiest {singular} {filters}")
                    : Say($"[which is|what is] the busiest {singular} {filters}", $"{{which|what}} {singular} is [the] busiest {filters}", $"busiest {singular} {filters}", $"which is the busiest {singular} {filters}");
            case 1:
                LimitsToNumber();
                return Say($"[show|list|who are|which are] [the] <number+> busiest {plural} {filters}", $"busiest <number+> {plural} {filters}", $"which <number+> {plural} are [the] busiest {filters}", $"top <number+> busiest {plural} {filters}");
            default:
                return Say($"[which are|who are|list|show] the busiest {plural} {filters}", $"{{which|what}} {plural} are [the] busiest {filters}", $"busiest {plural} {filters}", $"{{rank|sort|order}} {plural} by how busy they are {filters}");
        }
    }

    private string CountGroups(string word, MetricMeaning metric)
    {
        var field = Field(metric, noTask: true);
        Groups(field);
        var isOf = !metric.Fields.Contains(field) && !metric.GroupFields.Contains(field);
        var time = metric.Time == MetricTime.Level && metric.Metric is not (DoneTasks or CancelledTasks) && !isOf && Chance(20) ? Time() : string.Empty;
        var phrase = NounPhrase(word, field != QueryField.Type && time.Length == 0);
        return Grouped(phrase, field, Filters(time.Length == 0 ? [0, 1, 2, 3, 5] : [0, 1, 3], phrase.Contains("type", StringComparison.Ordinal), field), time);
    }

    private string Grouped(string phrase, QueryField field, string filters, string time)
    {
        var by = ByPhrase(field);
        var plural = Say(Phrases.Plurals[field]);
        var singular = Say(Phrases.Singulars[field]);
        if (field == QueryField.Person && Chance(45))
        {
            return Say(
                $"who has {phrase} {filters} {time}",
                $"who {{owns|is responsible for|holds}} {phrase} {filters} {time}",
                $"which {{people|persons|assignees}} have {phrase} {filters} {time}",
                $"{phrase} {{of|for|by}} {{each person|everyone|everybody}} {filters} {time}");
        }

        return Say(
            $"{phrase} {filters} {by} {time}",
            $"{phrase} {by} {filters} {time}",
            $"{phrase} {by} {time} {filters}",
            $"{{show|show me|give me|display}} [the] {phrase} {filters} {by} {time}",
            $"{{show|list|give me}} [the] [number of] {phrase} {by} {filters} {time}",
            $"how many {phrase} {{are there|do we have|}} {by} {filters} {time}",
            $"how many {phrase} does {{each|every}} {singular} have {filters} {time}",
            $"how many {phrase} {{are in|has}} {{each|every}} {singular} {filters} {time}",
            $"[the] {{number|count|total}} of {phrase} {filters} {by} {time}",
            $"{{which|what}} {plural} have {phrase} {filters} {time}",
            $"which {plural} have {phrase} {filters} {time}",
            $"for {{each|every}} {singular} [show] {{the number of|how many}} {phrase} {filters} {time}",
            $"{{break down|split|group}} [the] {phrase} {filters} by {singular} {time}",
            $"{{breakdown|distribution|split}} of {phrase} {filters} {{by|across|over}} {{{singular}|{plural}}} {time}",
            $"how are [the] {phrase} {filters} {{distributed|spread|split}} {{over|across|among|by}} [the] {plural} {time}",
            $"{singular} {{wise|level}} {phrase} {filters} {time}",
            $"{by} {phrase} {filters} {time}",
            $"{phrase} of {{all|each of the|every one of the}} {plural} {filters} {time}");
    }
}
