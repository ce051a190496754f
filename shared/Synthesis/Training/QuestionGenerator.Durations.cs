using ShitOps.Planning;
using static ShitOps.Planning.QueryAggregation;
using static ShitOps.Planning.QueryMetric;

namespace ShitOps.Synthesis.Training;

/// <content>Questions about lead and cycle time.</content>
internal sealed partial class QuestionGenerator
{
    private string Duration()
    {
        var metric = Pick(LeadTime, CycleTime);
        var meaning = QueryMetrics.Of(metric);
        Means(metric);
        var quantile = string.Empty;
        if (Chance(28))
        {
            var aggregation = Pick(P50, P85, P95);
            Aggregates(aggregation);
            quantile = aggregation switch { P50 => Say("median", "median", "<q50>", "the <q50>"), P85 => Say("<q85>", "<q85> percentile", "<q85> percentile of", "<q85> quantile of"), _ => Say("<q95>", "<q95> percentile", "<q95> percentile of", "<q95> quantile of") };
        }
        else if (Chance(35))
        {
            quantile = Say("average", "mean", "avg", "typical");
        }

        var noun = Chance(16) ? Say("of <type+>", "for <type+>", "of <type+> $T", "for the <type+>") : Chance(15) ? "{of|for} $T" : string.Empty;
        var name = metric == LeadTime ? Say("lead time", "lead times", "leadtime", "lead time", "time from creation to completion", "time from created to done", "time between creation and completion")
            : Say("cycle time", "cycle times", "cycletime", "cycle time", "time from start to finish", "time from first in progress to done", "time from start to completion");
        var phrase = $"{quantile} {name} {_pattern.Draw(noun)}";
        var time = Chance(50) ? Time() : string.Empty;
        switch (_random.Next(100))
        {
            case < 30:
                var filters = Filters([0, 1, 2, 5], noun.Contains("type", StringComparison.Ordinal));
                return Say(
                    $"[what is|what was|what's|show me|tell me|give me] [the] {phrase} {filters} {time}",
                    $"[what is|what's] [the|our] {{current|present}} {phrase} {filters}",
                    $"{phrase} {filters} {time}",
                    $"{time} {phrase} {filters}",
                    $"how {{long|high|large}} {{is|was}} the {phrase} {filters} {time}",
                    $"what {{is|was}} {{the|our}} {phrase} {filters} {time}",
                    $"{{<team+>|<project+>|<person+>}} ['s] {phrase} {time}",
                    $"{phrase} {time} {filters}");
            case < 45:
                return HowLong(metric, quantile, time);
            case < 57:
                return DurationRank(metric, meaning, phrase, time);
            case < 60 when metric == CycleTime && quantile.Length == 0:
                return GettingSlower(time);
            case < 72:
                return Trend(() => phrase, isOf: true);
            case < 86:
                return Compare(() => phrase, meaning);
            default:
                var field = Field(meaning, noTask: false);
                Groups(field);
                return Grouped(phrase, field, Filters([0, 1, 2, 5], true, field), time);
        }
    }

    private string HowLong(QueryMetric metric, string quantile, string time)
    {
        var noun = Chance(30) ? Say("<type+>", "a <type+>", "<type+> $T") : Say("$T", "a $one", "a $one");
        var filters = Filters([0, 1, 2, 5], true);
        var adverb = quantile.Contains("<q", StringComparison.Ordinal) || quantile == "median" ? $"{{at|in}} [the] {quantile}" : Say("", "", "on average", "usually", "typically", "normally");
        return metric == LeadTime
            ? Say(
                $"how long {{does it take|did it take}} {adverb} from {{creation|created|creating}} to {{completion|done|finish}} {filters} {time}",
                $"how long do {noun} take {adverb} from {{creation|being created|created}} to {{completion|done|being done|close}} {filters} {time}",
                $"how {{long|many days}} does {noun} take from creation to completion {filters} {time}",
                $"{adverb} how long from created to done {filters} {time}")
            : Say(
                $"how long do {noun} take {adverb} {filters} {time}",
                $"how long does {noun} take {adverb} {filters} {time}",
                $"how long did {noun} take {adverb} {filters} {time}",
                $"how long {{does|did}} it take {adverb} to {{finish|complete|do|close|resolve|get}} {noun} [done] {filters} {time}",
                $"how long do {noun} take from start to {{finish|end|completion}} {filters} {time}",
                $"how {{fast|quickly}} {{do|does|did}} {{<team+>|the <team+> team|<person+>|<project+>|we}} {{finish|complete|close|work on|get through}} {noun} {time}",
                $"how long does {{<team+>|the <team+> team|<person+>}} {{take|need}} [for] {noun} {adverb} {time}",
                $"how {{fast|quick|slow}} {{is|are|was}} {{<team+>|the <team+> team|<person+>|<project+>}} {time}",
                $"{adverb} how long do {noun} take {filters} {time}");
    }

    /// <summary>"Slower" and "faster" mean the cycle time, as "slowest" does.</summary>
    private string GettingSlower(string time)
    {
        Steps(QueryStep.Auto);
        var subject = Say("<team+>", "the <team+> team", "<project+>", "<person+>", "we");
        var slower = Say("{slower|faster}", "{slower|quicker}", "{slower|faster} [at {closing|finishing|getting through} $T]");
        return Say(
            $"{{is|are}} {subject} {{getting|becoming}} {slower} {time}",
            $"{{has|have}} {subject} {{got|gotten|become}} {slower} {time}",
            $"did {subject} {{get|become}} {slower} {time}",
            $"{{is|are}} {subject} {{slowing down|speeding up|picking up speed}} {time}");
    }

    private string DurationRank(QueryMetric metric, MetricMeaning meaning, string phrase, string time)
    {
        var field = Field(meaning, noTask: Chance(50));
        Groups(field);
        var isMost = Chance(65);
        Orders(isMost);
        var (singular, plural) = (Say(Phrases.Singulars[field]), Say(Phrases.Plurals[field]));
        var most = isMost ? Say("the longest", "the highest", "the worst", "the greatest", "longest", "highest", "the slowest") : Say("the shortest", "the lowest", "the best", "shortest", "lowest", "the fastest");
        var filters = Filters([0, 1, 5], true, field, percent: 18);
        var slow = isMost ? Say("slowest", "slowest") : Say("fastest", "quickest");
        var isBare = metric == CycleTime && _choices[1] == 0;
        switch (_random.Next(3))
        {
            case 0:
                LimitsToOne();
                return Say(
                    $"which {singular} has {most} {phrase} {filters} {time}",
                    $"{{which|what}} {singular} {{had|has}} {most} {phrase} {filters} {time}",
                    field == QueryField.Person ? $"who has {most} {phrase} {filters} {time}" : $"the {singular} with {most} {phrase} {filters} {time}",
                    isBare ? $"[which|what] [is] the {slow} {singular} {filters} {time}" : $"{slow} {singular} by {phrase} {filters} {time}",
                    isBare ? $"{{which|what}} {singular} {{is|was}} [the] {slow} {filters} {time}" : $"{singular} with {most} {phrase} {filters} {time}",
                    isBare && field == QueryField.Task ? $"which $one took {{{(isMost ? "the longest" : "the shortest")}}} {filters} {time}" : $"in which {singular} is the {phrase} {most} {filters} {time}");
            case 1:
                LimitsToNumber();
                return Say(
                    $"{(isMost ? "top" : "bottom")} <number+> {plural} by {phrase} {filters} {time}",
                    $"[the] <number+> {plural} with {most} {phrase} {filters} {time}",
                    $"which <number+> {plural} {{have|had}} {most} {phrase} {filters} {time}",
                    isBare ? $"[show|list|what are|which are] [the] <number+> {slow} {plural} {filters} {time}" : $"[show|list] [the] <number+> {slow} {plural} by {phrase} {filters} {time}",
                    isBare ? $"{slow} <number+> {plural} {filters} {time}" : $"the <number+> {plural} {{with|having}} {most} {phrase} {filters} {time}");
            default:
                return Say(
                    $"which {plural} have {most} {phrase} {filters} {time}",
                    $"{plural} with {most} {phrase} {filters} {time}",
                    isMost ? $"{{rank|sort|order}} [the] {plural} by {phrase} {filters} {time}" : $"{{rank|sort|order}} [the] {plural} by {phrase} {filters} {{ascending|shortest first|lowest first|from fastest to slowest}} {time}",
                    isBare ? $"[which|what] [are] [the] {slow} {plural} {filters} {time}" : $"{slow} {plural} by {phrase} {filters} {time}",
                    isBare ? $"{{which|what}} {plural} {{are|were}} [the] {slow} {filters} {time}" : $"what {plural} have {most} {phrase} {filters} {time}");
        }
    }
}
