using ShitOps.Planning;
using static ShitOps.Planning.QueryAggregation;
using static ShitOps.Planning.QueryMetric;

namespace ShitOps.Synthesis.Training;

/// <content>Questions about what happened to tasks.</content>
internal sealed partial class QuestionGenerator
{
    private string Flow()
    {
        var metric = Pick(Created, Completed, Completed, Completed, Reopened, Dropped);
        var meaning = QueryMetrics.Of(metric);
        Means(metric);
        var hasType = metric is Created or Completed;
        var phraseOf = () => (metric == Dropped ? Say("cancelled #", "# cancelled", "canceled #", Say(Phrases.Nouns["dropped"])) : Say(Phrases.Nouns[meaning.Word])).Replace("#", hasType && Chance(20) ? Say("<type+>", "<type+> $T", "<type+>") : Say("$T"), StringComparison.Ordinal);
        switch (_random.Next(100))
        {
            case < 10: return Rank(() => Say(Phrases.Nouns[meaning.Word]).Replace("#", Say("$T"), StringComparison.Ordinal), meaning, isPresentOnly: false);
            case < 20: return FlowRank(metric);
            case < 26: return FlowCompare(metric);
            case < 44: return Trend(phraseOf, isOf: hasType);
            case < 56: return Compare(phraseOf, meaning);
            case < 66:
                var field = Field(meaning, noTask: true);
                Groups(field);
                return Chance(70)
                    ? Grouped(phraseOf(), field, Filters(hasType ? [0, 1, 2, 5] : [0, 1], true, field), Time())
                    : Grouped(Say(Phrases.Nouns[meaning.Word]).Replace("#", Say("$T"), StringComparison.Ordinal), field, string.Empty, string.Empty);
            default: return FlowReport(metric, hasType);
        }
    }

    private string FlowReport(QueryMetric metric, bool hasType)
    {
        var meaning = QueryMetrics.Of(metric);
        var noun = hasType && Chance(22) ? Say("<type+>", "<type+> $T", "<type+>") : Say("$T");
        var time = Chance(85) ? Time() : string.Empty;
        var phrase = (metric == Dropped && time.Length > 0 ? Say("cancelled #", "# cancelled", Say(Phrases.Nouns["dropped"])) : Say(Phrases.Nouns[meaning.Word])).Replace("#", noun, StringComparison.Ordinal);
        var filters = Filters(hasType ? [0, 1, 2, 5] : [0, 1], noun.Contains("type", StringComparison.Ordinal));
        var (past, stem) = (Say(Phrases.PastVerbs[metric]), Say(Phrases.StemVerbs[metric]));
        var active = past;
        if (metric == Completed && Chance(25)) (active, stem) = Phrases.Accomplishments[_random.Next(Phrases.Accomplishments.Count)];
        var subject = Say("<team+>", "the <team+> team", "team <team+>", hasType ? "<person+>" : "<team+>", hasType ? "<person+>" : "<project+>", "we");
        if (hasType && Chance(28))
        {
            Aggregates(List);
            return Say(
                $"{{which|what}} {noun} {{were|got|have been}} {past} {filters} {time}",
                $"{{which|what}} {noun} did {subject} {stem} {time}",
                $"{{which|what}} {noun} {{has|have}} {subject} {active} {time}",
                $"{{list|show|show me|give me}} [all|all the|the] {phrase} {filters} {time}",
                $"{{list|show|show me|give me}} [all|all the|the] {noun} [that were] {past} {filters} {time}",
                $"{{list|show|pull up|get me|give me}} [all] [the] {noun} [that] {subject} {active} {time}",
                $"what did {subject} {stem} {time}",
                $"what did {subject} {stem} {time}",
                $"what [all] {{has|have}} {subject} {active} {time}",
                $"what {{was|got|has been}} {past} {filters} {time}",
                $"{{which|what}} {noun} {filters} were {past} {time}",
                $"a list of {noun} {past} {filters} {time}",
                $"{time} {{which|what}} {noun} were {past} {filters}",
                $"{{which|what}} {phrase} {{are there|do we have}} {filters} {time}");
        }

        return Say(
            $"how many {noun} {{were|have been|got|was}} {past} {filters} {time}",
            $"how many {noun} {filters} {{were|have been|got}} {past} {time}",
            $"how many {noun} {{were|have been|got}} {past} {time} {filters}",
            $"how many {noun} did {subject} {stem} {filters} {time}",
            $"how many {noun} {{has|have}} {subject} {active} {time}",
            $"how many {{were|got|have been|was}} {past} {filters} {time}",
            $"how {{many|much}} {{has|have}} {subject} {active} {time}",
            $"how {{many|much}} did {subject} {stem} {time}",
            $"[{{number|count}} of] {noun} [that] {subject} {active} {time}",
            $"how many {phrase} {{are there|were there|did we have|do we have}} {filters} {time}",
            $"how many {phrase} {filters} {time}",
            $"{{number|count|total}} of {noun} {past} {filters} {time}",
            $"{{number|count|total}} of {phrase} {filters} {time}",
            $"{{what is|what was|what's|tell me|give me|show me}} the {{number|count}} of {noun} {past} {filters} {time}",
            $"{{what is|what was|what's|show me|tell me}} the {(metric == Completed ? "[number of]" : "number of")} {phrase} {filters} {time}",
            $"{noun} {past} {filters} {time}",
            $"{noun} {past} {time} {filters}",
            $"{phrase} {filters} {time}",
            $"{phrase} {time} {filters}",
            $"{time} how many {noun} were {past} {filters}",
            $"{time} how many {noun} did {subject} {stem}",
            $"{subject} {active} how many {noun} {time}",
            $"how often {{were|have}} {noun} [been] {past} {filters} {time}",
            $"how many times {{were|have}} {noun} [been] {past} {filters} {time}",
            $"how often did {subject} {stem} {{$T|$one|a $one}} {time}",
            $"did {subject} {stem} {{any|many}} {noun} {time}",
            $"how much did {subject} {stem} {time}");
    }

    /// <summary>"Did payments or search finish more tasks", "were more tasks finished this week than last week".</summary>
    private string FlowCompare(QueryMetric metric)
    {
        var hasType = metric is Created or Completed;
        var noun = hasType && Chance(20) ? "<type+>" : Say("$T");
        var (past, stem) = (Say(Phrases.PastVerbs[metric]), Say(Phrases.StemVerbs[metric]));
        if (Chance(50))
        {
            var filters = Filters([0, 1], true, percent: 35);
            var first = Say("<span+>", "<span+>", "<past+>", "<today+>", "in <past+>");
            var second = Say("<past->", "<past->", "in <past->", "the <past->");
            var subject = Say("<team+>", "the <team+> team", "we", "we");
            return Say(
                $"did {subject} {stem} {{more|fewer|less}} {noun} {first} than {second}",
                $"{{have|has}} {subject} {past} {{more|fewer|less}} {noun} {first} than {second}",
                $"were {{more|fewer|less}} {noun} {past} {filters} {first} than {second}",
                $"how many {noun} {{were|have been}} {past} {filters} {first} {{compared with|compared to|versus|vs}} {second}",
                $"how many {noun} did {subject} {stem} {first} {{compared with|compared to|versus|vs}} {second}",
                $"{noun} {past} {filters} {first} {{compared with|compared to|versus|vs|against}} {second}",
                $"compare [the] [number of] {noun} {past} {filters} {first} {{and|with|to}} {second}",
                $"{noun} {past} {filters} compared {{with|to}} {second}");
        }

        var field = hasType ? Pick(QueryField.Team, QueryField.Project, QueryField.Person) : Pick(QueryField.Team, QueryField.Project);
        Groups(field);
        var (a, b) = (Say(Phrases.NamesOf[field]), Say(Phrases.NamesOf[field]));
        var time = Chance(65) ? Time() : string.Empty;
        return Say(
            $"did {a} or {b} {stem} {{more|fewer|the most}} {noun} {time}",
            $"who {past} {{more|fewer}} {noun} {time} {a} or {b}",
            $"who {past} more {noun} {a} or {b} {time}",
            $"{{which|who}} of {a} and {b} {past} {{more|the most}} {noun} {time}",
            $"did {a} {stem} more {noun} than {b} {time}",
            $"{noun} {past} by {a} {{vs|versus|compared to|compared with}} {b} {time}",
            $"compare [the] [number of] {noun} {past} by {a} {{and|with|to|vs}} {b} {time}",
            $"compare how many {noun} {a} and {b} {past} {time}",
            $"{a} {{vs|versus}} {b} {noun} {past} {time}",
            $"has {a} {past} more {noun} than {b} {time}");
    }

    /// <summary>"Who finished the most tasks": the verb stands for the metric.</summary>
    private string FlowRank(QueryMetric metric)
    {
        var meaning = QueryMetrics.Of(metric);
        var field = Field(meaning, noTask: true);
        if (field is QueryField.Type or QueryField.Milestone) field = QueryField.Team;
        Groups(field);
        var noun = field != QueryField.Type && metric is Created or Completed && Chance(20) ? "<type+>" : Say("$T");
        var (past, stem) = (Say(Phrases.PastVerbs[metric]), Say(Phrases.StemVerbs[metric]));
        var time = Chance(70) ? Time() : string.Empty;
        var isMost = Chance(75);
        Orders(isMost);
        var most = isMost ? Say("the most", "most", "the largest number of") : Say("the fewest", "the least", "fewest");
        var (singular, plural) = (Say(Phrases.Singulars[field]), Say(Phrases.Plurals[field]));
        var filters = Filters([0, 1], true, field, percent: 15);
        switch (_random.Next(3))
        {
            case 0:
                LimitsToOne();
                return field == QueryField.Person
                    ? Say($"who {past} {most} {noun} {filters} {time}", $"who {{has|have}} {past} {most} {noun} {filters} {time}", $"{time} who {past} {most} {noun} {filters}", $"which {singular} {past} {most} {noun} {filters} {time}")
                    : Say($"which {singular} {past} {most} {noun} {filters} {time}", $"{{which|what}} {singular} has {past} {most} {noun} {filters} {time}", $"which {singular} did {stem} {most} {noun} {filters} {time}", $"the {singular} that {past} {most} {noun} {filters} {time}", $"in which {singular} were {most} {noun} {past} {time}");
            case 1:
                LimitsToNumber();
                return Say(
                    $"which <number+> {plural} {past} {most} {noun} {filters} {time}",
                    $"[the] <number+> {plural} that {past} {most} {noun} {filters} {time}",
                    isMost ? $"top <number+> {plural} by {noun} {past} {filters} {time}" : $"bottom <number+> {plural} by {noun} {past} {filters} {time}",
                    $"[show|list] [the] <number+> {plural} with {most} {noun} {past} {filters} {time}");
            default:
                return Say(
                    $"which {plural} {past} {most} {noun} {filters} {time}",
                    $"{plural} that {past} {most} {noun} {filters} {time}",
                    $"{plural} with {most} {noun} {past} {filters} {time}",
                    isMost ? $"{{rank|sort|order}} {plural} by {noun} {past} {filters} {time}" : $"which {plural} have {past} {most} {noun} {filters} {time}");
        }
    }
}
