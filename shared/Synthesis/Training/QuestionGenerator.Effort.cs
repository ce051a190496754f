using ShitOps.Planning;
using static ShitOps.Planning.QueryAggregation;
using static ShitOps.Planning.QueryMetric;

namespace ShitOps.Synthesis.Training;

/// <content>Questions about effort, allocations, ages and waiting.</content>
internal sealed partial class QuestionGenerator
{
    private string Effort()
    {
        var metric = Pick(EstimatedHours, RemainingHours, RemainingHours, SpentHours, AllocatedHours);
        var meaning = QueryMetrics.Of(metric);
        Means(metric);
        var phraseOf = () => Say(Phrases.Nouns[meaning.Word]);
        int[] fields = metric == AllocatedHours ? [0, 1, 2] : [0, 1, 2, 5, 4, 6];
        switch (_random.Next(100))
        {
            case < 52:
                var time = Chance(14) ? Time() : Chance(8) ? NowWords() : string.Empty;
                var filters = Filters(time.Contains("now", StringComparison.Ordinal) || time.Length == 0 ? fields : [0, 1], false, percent: 75);
                var phrase = phraseOf();
                return Say(
                    $"[what is|what's|show me|tell me|give me] [the] [total] {phrase} {filters} {time}",
                    $"{phrase} {filters} {time}",
                    $"[what is|what's] [the|our] {{current|present}} {phrase} {filters}",
                    $"how {{much|many}} {Say(Phrases.HowMuch[metric])} {filters} {time}",
                    $"how {{much|many}} {Say(Phrases.HowMuch[metric])} {filters} {time}",
                    $"{{<team+>|<project+>|<person+>}} ['s] {phrase} {time}",
                    $"{{sum|total}} of [the] {phrase} {filters} {time}",
                    metric == AllocatedHours ? $"how many hours [a week|per week] is <person+> {{allocated|planned|booked|assigned}} [to|for|on] [<project+>]" : $"how {{much|many}} {Say(Phrases.HowMuch[metric])} {filters} {time}");
            case < 64:
                var field = Field(meaning, noTask: true);
                Groups(field);
                return Grouped(phraseOf(), field, Filters([0, 1], false, field), string.Empty);
            case < 77: return Rank(phraseOf, meaning, isPresentOnly: false);
            case < 86: return Trend(phraseOf);
            case < 91: return Compare(phraseOf, meaning);
            default: return OverTime(phraseOf);
        }
    }

    // Ages and waiting.
    private string Age()
    {
        var metric = Pick(TaskAge, BlockedTime);
        var meaning = QueryMetrics.Of(metric);
        Means(metric);
        var noun = Chance(25) ? Say("<type+>", "<type+> $T") : Say("$T");
        var kind = metric == TaskAge ? $"[open] {noun}" : $"[blocked] {noun}";
        var filters = Filters([0, 1, 2, 3, 5], noun.Contains("type", StringComparison.Ordinal), percent: 55);
        if (Chance(42)) return AgeRank(metric, meaning, noun);
        var aggregation = _random.Next(10) switch { 0 => Min, 1 => Max, 2 => P50, 3 => P85, 4 => P95, _ => Natural };
        Aggregates(aggregation);
        var word = aggregation switch
        {
            Min => Say("minimum", "lowest", "least", "min"),
            Max => Say("maximum", "highest", "greatest", "max"),
            P50 => Say("median", "<q50>"),
            P85 => Say("<q85>", "<q85> percentile", "<q85> percentile of the"),
            P95 => Say("<q95>", "<q95> percentile"),
            _ => Say("", "", "average", "mean", "avg", "typical"),
        };
        var phrase = metric == TaskAge
            ? Say($"{word} age", $"{word} {{task|ticket|issue}} age", $"{word} age of {kind}", $"{word} age of [the] {kind}")
            : Say($"{word} {{blocked|blocking|waiting|wait}} time", $"{word} time blocked", $"{word} time {kind} {{have waited|have been blocked|are blocked|spend blocked|wait}}", $"{word} blocked time of {kind}");
        if (Chance(22))
        {
            var field = Field(meaning, noTask: Chance(70));
            Groups(field);
            return Grouped(phrase, field, Filters([0, 1], false, field, percent: 20), string.Empty);
        }

        if (aggregation == Natural && Chance(50))
        {
            return metric == TaskAge
                ? Say(
                    $"how old are {{the|our|}} {kind} {filters} [on average|now|right now]",
                    $"how old is {{the|our}} backlog {filters}",
                    $"how long have {kind} {filters} {{been open|existed|been there|been around|been lying around}}",
                    $"how old is {{<task+>|task <task+>}}",
                    $"how old are {{<team+>|<project+>|<person+>}} 's {kind}",
                    $"how long has {{<task+>|task <task+>}} been open")
                : Say(
                    $"how long have {kind} {filters} {{been blocked|waited|been stuck|been waiting|been on hold}}",
                    $"how long have {{the|our}} blocked {noun} {{waited|been blocked|been waiting|been stuck}} {filters}",
                    $"how long has {{<task+>|task <task+>}} {{been blocked|been stuck|waited|been waiting|been on hold}}",
                    $"how long {{is|has been}} <task+> {{blocked|stuck}}",
                    $"how long do {kind} {filters} {{wait|stay blocked}} [on average]",
                    $"how long are {kind} {filters} {{blocked|stuck|waiting}}");
        }

        return Say(
            $"[what is|what's|show me|tell me] the {phrase} {filters}",
            $"{phrase} {filters}",
            $"{phrase} {filters} [now|currently]",
            $"{{<team+>|<project+>|<person+>}} ['s] {phrase}");
    }

    private string AgeRank(QueryMetric metric, MetricMeaning meaning, string noun)
    {
        var isTask = Chance(70);
        var field = isTask ? QueryField.Task : Field(meaning, noTask: true);
        Groups(field);
        var isMost = metric == BlockedTime || Chance(78);
        Orders(isMost);
        var filters = Filters([0, 1, 2, 3, 5], true, field, percent: 45);
        var limit = _random.Next(3);
        if (limit == 0) LimitsToOne();
        else if (limit == 1) LimitsToNumber();
        if (!isTask)
        {
            var group = limit == 0 ? Say(Phrases.Singulars[field]) : Say(Phrases.Plurals[field]);
            var most = metric == TaskAge ? isMost ? "the oldest" : "the newest" : "the longest blocked";
            var number = limit == 1 ? "<number+> " : string.Empty;
            var has = limit == 0 ? "has" : "have";
            return metric == TaskAge
                ? Say($"which {number}{group} {has} {most} $T {filters}", $"[the] {number}{group} with {most} [open] $T {filters}", $"{(limit == 1 ? "top " : "which ")}{number}{group} with the {(isMost ? "highest" : "lowest")} {{task age|age of [open] $T|average age}} {filters}", $"which {number}{group} {has} {most} [open] $T {filters}")
                : Say($"which {number}{group} {has} {{the longest|the highest|the most}} {{blocked time|waiting time|time blocked}} {filters}", $"[the] {number}{group} with the longest {{blocked time|blocked $T|waiting time}} {filters}", $"{(limit == 1 ? "top " : "which ")}{number}{group} by {{blocked time|time blocked}} {filters}", $"which {number}{group} {has} $T {{blocked|stuck|waiting}} the longest {filters}");
        }

        var things = limit == 0 ? noun.Contains("type", StringComparison.Ordinal) ? "<type+>" : "$one" : noun;
        var count = limit == 1 ? "<number+>" : string.Empty;
        if (metric == TaskAge)
        {
            var oldest = isMost ? "oldest" : Say("newest", "youngest", "most recent");
            return Say(
                $"[show|list|give me|what are|what is|which is|which are] [the] {count} {oldest} [open] {things} {filters}",
                $"the {count} {oldest} [open] {things} {filters}",
                $"{oldest} {count} [open] {things} {filters}",
                isMost ? $"{{which|what}} {count} {things} {(limit == 0 ? "has" : "have")} been open [the] longest {filters}" : $"the {count} {oldest} {things} {filters}",
                $"{{which|what}} {(limit == 0 ? "is" : "are")} {{the|our}} {count} {oldest} {things} {filters}");
        }

        return Say(
            $"[show|list|give me|what are|what is|which are] [the] {count} longest {{blocked|waiting|stuck}} {things} {filters}",
            $"{{which|what}} {count} {things} {(limit == 0 ? "has" : "have")} been {{blocked|stuck|waiting|on hold}} [the|for the] longest {filters}",
            $"{{which|what}} {count} {things} {(limit == 0 ? "has" : "have")} {{waited|been waiting}} [the|for the] longest {filters}",
            $"{{which|what}} {count} {things} {{is|are}} blocked [the|for the] longest {filters}",
            $"[the] {count} {things} {{blocked|stuck|waiting}} [the|for the] longest {filters}",
            $"{(limit == 1 ? "top " : "")}{count} {things} by {{blocked time|time blocked|blocking time|waiting time}} {filters}");
    }
}
