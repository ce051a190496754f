using ShitOps.Planning;
using static ShitOps.Planning.QueryAggregation;
using static ShitOps.Planning.QueryMetric;

namespace ShitOps.Synthesis.Training;

/// <content>Questions about projects, due days and people.</content>
internal sealed partial class QuestionGenerator
{
    private string ProjectsAndPeople() => _random.Next(10) switch
    {
        < 4 => AboutProjects(),
        < 7 => Due(),
        _ => AboutPeople(),
    };

    private string AboutProjects()
    {
        var metric = Pick(QueryMetric.Projects, QueryMetric.Projects, QueryMetric.Projects, OverdueProjects);
        var meaning = QueryMetrics.Of(metric);
        Means(metric);
        var late = metric == OverdueProjects ? Say("overdue ", "overdue ", "past due ") : string.Empty;
        switch (_random.Next(100))
        {
            case < 25 when metric == QueryMetric.Projects:
                Aggregates(List);
                return Say(
                    "{what is|what's} the {status|state} of [project] <project+>",
                    "{what is|what's} the {status|state|overall status} of the <project+> project",
                    "how is [project] <project+> {doing|going|coming along|progressing|looking}",
                    "how's [project] <project+> {doing|going|looking}",
                    "who {owns|is the owner of|is responsible for|leads|runs} [project] <project+>",
                    "who is the {owner|lead|manager} of [project] <project+>",
                    "tell me [more] about [project] <project+>",
                    "{give me|show me|show} {an overview|a summary|the details|the status|everything} {of|for|about|on} [project] <project+>",
                    "<project+> {status|overview|summary|details}",
                    "{overview|summary|status} {of|for} [project] <project+>",
                    "show [me] [project] <project+>",
                    "what {do we know|can you tell me} about [project] <project+>",
                    "in {what|which} {status|state} is [project] <project+>",
                    "what status {does|has} <project+> {have|got}",
                    "which team {has|owns} [project] <project+>",
                    "{where|how} {does|do} [project] <project+> stand",
                    "status <project+>",
                    "describe [project] <project+>",
                    "how are things {going|looking} {in|with|on} <project+>",
                    "{sum up|summarise|summarize|recap|outline} [project] <project+> [for {us|the team|my boss}]",
                    "{recap|rundown|brief|quick summary|short summary|digest} {of|on|for} [project] <project+>",
                    "{give me|can i have|i need} {a recap|a rundown|the gist|a brief|a quick summary} {of|on} [project] <project+>",
                    "{brief me|catch me up|fill me in|update me} on [project] <project+>",
                    "sum {[project] <project+>|the <project+> project} up [for us]");
            case < 50:
                var filters = ProjectFilters(70);
                return Say(
                    $"how many {late}projects {{are there|do we have|}} {filters}",
                    $"{{number|count}} of {late}projects {filters}",
                    $"how many {late}projects does {{<team+>|the <team+> team|<person+>}} {{have|own|run|lead}}",
                    $"how many {late}projects {{are|is}} {filters}",
                    $"{late}projects {filters}",
                    $"{{what is|tell me|give me}} the number of {late}projects {filters}",
                    $"how many {late}projects {filters}",
                    metric == OverdueProjects ? $"how many projects are {{overdue|past due|past their {{due date|deadline}}}} {filters}" : $"count [the] projects {filters}");
            case < 75:
                Aggregates(List);
                filters = ProjectFilters(65);
                return Say(
                    $"{{list|show|show me|give me|display}} [all|all the|the] {late}projects {filters}",
                    $"{{which|what}} {late}projects {{are there|do we have|exist}} {filters}",
                    $"{{which|what}} {late}projects {{does|do}} {{<team+>|the <team+> team|<person+>}} {{have|own|run|lead}}",
                    $"{{which|what}} {late}projects are {filters}",
                    $"[a] list of [all] {late}projects {filters}",
                    $"{{which|what}} {late}projects {{belong to|are owned by|are led by|are run by}} {{<team+>|the <team+> team|<person+>}}",
                    metric == OverdueProjects ? $"{{which|what}} projects are {{overdue|past due|past their {{due date|deadline}}|over their deadline}} {filters}" : $"what are the projects {filters}",
                    metric == OverdueProjects ? $"{{list|show|show me|give me}} [all|all the|the] projects [{{that|which}} are] {{overdue|past due|past their {{due date|deadline}}}} {filters}" : $"{{list|show}} projects {filters}",
                    metric == OverdueProjects ? $"{{which|what}} projects {filters} are {{overdue|past due|past their {{due date|deadline}}}}" : $"projects list {filters}",
                    $"what are the {late}projects {filters}");
            case < 92:
                var field = Field(meaning, noTask: true);
                if (field == QueryField.Project) field = QueryField.Team;
                Groups(field);
                return Grouped($"{late}projects", field, string.Empty, string.Empty);
            default:
                return Rank(() => $"{late}projects", meaning, isPresentOnly: true);
        }
    }

    private string ProjectFilters(int percent) => Chance(percent)
        ? Say(
            "{of|in|for|owned by|from} [the] [team] <team+> [team]",
            "{of|owned by|led by|run by|that belong to} <person+>",
            "{in|with|with the} [status] <status+> [status]",
            "[that are] in [the] [status] <status+>",
            "whose status is <status+>",
            "{of|in} team <team+>",
            "{except|excluding|without|other than} {team <team->|the <team-> team|those of <team->}",
            "of <team+> and <team+>")
        : string.Empty;

    private string Due()
    {
        Means(DueDate);
        switch (_random.Next(100))
        {
            case < 35:
                return Say(
                    "when is [project] <project+> due",
                    "when is the <project+> project due",
                    "{what is|what's|when is} the {deadline|due date|due day|end date} {of|for} [project] <project+>",
                    "<project+> {deadline|due date}",
                    "<project+> 's {deadline|due date}",
                    "{due date|deadline} {of|for} [project] <project+>",
                    "by when {must|should|has to} <project+> be {done|finished}",
                    "when {must|should|does} <project+> {have to be done|be finished|need to be finished|need to be done}",
                    "when is <project+> supposed to be {done|finished}",
                    "what due date {does|has} <project+> have");
            case < 45:
                return Say(
                    "when are the projects of {<team+>|<person+>|team <team+>} due",
                    "{due dates|deadlines} {of|for} [the] [projects of] {<team+>|the <team+> team|<person+>|team <team+>}",
                    "{show|list|give me} [all] [the] {due dates|deadlines} {of|for} {<team+>|<person+>|team <team+>|the <team+> team}");
            case < 50:
                var isEarliest = Chance(50);
                Aggregates(isEarliest ? Min : Max);
                var edge = isEarliest ? Say("earliest", "first", "soonest") : Say("latest", "last", "furthest");
                var whose = Say("of [team] <team+>", "of the <team+> team", "of <person+>", "for <team+>", "of all projects", "");
                return Say($"[what is|what's|when is] [the] {edge} {{due date|deadline|due day}} {whose}", $"{edge} {{due date|deadline}} {whose}", $"[what is] the {edge} {{due date|deadline}} {{among|over|of}} the projects {whose}", $"when is the {edge} {{deadline|due date}} {whose}");
            case < 60:
                Groups(QueryField.Project);
                return Say(
                    "{due dates|deadlines} {of|for} {all|our|the} projects",
                    "{due dates|deadlines} {by|per} project",
                    "{when is|when are} {each project|all projects|the projects} due",
                    "{show|list} [all] {due dates|deadlines} by project",
                    "when is each {project} due {in|of|for} [team] <team+>",
                    "deadlines of each project {of|for} <person+>");
            case < 80:
                Groups(QueryField.Project);
                var ahead = Say("{|in|during|by|within|on} <future+>", "<future+>", "<span+>", "in <future+>", "{in|within} the <future+>", "in <either+>", "on <either+>");
                var filters = Chance(30) ? Say("of [team] <team+>", "of the <team+> team", "of <person+>", "in team <team+>") : string.Empty;
                return Say(
                    $"{{which|what}} projects {filters} {{are|become|fall|will be}} due {ahead}",
                    $"{{which|what}} projects are due {ahead} {filters}",
                    $"projects {filters} due {ahead}",
                    $"projects {{that are|which are|}} due {ahead} {filters}",
                    $"{{deadlines|due dates}} {ahead} {filters}",
                    $"{{list|show|show me|give me}} [all|the] projects {filters} [that are] due {ahead}",
                    $"{{which|what}} projects {filters} {{have|with}} {{a deadline|a due date|their deadline|their due date}} {ahead}",
                    $"{{which|what}} {{deadlines|due dates}} {{are|come up|are coming up|do we have}} {ahead} {filters}",
                    $"what is due {ahead} {filters}",
                    $"projects with {{a due date|a deadline}} {ahead} {filters}");
            default:
                Groups(QueryField.Project);
                Orders(false);
                var of = Chance(30) ? Say("of [team] <team+>", "of the <team+> team", "of <person+>") : string.Empty;
                switch (_random.Next(3))
                {
                    case 0:
                        LimitsToOne();
                        return Say($"{{which|what}} project {of} is due {{next|first|soonest|earliest}}", $"[what is] the next {{deadline|due date}} {of}", $"next deadline {of}", $"{{which|what}} project {of} has the {{next|earliest|nearest|closest|first}} {{deadline|due date}}", $"{{which|what}} is the next project due {of}");
                    case 1:
                        LimitsToNumber();
                        return Say($"[the] next <number+> {{deadlines|due dates}} {of}", $"[the|which] <number+> projects {of} {{due|are due}} {{next|first|soonest}}", $"{{which|what}} <number+> projects {of} are due {{next|first|soonest}}", $"<number+> {{nearest|next|closest}} deadlines {of}");
                    default:
                        return Say($"{{which|what}} projects {of} are due {{next|first|soonest|earliest}}", $"projects {of} {{by|sorted by|ordered by}} {{due date|deadline}}", $"{{rank|sort|order}} projects {of} by {{due date|deadline}}", $"{{next|upcoming}} deadlines {of}", $"what deadlines {{come|are coming}} next {of}");
                }
        }
    }

    private string AboutPeople()
    {
        Means(QueryMetric.People);
        switch (_random.Next(100))
        {
            case < 45:
                Aggregates(List);
                return Say(
                    "who {works|is working|worked|is} on [project] <project+>",
                    "who {works|is working} on the <project+> project",
                    "{list|show|show me|give me} [all|the] {people|members|everyone|resources} {on|in|of|working on|who work on} [project] <project+>",
                    "{which|what} people {work|are|are working} on [project] <project+>",
                    "who is {involved in|part of|assigned to|staffed on} [project] <project+>",
                    "list [the] people {on|of|in|working on} [project] <project+>",
                    "{list|show} [all] [the] people",
                    "who are the people {on|in|behind} [project] <project+>",
                    "which people are there");
            case < 75:
                return Say(
                    "how many people {work|are|are working} on [project] <project+>",
                    "how many people {do we have|are there} [in|on] [<project+>]",
                    "{number|count} of people {on|in|working on} [project] <project+>",
                    "how many {people|members|resources} {does|has} [project] <project+> {have|got}",
                    "how many people {are|} {in|on} [the] <project+> [project]",
                    "headcount {of|on|in} <project+>",
                    "people {on|in|working on} [project] <project+>",
                    "how {big|large} is the {staff|crew} {of|on} <project+>");
            case < 90:
                Groups(QueryField.Project);
                return Say("people {per|by|for each} project", "how many people {work|are} {on|in} each project", "number of people {per|by|on each} project", "{show|give me} [the] people per project", "how many people does each project have", "headcount {per|by} project");
            default:
                Groups(QueryField.Project);
                var isMost = Chance(75);
                Orders(isMost);
                var most = isMost ? Say("the most", "most") : Say("the fewest", "the least");
                switch (_random.Next(3))
                {
                    case 0: LimitsToOne(); return Say($"which project has {most} people [working on it]", $"the project with {most} people", $"{{what|which}} project has {most} people");
                    case 1: LimitsToNumber(); return Say($"[top] <number+> projects with {most} people", $"which <number+> projects have {most} people", $"{(isMost ? "top" : "bottom")} <number+> projects by {{number of people|people|headcount}}");
                    default: return Say($"which projects have {most} people", $"projects with {most} people", isMost ? "rank projects by {number of people|headcount|people}" : $"projects with {most} people");
                }
        }
    }
}
