using ShitOps.Planning;

namespace ShitOps.Synthesis.Training;

/// <content>Questions that cannot be answered.</content>
internal sealed partial class QuestionGenerator
{
    private string Unanswerable()
    {
        _choices = [QuestionChoices.NoMetric, -1, -1, -1, -1, -1, -1];
        if (Chance(16))
        {
            // A type that is in no catalogue.
            while (true)
            {
                _choices = new int[QuestionChoices.All.Count];
                var typed = _random.Next(3) switch { 0 => Flow(), 1 => Duration(), _ => Count() };
                if (typed.Contains("<type+>", StringComparison.Ordinal)) return typed.Replace("<type+>", "<?type>", StringComparison.Ordinal);
            }
        }

        if (Chance(50))
        {
            // A name that is in no catalogue: the question is one that could be answered otherwise.
            _choices = new int[QuestionChoices.All.Count];
            var text = _random.Next(8) switch
            {
                0 or 1 => Count(),
                2 or 3 => Flow(),
                4 => Duration(),
                5 => Forecast(),
                6 => ProjectsAndPeople(),
                _ => Effort(),
            };
            foreach (var sign in new[] { "<project+>", "<team+>", "<person+>", "<milestone+>", "<type+>" })
            {
                if (text.Contains(sign, StringComparison.Ordinal) && Chance(70)) return text.Replace(sign, "<?>", StringComparison.Ordinal);
            }

            return $"{text} {Say("{in|for|of} <?>", "of {team|project} <?>", "for the <?> {team|project}", "by <?>", "assigned to <?>")}";
        }

        var some = Say(Phrases.Nouns[Pick("tasks", "open-tasks", "blocked-tasks", "overdue-tasks", "wip", "completed", "created")]).Replace("#", Say("$T"), StringComparison.Ordinal);
        var where = Filters([0, 1, 2], false);
        var group = Say(Phrases.Singulars[Pick(QueryField.Team, QueryField.Project, QueryField.Person, QueryField.Type, QueryField.Status)]);
        var other = Say(Phrases.Singulars[Pick(QueryField.Team, QueryField.Project, QueryField.Person, QueryField.Type, QueryField.Status)]);
        var things = Say(Phrases.Plurals[Pick(QueryField.Team, QueryField.Project, QueryField.Person)]);
        return _random.Next(100) switch
        {
            < 34 => Say(Phrases.OffTopic),
            < 44 => Say(
                $"{{which|what}} {things} have {{more than|over|at least|less than|fewer than|under|exactly}} <number.> {some} {where}",
                $"{things} with {{more than|over|at least|fewer than|less than}} <number.> {some}",
                $"{some} {{older|longer|more}} than <number.> {{days|weeks|hours}} {where}",
                $"{{list|show}} $T {{blocked|open|in progress|waiting}} {{for more than|longer than|over|for over|for at least}} <number.> {{days|weeks|months}} {where}",
                $"$T that took {{more than|longer than|over}} <number.> {{days|hours|weeks}}"),
            < 52 => Say(
                $"{{what|which}} {{percentage|percent|share|proportion|fraction|ratio}} of {{$T|the $T}} {{are|is|were}} {{blocked|done|overdue|open|late}} {where}",
                $"{{percentage|percent|share|ratio|proportion|fraction|rate}} of {some} {where}",
                $"{{ratio|proportion}} of {{created|open}} to {{completed|done}} $T {where}",
                $"{{completion|reopen|block}} {{rate|percentage|ratio}} {where}",
                $"open $T {{divided by|minus|plus|times}} {{done|created|blocked}} $T {where}",
                $"{{created|open|new}} minus {{completed|closed|done}} $T {where}"),
            < 62 => Say(
                $"why {{is|are|was|were|did|do|does}} {{<project+>|<team+>|the $T|so many $T|<person+>}} {{late|so slow|blocked|stuck|delayed|slow|behind}} <past.>",
                $"why {{is|are|did}} {{<project+>|the <team+> team|our lead time|cycle time}} {{late|slow|so slow|so long|blocked|slipping}}".Replace("+>", ".>", StringComparison.Ordinal),
                $"{{what|how}} {{should|can|could}} {{we|i|<team.>|<person.>}} {{do|improve|speed up|fix|change}} {{next|this|things|to be faster|to finish sooner|about it}}",
                $"{{who|which person}} should {{i|we}} {{assign|give|hire|promote|fire|ask}} [to] [this] [<task.>]",
                $"{{what|which}} $one should {{<person.>|i|we}} {{do|start|pick|take|work on}} next",
                $"how can {{we|<team.>}} {{reduce|lower|improve|shorten}} {{our|the}} {{lead time|cycle time|backlog|wip}}",
                $"what {{causes|caused}} the {{delay|delays|bottleneck|slip}} {{in|of}} <project.>").Replace("+>", ".>", StringComparison.Ordinal),
            < 74 => Say(
                $"{{how much|what}} {{money|budget|cost|does it cost|did we spend|is the budget|is the cost|are the costs}} [of|for|on] {{<project.>|<team.>|this}}",
                $"{{what|how much}} {{is|was}} the {{cost|budget|salary|price|revenue|profit}} of {{<project.>|<person.>|<team.>}}",
                $"{{high|low|medium|urgent|critical|top}} {{priority|prio}} $T {where}".Replace("+>", ".>", StringComparison.Ordinal),
                $"{{$T|$T|issues}} {{with|of|by}} {{priority|severity|label|labels|component|tag|tags}} {{high|urgent|critical|frontend|ui|backend|}}",
                $"how many {{high priority|urgent|critical|high severity|low priority}} {some} {where}".Replace("+>", ".>", StringComparison.Ordinal),
                $"how many {{story|<type.>}} points {{did|has|were}} {{<team.>|<person.>|we}} {{finish|finished|complete|done|delivered|estimated}} {{|<past.>}}",
                $"$T {{by|per}} {{priority|severity|label|component|country|location|customer}}",
                $"{{how many|list}} {{commits|pull requests|deployments|outages|comments|builds|releases|customers|lines of code|meetings|story points|<type.> points}} {where} {{|<past.>}}".Replace("+>", ".>", StringComparison.Ordinal),
                $"{{story points|velocity in points|points|<type.> points}} {where}".Replace("+>", ".>", StringComparison.Ordinal)),
            < 82 => group == other ? Say(Phrases.OffTopic) : Say(
                $"{some} {{by|per}} {group} and {other}",
                $"{some} {{by|per}} {group} and {{by|per}} {other}",
                $"{some} {{for each|per}} {group} {{for each|per}} {other}",
                $"how many {some} per {group} and {other}"),
            < 92 => Say(
                "{delete|remove|close|create|add|assign|update|move|change|rename|start|cancel} {<task.>|task <task.>|a new $one|the $one|<project.>|all $T|<team.>}",
                "{assign|give} <task.> to <person.>",
                "{set|change} the {status|due date|owner|deadline} of {<task.>|<project.>} to {<status.>|<future.>|<person.>}",
                "{send|email|notify|remind|tell} <person.> [about] [<task.>]",
                "mark <task.> as {done|<status.>}",
                "{how|where} do i {create|close|delete|assign|import} {a $one|a project|$T}"),
            _ => Nonsense(),
        };
    }

    private string Nonsense() => string.Join(' ', Enumerable.Range(0, _random.Next(1, 7)).Select(_ => _random.Next(4) switch
    {
        0 => Say("the", "of", "is", "and", "what", "how", "a", "for", "please", "hello", "yes", "no", "ok", "thing", "stuff"),
        1 => Say("<team.>", "<project.>", "<person.>", "<past.>", "<number.>", "<status.>"),
        _ => HasSlips ? PseudoWord() : "so",
    }));
}
