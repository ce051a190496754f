using ShitOps.Wording;

namespace ShitOps.Synthesis.Words;

/// <summary>Words that questions are made of. A name that is one of them counts as a name only with a word such as "team" beside it, or in quotes.</summary>
internal static class ReservedWords
{
    private static readonly HashSet<string> Single = new(
        """
        a about above across active add added after age aged ago all allocated allocation allocations almost already also always am among amount an and any
        anyone anything april are around as ask asked assign assigned assignee at audit august average avg away back backlog backlogs be became because become been
        before began begin beginning begun behind being below best between big biggest block blocked blocker blockers blocking bottleneck bottlenecks both
        bottom break breakdown bring broken build busiest busy but by calculate calendar can cancel canceled cancelled category certain certainty chance chances change
        changed changes changing chart close closed closing column come coming compare compared comparison complete completed completes completing completion
        confidence could count counts create created creates creation current currently cycle daily data date dates day days deadline deadlines december degree
        delay delayed delays deleted deliver delivered delivery describe develop developed development did display distribution do does doing done down drop
        dropped due during each early earliest earlier effort eight either eleven else end ended ending ends estimate estimated estimates estimation ever every everyone
        evolution evolve evolved except excluded excluding expect expected extremely far fast faster fastest february few fewer fewest fifteen figure filed
        final find fine finish finished finishes finishing first five fixed flow following for forecast forecasted four friday from full get getting give given go goes
        going gone got graph greatest group grouped grow growing grown had half happen happened happening has have having held help her high higher highest his
        historical history hit hold holding hour hourly hours how however i ignoring in incl include included including incomplete increase individual inside into is issue
        issues it item items its january job jobs july june just keep kept kind know known large largest last late lately later latest lead least leave left
        length less let level like likelihood likely list listing lists load log logged long longer longest look looking lot lots low lower lowest made make
        makes making many march max maximum may mean means median meet meets member members miss minimum monday month monthly months more most move moved moves
        moving much my name need needed needs never new newest newly next nine no nobody none not november now number numbers october of off old older oldest on
        one ones only onto open opened opening or order ordered other others our out outside outstanding over overall overdue overview own owned owner owners
        owns past peak pending people per percent percentile percentage perhaps person picture planned please plot points present previous prior priority probability
        probable probably progress project projected projects quantity quarter quarterly queue quick quickest quickly rank ranked ranking rate rather ready recent
        recently recorded release released remain remained remaining remains reopen reopened report reported reports resolution resolve resolved resource resources
        result results right risk risky running same saturday say see sent september seven shall shipped ship short shorter shortest should show shown shows
        since single sit sitting situation six slip slipping slow slower slowest small smallest so some somebody someone sort sorted soon sooner soonest spent
        split stand standing start started starting starts state states status statuses step still stop stuck summarise summarize summary sum sunday take taken takes
        taking talk task tasks team teams tell ten than thank thanks that the their them themselves then there these they thing things this those three through
        throughput throughout thursday ticket tickets time times to today todo together tomorrow took top total totals track tracking trend trending trends
        tuesday turn twelve twenty two type types typical typically under underway undone unfinished unresolved unstarted until up update updated updates upon us
        usual usually value values versus very view vs wait waited waiting waits want wants was way we wednesday week weekday weekly weeks well went were what
        when where whether which while who whole whom whose why will wip with within without won work worked working workload works worst would year
        yearly years yesterday yet you your
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
        StringComparer.Ordinal);

    private static readonly HashSet<string> Phrases = new(["todo", "inprogress", "onhold", "notstarted", "workinprogress", "wontdo", "leadtime", "cycletime", "opentasks", "duedate"], StringComparer.Ordinal);

    /// <summary>Whether a folded word is one of them.</summary>
    public static bool Contains(string word) => Single.Contains(word);

    /// <summary>Whether a folded word is a slip of the hand away from one of them, or at most as many as stated.</summary>
    public static bool HasNear(string word, int distance) => Single.Any(reserved => reserved.Length > 3 && EditDistance.Of(word, reserved, distance) <= distance);

    /// <summary>Whether words without the blanks between them are one of them, or a status that says no more than its category.</summary>
    public static bool ContainsPhrase(string concatenation) => Single.Contains(concatenation) || Phrases.Contains(concatenation);
}
