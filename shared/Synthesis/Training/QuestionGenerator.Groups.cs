using ShitOps.Planning;
using static ShitOps.Planning.QueryAggregation;
using static ShitOps.Planning.QueryMetric;

namespace ShitOps.Synthesis.Training;

/// <content>Ranks, trends and comparisons, whatever is measured.</content>
internal sealed partial class QuestionGenerator
{
    private string Rank(Func<string> phraseOf, MetricMeaning metric, bool isPresentOnly)
    {
        var field = Field(metric, noTask: true);
        Groups(field);
        var isMost = Chance(75);
        Orders(isMost);
        var isOf = !metric.Fields.Contains(field) && !metric.GroupFields.Contains(field);
        var time = !isPresentOnly && metric.Time is MetricTime.Level or MetricTime.Flow && metric.Metric is not (DoneTasks or CancelledTasks) && !isOf && Chance(metric.Time == MetricTime.Flow ? 55 : 12) ? Time() : string.Empty;
        var phrase = phraseOf();
        var filters = Filters(metric.Time == MetricTime.Flow || time.Length > 0 ? [0, 1] : [0, 1, 2, 3, 5], phrase.Contains("type", StringComparison.Ordinal), field, percent: 22);
        var most = isMost ? Say("the most", "most", "the highest number of", "the largest number of", "the greatest number of", "the most", "the biggest number of", "the highest count of")
            : Say("the fewest", "the least", "fewest", "the lowest number of", "the smallest number of", "least");
        return RankFrames(field, most, isMost, phrase, filters, time);
    }

    private string RankFrames(QueryField field, string most, bool isMost, string phrase, string filters, string time)
    {
        var singular = Say(Phrases.Singulars[field]);
        var plural = Say(Phrases.Plurals[field]);
        switch (_random.Next(3))
        {
            case 0:
                LimitsToOne();
                return field == QueryField.Person && Chance(60)
                    ? Say(
                        $"who has {most} {phrase} {filters} {time}",
                        $"who had {most} {phrase} {filters} {time}",
                        $"who {{is|was}} the {{person|one|assignee}} with {most} {phrase} {filters} {time}",
                        $"{time} who had {most} {phrase} {filters}",
                        $"who {{holds|owns|carries}} {most} {phrase} {filters} {time}")
                    : Say(
                        $"{{which|what}} {singular} {{has|had|owns}} {most} {phrase} {filters} {time}",
                        $"which {singular} has {most} {phrase} {filters} {time}",
                        $"[what is|show|find|name] the {singular} with {most} {phrase} {filters} {time}",
                        $"in which {singular} are there {most} {phrase} {filters} {time}",
                        $"{time} which {singular} had {most} {phrase} {filters}",
                        $"{singular} with {most} {phrase} {filters} {time}");
            case 1:
                LimitsToNumber();
                var top = isMost ? Say("top", "the top", "first", "leading", "highest", "biggest", "worst") : Say("bottom", "the bottom", "lowest", "last");
                return Say(
                    $"{top} <number+> {plural} by [number of|count of] {phrase} {filters} {time}",
                    $"{top} <number+> {plural} {{with|for|in}} {most} {phrase} {filters} {time}",
                    $"[which|what] [the] <number+> {plural} {{have|with|had}} {most} {phrase} {filters} {time}",
                    $"[show|list|give me] [the] <number+> {plural} with {most} {phrase} {filters} {time}",
                    $"{{show|list|give me|what are|name}} {top} <number+> {plural} by {phrase} {filters} {time}",
                    $"which <number+> {plural} {{have|had}} {most} {phrase} {filters} {time}",
                    $"{phrase} {filters} {{by|per}} {singular} {top} <number+> {time}",
                    $"{top} <number+> {plural} {phrase} {filters} {time}");
            default:
                return isMost
                    ? Say(
                        $"which {plural} {{have|had}} {most} {phrase} {filters} {time}",
                        $"{plural} with {most} {phrase} {filters} {time}",
                        $"rank [the] {plural} by [number of] {phrase} {filters} {time}",
                        $"{{sort|order|rank}} {plural} {{by|on}} [the] [number of] {phrase} {filters} {time}",
                        $"top {plural} by [number of] {phrase} {filters} {time}",
                        $"ranking of {plural} by {phrase} {filters} {time}",
                        $"{{rank|order}} [the] {phrase} {filters} by {singular} {time}",
                        $"{phrase} {filters} by {singular} {{from highest to lowest|descending|largest first|highest first|ranked|sorted|in descending order|most first}} {time}",
                        $"what {plural} have {most} {phrase} {filters} {time}")
                    : Say(
                        $"which {plural} {{have|had}} {most} {phrase} {filters} {time}",
                        $"{plural} with {most} {phrase} {filters} {time}",
                        $"bottom {plural} by [number of] {phrase} {filters} {time}",
                        $"{{sort|order|rank}} {plural} by [the] [number of] {phrase} {filters} {{ascending|from lowest to highest|lowest first|fewest first|in ascending order}} {time}",
                        $"{phrase} {filters} by {singular} {{ascending|from lowest to highest|smallest first|lowest first}} {time}");
        }
    }

    // Trends.
    private string Trend(Func<string> phraseOf, bool isForecast = false, bool isOf = false)
    {
        var phrase = phraseOf();
        var step = (QueryStep)(Chance(45) ? 0 : _random.Next(1, 6));
        Steps(step);
        var time = isForecast ? Ahead(55) : Chance(72) ? Time() : string.Empty;
        var field = QueryField.Team;
        var by = string.Empty;
        var isGrouped = !isForecast && Chance(18);
        if (isGrouped)
        {
            field = Pick(QueryField.Team, QueryField.Project);
            Groups(field);
            by = ByPhrase(field);
        }

        var filters = Filters(isOf ? [0, 1, 2, 5] : [0, 1], false, isGrouped ? field : null);
        var of = $"{filters} {by}";
        if (step == QueryStep.Auto && !isForecast && !isGrouped && Chance(12))
        {
            var owner = Say("<team+>", "the <team+> team", "<project+>", isOf ? "<person+>" : "<team+>", "our");
            var whose = owner == "our" ? owner : $"{owner} 's";
            return Say($"did {whose} {phrase} $rise {time}", $"{{has|have}} {whose} {phrase} $risen {time}", $"{{is|are}} {whose} {phrase} $rising {time}");
        }

        if (step == QueryStep.Auto)
        {
            return Say(
                $"[the] trend {{of|in|for}} {phrase} {of} {time}",
                $"{phrase} trend {of} {time}",
                $"{{show|show me|plot|chart|graph|draw|display}} [the] {phrase} {of} over time {time}",
                $"{{plot|chart|graph|draw}} [the] {phrase} {of} {time}",
                $"{phrase} {of} over time {time}",
                $"how {{has|have|did|do}} [the] [number of] {phrase} {of} {{developed|changed|evolved|develop|change|evolve|moved|grown|trended}} {time}",
                $"how {{has|have|did}} [the] {phrase} {of} {{developed|changed|evolved|gone|progressed}} {time}",
                $"{{history|evolution|development|course|timeline|progression}} of [the] {phrase} {of} {time}",
                $"{{show|give me}} [me] [the] {{trend|history|development|evolution}} of {phrase} {of} {time}",
                $"{{show|give me|what is}} [the] {phrase} {{trend|history}} {of} {time}",
                $"is [the] [number of] {phrase} {of} {{going up|growing|shrinking|increasing|rising|falling|going down}} {time}",
                $"are {phrase} {of} {{increasing|decreasing|rising|falling|growing}} {time}",
                $"{{is|are}} [the|our] [number of|amount of] {phrase} {of} [still|slowly|actually] $rising {time}",
                $"{{has|have}} [the|our] [number of|amount of] {phrase} {of} [{{really|actually}}] $risen {time}",
                $"{{has|have}} [the] {phrase} {of} $risen {time}",
                $"did [the|our] [number of|amount of] {phrase} {of} $rise {time}",
                $"{{was|were}} [the] [number of] {phrase} {of} $rising {time}",
                $"is there {{an increase|a rise|a drop|a decrease|a decline}} in [the] [number of] {phrase} {of} {time}",
                $"{time} trend of {phrase} {of}",
                $"a {{chart|graph|plot}} of {phrase} {of} {time}");
        }

        var adverb = Say(Phrases.StepAdverbs[step]);
        var per = Say(Phrases.StepPhrases[step]);
        return Say(
            $"{phrase} {per} {of} {time}",
            $"{phrase} {of} {per} {time}",
            $"{phrase} {of} {time} {per}",
            $"{adverb} {phrase} {of} {time}",
            $"{{show|show me|plot|chart|graph|give me|list}} [the] {adverb} {phrase} {of} {time}",
            $"{{show|show me|plot|chart|graph|give me}} [the] {phrase} {of} {per} {time}",
            $"how many {phrase} {{were there|did we have|are there|}} {per} {of} {time}",
            $"{adverb} {{trend|history|development|evolution|number|count}} of {phrase} {of} {time}",
            $"{{trend|history|development|evolution}} of {phrase} {of} {per} {time}",
            $"how {{has|have|did}} [the] {phrase} {of} {{developed|changed|evolved|develop|change}} {per} {time}",
            $"{phrase} {of} {time} {{broken down|split|grouped|aggregated}} {per}",
            $"{time} {phrase} {of} {per}",
            $"[number of] {phrase} {{in|for}} each {Say(Phrases.StepNouns[step])} {of} {time}",
            $"{phrase} {{for every|each}} {Say(Phrases.StepNouns[step])} {of} {time}");
    }

    // Two things side by side.
    private string Compare(Func<string> phraseOf, MetricMeaning metric, bool namesOnly = false)
    {
        var phrase = phraseOf();
        if (metric.Time is MetricTime.Level or MetricTime.Flow && !namesOnly && Chance(45)) return CompareSpans(phrase, metric);
        var field = Pick(QueryField.Team, QueryField.Team, QueryField.Project, QueryField.Person, QueryField.Type);
        if (!metric.FiltersBy(field) || (field == QueryField.Type && phrase.Contains("type", StringComparison.Ordinal))) field = QueryField.Team;
        if (!metric.FiltersBy(field)) field = QueryField.Project;
        Groups(field);
        var (a, b) = (Say(Phrases.NamesOf[field]), Say(Phrases.NamesOf[field]));
        var time = metric.Time == MetricTime.Flow || (metric.Time == MetricTime.Level && metric.Fields.Contains(field) && !phrase.Contains("type", StringComparison.Ordinal)) ? Chance(35) ? Time() : string.Empty : string.Empty;
        var pair = Say($"{a} {{and|with|to|vs|versus|against}} {b}", $"{a} {{and|vs|versus}} {b}", $"{a} and {b} and {Say(Phrases.NamesOf[field])}");
        var filters = Filters(metric.Time == MetricTime.Flow ? [0, 1] : time.Length > 0 ? [0, 1] : [0, 1, 3], true, field, percent: 12);
        return Say(
            $"compare [the] {phrase} {{of|between|in|for|from|by}} {pair} {filters} {time}",
            $"compare {pair} {{by|on|in terms of|in|regarding|for}} {phrase} {filters} {time}",
            $"compare {pair} {{on|by}} [number of] {phrase} {filters} {time}",
            $"compare {pair} {phrase} {filters} {time}",
            $"{phrase} {filters} {{of|in|for}} {a} {{vs|versus|compared to|compared with|against|vs .|or}} {b} {time}",
            $"{phrase} {filters} {a} {{vs|versus}} {b} {time}",
            $"{a} {{vs|versus|against}} {b} {phrase} {filters} {time}",
            $"{a} {{or|vs|versus}} {b} : {{who|which}} has {{more|fewer|most}} {phrase} {filters} {time}",
            $"{{does|did|do}} {a} or {b} have {{more|fewer|less|higher|lower}} {phrase} {filters} {time}",
            $"who has {{more|fewer}} {phrase} {filters} {a} or {b} {time}",
            $"{{which|who}} has more {phrase} {filters} {a} or {b} {time}",
            $"how {{do|does|did}} {a} {{and|compare to|compare with}} {b} {{compare in|in|for|regarding|in terms of|on}} {phrase} {filters} {time}",
            $"[what is] [the] difference {{in|of|between}} {phrase} {filters} between {a} and {b} {time}",
            $"{{does|has}} {a} {{have|got}} more {phrase} {filters} than {b} {time}",
            $"{a} compared {{to|with}} {b} {{in|by|on|for}} {phrase} {filters} {time}",
            $"{phrase} side by side for {a} and {b} {filters} {time}",
            $"{time} compare {phrase} of {pair} {filters}");
    }

    private string CompareSpans(string phrase, MetricMeaning metric)
    {
        var filters = Filters([0, 1], true);
        var first = Say("<span+>", "<span+>", "<past+>", "<today+>", metric.Time == MetricTime.Level ? "<now+>" : "<span+>", "in <past+>", "in <span+>", "on <past+>");
        var second = Say("<past->", "<past->", "<past->", "the <past->", "in <past->", "on <past->");
        return Chance(30)
            ? Say(
                $"{phrase} {filters} compared {{with|to}} {second}",
                $"{phrase} {filters} {{versus|vs|against}} {second}",
                $"compare {phrase} {filters} {{with|to|against}} {second}",
                $"how {{do|does}} [the] {phrase} {filters} compare {{with|to}} {second}",
                $"{{are|were}} there more {phrase} {filters} than {second}",
                $"{phrase} {filters} relative to {second}")
            : Say(
                $"{phrase} {filters} {first} {{versus|vs|compared with|compared to|against|vs .|relative to}} {second}",
                $"compare {phrase} {filters} {first} {{with|to|and|versus|vs|against}} {second}",
                $"compare {phrase} {{of|in|from|between|for}} {first} {{with|to|and|versus|vs}} {second} {filters}",
                $"compare {first} {{with|to|and|versus|vs|against}} {second} {{by|for|in|on|in terms of}} {phrase} {filters}",
                $"how {{do|does|did}} [the] {phrase} {filters} {first} compare {{with|to}} {second}",
                $"were there {{more|fewer|less}} {phrase} {filters} {first} than {second}",
                $"are there {{more|fewer}} {phrase} {filters} {first} than {second}",
                $"{first} {{versus|vs}} {second} {phrase} {filters}",
                $"{phrase} {filters} : {first} {{vs|versus}} {second}",
                $"[what is] [the] {{difference|change}} {{in|of}} {phrase} {filters} {{between|from}} {first} {{and|to}} {second}",
                $"has [the] [number of] {phrase} {filters} {{gone up|increased|decreased|changed|gone down}} {first} compared {{with|to}} {second}",
                $"{{has|have}} [the|our] [number of] {phrase} {filters} $risen {first} {{compared with|compared to|versus|relative to}} {second}",
                $"did [the|our] [number of] {phrase} {filters} $rise {first} {{compared with|compared to|versus|relative to}} {second}",
                $"{phrase} {filters} {first} and {second} compared");
    }

    private string OverTime(Func<string> phraseOf)
    {
        var aggregation = Pick(Mean, Mean, Min, Max);
        Aggregates(aggregation);
        var phrase = phraseOf();
        var time = Say("{|in|during|over|for} {<past+>|<span+>}", "<past+>", "<span+>", "{in|over|during} the <past+>");
        var filters = Filters([0, 1], true);
        var by = string.Empty;
        if (Chance(15))
        {
            var field = Pick(QueryField.Team, QueryField.Project);
            Groups(field);
            by = ByPhrase(field);
        }

        var word = aggregation switch
        {
            Mean => Say("average", "mean", "avg", "typical", "on average"),
            Max => Say("peak", "maximum", "highest", "max", "most", "greatest", "largest"),
            _ => Say("minimum", "lowest", "min", "smallest", "least"),
        };
        return Say(
            $"[the] {word} [number of] {phrase} {filters} {by} {time}",
            $"{{what is|what was|show|give me|tell me}} the {word} [number of] {phrase} {filters} {by} {time}",
            $"{word} {phrase} {time} {filters} {by}",
            $"{time} {word} [number of] {phrase} {filters} {by}",
            aggregation == Mean ? $"how many {phrase} {filters} {{did we have|were there}} on average {by} {time}" : $"what was the {word} {phrase} count {filters} {by} {time}",
            $"{phrase} {filters} {by} {time} {{as|:|}} {word}",
            $"the {word} of {phrase} {filters} {by} {time}");
    }
}
