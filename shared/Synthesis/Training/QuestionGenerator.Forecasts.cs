using ShitOps.Planning;
using static ShitOps.Planning.QueryAggregation;
using static ShitOps.Planning.QueryMetric;

namespace ShitOps.Synthesis.Training;

/// <content>Questions about what is to come, and what holds it up.</content>
internal sealed partial class QuestionGenerator
{
    private string Forecast() => _random.Next(10) switch
    {
        < 4 => Completion(),
        < 6 => Expected(),
        _ => OnTime(),
    };

    private string Completion()
    {
        Means(CompletionDate);
        var sure = string.Empty;
        if (Chance(30))
        {
            var aggregation = Pick(P50, P85, P95);
            Aggregates(aggregation);
            var sign = aggregation switch { P50 => "<q50>", P85 => "<q85>", _ => "<q95>" };
            sure = aggregation == P50 && Chance(50) ? Say("median", "in the median") : Say($"{{with|at}} [a] {sign} {{certainty|confidence|probability|chance|likelihood|sure|}}", $"{sign} {{sure|certain|confident}}", $"{sign}", $"{{with|at}} {sign} {{certainty|confidence}}");
        }

        var subject = Say("<project+>", "project <project+>", "the <project+> project", "<project+>");
        if (Chance(16))
        {
            Groups(QueryField.Project);
            var of = Chance(40) ? Say("of [team] <team+>", "of the <team+> team") : string.Empty;
            return Say(
                $"when will {{each project|all projects|the projects|our projects|every project}} {of} be {{done|finished|completed}} {sure}",
                $"{{completion dates|expected completion|finish dates|end dates|forecasts}} {{by|per|of each|of all|for all|for each}} {{project|projects}} {of} {sure}",
                $"forecast [the] completion [date] {{by|per}} project {of} {sure}",
                $"expected completion [date] per project {of} {sure}");
        }

        if (Chance(10))
        {
            Groups(QueryField.Project);
            var isLast = Chance(50);
            Orders(isLast);
            switch (_random.Next(3))
            {
                case 0: LimitsToOne(); return isLast ? Say("which project will {finish|be done|be finished} last", "which project will take the longest to {finish|be done}") : Say("which project will {finish|be done|be finished|be completed} {first|next|soonest}", "which project finishes first");
                case 1: LimitsToNumber(); return isLast ? Say("which <number+> projects will {finish|be done} last") : Say("which <number+> projects will {finish|be done|be finished} {first|next|soonest}", "the next <number+> projects to {finish|be done}");
                default: return isLast ? Say("which projects will {finish|be done} last") : Say("which projects will {finish|be done} {first|next|soonest}", "rank projects by expected completion {soonest first|earliest first}");
            }
        }

        if (Chance(8))
        {
            return Say($"when will [the] [team] <team+> [team] {{be done|finish|be finished}} [with everything|with its backlog|with its work] {sure}", $"forecast [the] completion for {{team <team+>|the <team+> team}} {sure}", $"when will <team+> have finished its {{backlog|tasks}} {sure}");
        }

        return Say(
            $"when will {subject} be {{done|finished|completed|complete|ready|over|delivered}} {sure}",
            $"when will {subject} {{finish|end|complete|be done}} {sure}",
            $"when {{is|are}} {subject} {{going to be|likely to be|expected to be|expected to}} {{done|finished|completed|finish}} {sure}",
            $"when {{does|do}} {subject} finish {sure}",
            $"when can we expect {subject} to be {{done|finished}} {sure}",
            $"{{what is|what's|show me|give me}} the {{expected|forecast|predicted|likely|estimated}} {{completion date|end date|finish date|completion|delivery date}} {{of|for}} {subject} {sure}",
            $"[forecast|predict] [the] completion [date] {{of|for}} {subject} {sure}",
            $"{subject} {{completion date|forecast|completion forecast|expected completion|finish date}} {sure}",
            $"forecast {subject} {sure}",
            $"how long until {subject} is {{done|finished|complete}} {sure}",
            $"how {{much longer|long}} will {subject} take {sure}",
            $"{{by when|until when}} will {subject} be {{done|finished|complete}} {sure}",
            $"{sure} when will {subject} be {{done|finished}}",
            $"{{predicted|expected|forecast}} {{end|finish|completion}} [date] of {subject} {sure}",
            $"on {{what|which}} {{day|date}} will {subject} be {{done|finished}} {sure}");
    }

    private string Expected()
    {
        Means(ExpectedTasks);
        var sure = string.Empty;
        if (Chance(18))
        {
            var aggregation = Pick(P50, P85, P95);
            Aggregates(aggregation);
            sure = aggregation switch { P50 => Say("median", "<q50>"), P85 => Say("at <q85>", "<q85>", "with <q85> certainty"), _ => Say("at <q95>", "<q95>", "with <q95> certainty") };
        }

        var place = Say("in <project+>", "of <project+>", "in project <project+>", "in the <project+> project", "for the <team+> team", "for team <team+>", "of <project+>", "in <project+>");
        if (Chance(20))
        {
            return Trend(() => Say("expected [open] $T", "forecast of {remaining|open} $T", "{remaining|open} $T forecast", "expected {remaining|open} $T", "predicted [remaining] $T"), isForecast: true);
        }

        var time = Say("{|on|by|in|at} <future+>", "<future+>", "on <future+>", "by <future+>", "{by|in|at} the <future+>", "{by|in} <span+>", "<either+>", "in <either+>", "on <either+>");
        var by = string.Empty;
        if (Chance(10))
        {
            var field = Pick(QueryField.Project, QueryField.Team);
            Groups(field);
            by = ByPhrase(field);
            place = string.Empty;
        }

        return Say(
            $"how many $T will {{be left|remain|be open|still be open|be unfinished|be outstanding|be left over|still be left}} {place} {by} {time} {sure}",
            $"how many {{open|unfinished|remaining}} $T {{will there be|will we have|are expected|do we expect|are predicted}} {place} {by} {time} {sure}",
            $"{{expected|forecast|predicted|projected}} [number of] {{open|remaining|unfinished|left|}} $T {place} {by} {time} {sure}",
            $"how many $T {{are|do we}} {{expected to|expect to}} {{be left|remain|be open}} {place} {by} {time} {sure}",
            $"how {{big|large}} will the backlog {place} be {by} {time} {sure}",
            $"[what will be|what is] the {{expected|forecast|predicted}} backlog {place} {by} {time} {sure}",
            $"{time} how many $T will be left {place} {by} {sure}",
            $"how many open $T will {{<project+>|<team+>|the <team+> team}} have {time} {sure}",
            $"forecast [the] [number of] {{open|remaining}} $T {place} {by} {time} {sure}",
            $"how much will be left {place} {time} {sure}",
            $"how many $T will {{<project+>|<team+>}} still have {{left|open}} {time} {sure}");
    }

    private string OnTime()
    {
        Means(OnTimeProbability);
        var subject = Say("<project+>", "project <project+>", "the <project+> project", "<project+>");
        if (Chance(34))
        {
            Groups(QueryField.Project);
            var isRisk = Chance(80);
            Orders(!isRisk);
            var of = Chance(25) ? Say("of [team] <team+>", "of the <team+> team", "in team <team+>") : string.Empty;
            var limit = _random.Next(3);
            if (limit == 0) LimitsToOne();
            if (limit == 1) LimitsToNumber();
            var projects = limit switch { 0 => "project", 1 => "<number+> projects", _ => "projects" };
            var be = limit == 0 ? "is" : "are";
            return isRisk
                ? Say(
                    $"{{which|what}} {projects} {of} {be} {(limit == 0 ? "{most|the most} " : "{|most |the most }")}at risk",
                    $"{{which|what}} {projects} {of} {{will|might|could|may|would}} be {(limit == 0 ? "{the latest|most likely late}" : "late")}",
                    $"{{which|what}} {projects} {of} {be} [most] {{likely to be late|likely to miss {{the deadline|its deadline|their deadline|the due date}}|likely to slip|in danger [of being late]|likely to be delayed}}",
                    $"{{which|what}} {projects} {of} {be} least likely to be {{on time|done in time|finished on time}}",
                    $"{{which|what}} {projects} {of} {{will|might}} {{miss {{their|its|the}} {{deadline|due date}}|slip|run late|be delayed|not make it [in time]}}",
                    $"[the|show|list] [the] {(limit == 0 ? "riskiest project" : limit == 1 ? "<number+> {riskiest|most at risk} projects" : "{riskiest projects|projects at risk|projects that will be late|risky projects}")} {of}",
                    $"{projects} {of} {(limit == 0 ? "{most at risk|least likely to be on time}" : "{at risk|most at risk|most likely to be late|in danger of being late}")}",
                    $"{{which|what}} {projects} {of} {(limit == 0 ? "has" : "have")} the {{lowest|worst}} {{probability|chance|odds}} of being {{on time|done in time|finished on time}}")
                : Say(
                    $"{{which|what}} {projects} {of} {be} most likely to be {{on time|done in time|finished on time}}",
                    $"{{which|what}} {projects} {of} {(limit == 0 ? "has" : "have")} the {{highest|best}} {{probability|chance|odds}} of being {{on time|done in time|finished on time}}",
                    $"{{which|what}} {projects} {of} {be} {{safest|the safest}}");
        }

        if (Chance(14))
        {
            Groups(QueryField.Project);
            var of = Chance(40) ? Say("of [team] <team+>", "of the <team+> team") : string.Empty;
            return Say(
                $"{{on time|on-time}} {{probability|chance|odds|likelihood}} {{by|per|of each|of all|for all|for each}} {{project|projects}} {of}",
                $"how likely {{is|are}} {{each project|the projects|all projects}} {of} to be {{on time|done in time}}",
                $"are {{the|our|all}} projects {of} on {{track|time|schedule}} {{by project|per project|each}}",
                $"{{probability|chance|odds}} of being on time {{by|per|for each}} project {of}");
        }

        var by = Chance(45) ? Say("{by|on|until|before|at} <future+>", "<future+>", "by <future+>", "by the <future+>", "by <span+>", "by <span+>", "{in|within} <future+>", "by <either+>", "<either+>", "in <span+>", "<span+>") : string.Empty;
        return by.Length > 0
            ? Say(
                $"will {subject} be {{done|finished|completed|ready|complete|delivered}} {by}",
                $"{{can|could|does}} {subject} {{be done|be finished|finish|make it}} {by}",
                $"will {subject} {{finish|make it|be over}} {by}",
                $"how {{likely|probable}} is it that {subject} {{is|will be|gets}} {{done|finished|completed}} {by}",
                $"how {{likely|probable}} is {subject} to {{be done|be finished|finish}} {by}",
                $"[what is|what's|what are] the {{probability|chance|odds|likelihood|chances}} {{that|of}} {subject} {{is|being|will be|gets|to be}} {{done|finished|completed}} {by}",
                $"{{probability|chance|odds|likelihood}} of {{finishing|completing}} {subject} {by}",
                $"{{is|are}} {subject} {{going to be|likely to be}} {{done|finished}} {by}",
                $"do we {{finish|get}} {subject} [done] {by}",
                $"will we {{finish|complete|be done with|have finished}} {subject} {by}")
            : Say(
                $"{{is|are}} {subject} on {{time|track|schedule}}",
                $"is {subject} {{at risk|in danger|in trouble|late|delayed|going to be late|likely to be late}}",
                $"will {subject} be {{on time|late|delayed|in time|done on time|finished on time|done in time}}",
                $"will {subject} {{make|meet|miss|hit|keep}} its {{deadline|due date}}",
                $"will {subject} {{slip|make it|make it in time|finish on time|finish in time}}",
                $"how {{likely|probable}} is it that {subject} {{is|will be|finishes}} {{on time|late|in time|done in time}}",
                $"how likely is {subject} to be {{on time|late|done in time}}",
                $"[what is|what's|what are] the {{probability|chance|odds|likelihood|chances}} {{that|of}} {subject} {{is|being|will be|to be|finishing}} {{on time|late|in time|done in time}}",
                $"{subject} {{on-time|on time}} {{probability|chance|odds}}",
                $"{{on-time|on time}} {{probability|chance|odds|likelihood}} {{of|for}} {subject}",
                $"can {subject} {{still make|meet|keep}} its {{deadline|due date}}",
                $"how {{sure|certain|confident}} are we that {subject} {{will be|is}} {{on time|done in time}}",
                $"how much at risk is {subject}",
                $"does {subject} {{make|meet}} {{its|the}} {{deadline|due date}}");
    }

    private string Bottlenecks()
    {
        Means(Bottleneck);
        var filters = Filters([0, 1], false, percent: 45);
        if (Chance(40))
        {
            return Say(
                $"{{what|where}} {{is|are}} the {{bottleneck|bottlenecks}} {filters}",
                $"{{show|show me|list|give me}} [the] bottlenecks {filters}",
                $"bottlenecks {filters}",
                $"bottleneck [score] {filters}",
                "what {holds|is holding|slows} up {<project+>|<team+>|the <team+> team|}",
                "what {slows|is slowing} {down <project+>|<project+> down|<team+> down|us down}",
                $"{{what|where}} {{holds|is holding|holding}} {{things|work|us}} up {filters}",
                $"where {{does|is}} work {{get stuck|held up|stuck|pile up|piling up}} {filters}",
                $"is there a bottleneck {filters}",
                "how much is {<team+>|the <team+> team|<project+>} {a bottleneck|held up}");
        }

        var field = Pick(QueryField.Status, QueryField.Team, QueryField.Person, QueryField.Project);
        Groups(field);
        filters = Filters([0, 1], false, field, percent: 30);
        var (singular, plural) = (Say(Phrases.Singulars[field]), Say(Phrases.Plurals[field]));
        if (Chance(35))
        {
            return Say(
                $"bottlenecks {{by|per|for each|across}} {singular} {filters}",
                $"bottlenecks {filters} {{by|per}} {singular}",
                $"{{which|what}} {plural} are bottlenecks {filters}",
                $"{{show|list|give me}} [the] bottleneck [score|scores] {{by|per|of each}} {singular} {filters}",
                field == QueryField.Person ? $"who {{is|are}} [the] {{bottleneck|bottlenecks}} {filters}" : $"{{which|what}} {plural} {{hold|are holding}} {{things|work|us}} up {filters}",
                $"where are the bottlenecks by {singular} {filters}");
        }

        Orders(true);
        switch (_random.Next(3))
        {
            case 0:
                LimitsToOne();
                return field == QueryField.Person && Chance(50)
                    ? Say($"who is the {{biggest|worst|greatest|main|largest}} bottleneck {filters}", $"who {{holds|is holding}} up the most work {filters}", $"who holds {{work|things}} up [the] most {filters}")
                    : Say($"which {singular} is the {{biggest|worst|greatest|main|largest}} bottleneck {filters}", $"what {singular} is the {{biggest|worst|main}} bottleneck {filters}", $"the {{biggest|worst|main}} bottleneck {singular} {filters}", $"which {singular} {{holds|is holding}} {{work|things|us}} up [the] most {filters}", $"{singular} with the {{worst|highest|biggest}} bottleneck [score] {filters}");
            case 1:
                LimitsToNumber();
                return Say($"top <number+> bottleneck {plural} {filters}", $"[the|which] <number+> {plural} [that] are the {{worst|biggest}} bottlenecks {filters}", $"[the] <number+> {{worst|biggest}} bottleneck {plural} {filters}", $"top <number+> {plural} by bottleneck [score] {filters}", $"<number+> {{worst|biggest}} bottlenecks by {singular} {filters}", $"which <number+> {plural} are the {{worst|biggest|greatest}} bottlenecks {filters}");
            default:
                return Say($"which {plural} are the {{biggest|worst|greatest|main}} bottlenecks {filters}", $"{{rank|sort|order}} {plural} by bottleneck [score] {filters}", $"{{biggest|worst}} bottlenecks by {singular} {filters}", $"{{rank|order}} [the] bottlenecks by {singular} {filters}", $"{{worst|biggest}} bottleneck {plural} {filters}", $"what {plural} are the {{worst|biggest}} bottlenecks {filters}");
        }
    }
}
