using ShitOps.Planning;
using static ShitOps.Planning.QueryMetric;

namespace ShitOps.Synthesis.Training;

/// <content>Questions about who changed what.</content>
internal sealed partial class QuestionGenerator
{
    private string Changed()
    {
        Means(Changes);
        var change = Chance(50) ? _random.Next(1, 11) : 0;
        IsChange(change);
        var time = Chance(55) ? Time() : string.Empty;
        var place = Say("{in|of|on|to|for} [project] <project+>", "in the <project+> project", "{in|of|on|to|for} <project+>", "[of|in|on] [task] <task+>", "[of|to|on] <task+>", "", "");
        if (Chance(22))
        {
            Aggregates(QueryAggregation.Count);
            var phrase = change == 0 ? Say("changes", "changes", "events", "modifications", "edits") : Say(Phrases.ChangeNouns[change]);
            switch (_random.Next(4))
            {
                case 0:
                    return Say(
                        $"how many {phrase} {{were there|were made|happened|did we have|}} {place} {time}",
                        $"{{number|count}} of {phrase} {place} {time}",
                        $"how many {phrase} did <person+> make {place} {time}",
                        $"how many {phrase} {{has|have}} <person+> made {place} {time}",
                        $"{time} how many {phrase} were there {place}");
                case 1:
                    var field = Pick(QueryField.Person, QueryField.Person, QueryField.Project, QueryField.Task, change == 0 ? QueryField.Change : QueryField.Person);
                    Groups(field);
                    return Grouped(phrase, field, field == QueryField.Project ? string.Empty : place, time);
                case 2:
                    var step = (QueryStep)_random.Next(1, 5);
                    Steps(step);
                    return Say(
                        $"{phrase} {Say(Phrases.StepPhrases[step])} {place} {time}",
                        $"{Say(Phrases.StepAdverbs[step])} {phrase} {place} {time}",
                        $"how many {phrase} {Say(Phrases.StepPhrases[step])} {place} {time}",
                        $"number of {phrase} {place} {Say(Phrases.StepPhrases[step])} {time}");
                default:
                    var by = Pick(QueryField.Person, QueryField.Person, QueryField.Project);
                    Groups(by);
                    var isMost = Chance(85);
                    Orders(isMost);
                    var made = by == QueryField.Person && Chance(60);
                    var most = isMost ? Say("the most", "most") : Say("the fewest", "the least");
                    var where = by == QueryField.Project ? string.Empty : place;
                    if (made)
                    {
                        LimitsToOne();
                        return Say($"who made {most} {phrase} {where} {time}", $"who {{has|had}} {most} {phrase} {where} {time}", $"{time} who made {most} {phrase} {where}");
                    }

                    return RankFrames(by, most, isMost, phrase, where, time);
            }
        }

        var actor = Say("<person+>", "<person+>");
        if (change == 0)
        {
            return Say(
                $"who changed {{<task+>|task <task+>|<project+>|project <project+>|the <project+> project}} {time}",
                $"who {{changed|edited|touched|modified|did}} {{something|anything|what}} {place} {time}",
                $"{{who|who has|did anyone|did anybody|has anyone}} {{edit|edited|touch|touched|modified|modify|changed|change}} {{<task+>|task <task+>|<project+>}} {time}",
                $"what {{happened|changed|has happened|has changed|was changed|went on|was going on}} {place} {time}",
                $"what {{happened|has happened}} {{to|with}} {{<task+>|task <task+>|<project+>|project <project+>}} {time}",
                $"what did {actor} {{change|do|edit|touch|modify}} {place} {time}",
                $"what has {actor} {{changed|done|edited|touched}} {place} {time}",
                $"{{show|list|show me|give me}} [all|all the|the] {{changes|events|modifications|edits}} {place} {time}",
                $"{{show|list|show me}} [all|the] changes {{of|by|made by}} {actor} {place} {time}",
                $"[the] {{changes|audit|audit trail|audit log|change log|changelog|log|history of changes|events|activity}} {place} {time}",
                $"{{changes|activity|everything}} {{of|by|made by}} {actor} {place} {time}",
                $"{{audit|trace}} {{<task+>|task <task+>|<project+>|project <project+>|<person+>}} {time}",
                $"who {{made changes|has made changes|made edits}} {place} {time}",
                $"{time} what {{happened|changed}} {place}",
                $"who did what {place} {time}",
                $"{{history|audit trail|log}} of {{task <task+>|<task+>}} {time}",
                $"all changes made {time} {place}");
        }

        var verb = Say(Phrases.ChangeVerbs[change]);
        var doing = Say(Phrases.ChangeNouns[change]);
        var what = Say("<task+>", "task <task+>", "<task+>", "$T in <project+>", "something in <project+>", "$T", "the $T of <project+>", "<project+>");
        return Say(
            $"who {verb} {what} {time}",
            $"who {verb} {what} {time}",
            $"{{show|list|show me|give me}} [all|all the|the] {doing} {place} {time}",
            $"{doing} {place} {time}",
            $"{doing} {{by|of|made by}} {actor} {place} {time}",
            $"{{which|what}} $T did {actor} {Say(Phrases.ChangeStems[change])} {time}",
            $"what did {actor} {Say(Phrases.ChangeStems[change])} {place} {time}",
            $"{{list|show}} {doing} {{of|by|made by}} {actor} {time}",
            $"when was {{<task+>|task <task+>}} {Say(Phrases.ChangePast[change])}",
            $"who has {Say(Phrases.ChangePast[change])} {what} {time}",
            $"{time} who {verb} {what}");
    }
}
