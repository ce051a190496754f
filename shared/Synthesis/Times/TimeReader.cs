using ShitOps.Planning;
using ShitOps.Synthesis.Words;

namespace ShitOps.Synthesis.Times;

/// <summary>Finds the times that a question names, against a given now; <c>docs/asking.md</c> says what the words mean.</summary>
public static class TimeReader
{
    /// <summary>The times, in their order; none overlaps another.</summary>
    /// <param name="tokens">The question.</param>
    /// <param name="now">When it is asked; UTC.</param>
    public static List<TimeMention> Read(IReadOnlyList<QuestionToken> tokens, DateTime now)
    {
        var found = new List<TimeMention>();
        var reader = new Reading(tokens, now);
        for (var at = 0; at < tokens.Count;)
        {
            if (reader.ReadAt(at) is { } mention)
            {
                found.Add(mention);
                at = mention.End;
            }
            else
            {
                at++;
            }
        }

        return found;
    }

    private sealed class Reading(IReadOnlyList<QuestionToken> tokens, DateTime now)
    {
        private readonly PeriodReader _periods = new(tokens, DateOnly.FromDateTime(now));
        private readonly DateOnly _today = DateOnly.FromDateTime(now);

        public TimeMention? ReadAt(int at)
        {
            try
            {
                var mention = ReadNow(at) ?? ReadHours(at) ?? ReadBetween(at) ?? ReadOpen(at) ?? ReadPeriod(at);
                return mention is { Past: { From: { } from, To: { } to } } && from.Instant >= to.End ? null : mention;
            }
            catch (ArgumentOutOfRangeException)
            {
                // A day before the first one, or after the last one, that there is.
                return null;
            }
        }

        /// <summary>Whether "did" or the like stands a few words before: so that what comes before the place is a verb.</summary>
        private bool IsAskedWithDo(int at) => Enumerable.Range(2, 5).Any(before => Word(at - before) is "did" or "do" or "does" or "didn" or "don" or "doesn");

        private string Word(int at) => at < tokens.Count && at >= 0 ? tokens[at].Folded : string.Empty;

        private TimeMention? ReadNow(int at)
        {
            var end = Word(at) switch
            {
                "now" or "currently" or "presently" or "nowadays" => at + 1,
                "right" when Word(at + 1) == "now" => at + 2,
                "as" when Word(at + 1) == "of" && Word(at + 2) == "now" => at + 3,
                "at" when Word(at + 1) is "the" or "this" && Word(at + 2) is "moment" or "minute" => at + 3,
                "at" when Word(at + 1) == "present" => at + 2,
                _ => 0,
            };
            return end == 0 ? null : new TimeMention(at, end, null, null, IsCertain: true);
        }

        /// <summary>"the last 24 hours", "next 6 hours".</summary>
        private TimeMention? ReadHours(int at)
        {
            var start = Word(at) == "the" ? at + 1 : at;
            var isBack = Word(start) is "last" or "past" or "previous";
            if (!isBack && Word(start) is not ("next" or "coming")) return null;
            if (!NumberWords.TryRead(tokens, start + 1, out var count, out var unitAt))
            {
                if (Word(start + 1) is not ("hour" or "minute")) return null;
                (count, unitAt) = (1, start + 1);
            }

            var minutes = Word(unitAt) switch { "hour" or "hours" or "h" or "hrs" => 60.0 * count, "minute" or "minutes" or "min" or "mins" => count, _ => 0 };
            if (minutes <= 0 || minutes > (isBack ? now - DateTime.MinValue : DateTime.MaxValue - now).TotalMinutes) return null;
            var other = now.AddMinutes(isBack ? -minutes : minutes);
            var span = isBack ? new QuerySpan(new TimeBound(other), new TimeBound(now)) : new QuerySpan(new TimeBound(now), new TimeBound(other));
            return new TimeMention(at, unitAt + 1, span, span, IsCertain: true);
        }

        /// <summary>"from March to April", "between 1 and 15 March", "2026-03-01 - 2026-03-15".</summary>
        private TimeMention? ReadBetween(int at)
        {
            var isBetween = Word(at) == "between";
            var start = isBetween || Word(at) is "from" or "since" ? at + 1 : at;
            var left = _periods.Read(start);
            var joint = left?.End ?? start + 1;
            var right = IsJoint(joint, isBetween) ? _periods.Read(joint + 1) : null;
            if (left is null)
            {
                // "1 to 15 March": the first number has its month from the second.
                if (start >= tokens.Count || right is null || !NumberWords.TryReadDay(tokens[start], out var day)) return null;
                left = Borrowed(right, day, joint, isEarlier: true);
            }
            else if (right is null && IsJoint(joint, isBetween) && joint + 1 < tokens.Count && NumberWords.TryReadDay(tokens[joint + 1], out var day))
            {
                // "March 1 to 15": the second number has its month from the first.
                right = Borrowed(left, day, joint + 2, isEarlier: false);
            }

            if (left is null || right is null) return null;
            var (past, ahead) = (Join(left, right, isAhead: false), Join(left, right, isAhead: true));
            return new TimeMention(at, right.End, past, ahead, left.IsCertain && right.IsCertain);
        }

        private bool IsJoint(int at, bool isBetween) =>
            Word(at) is "to" or "until" or "till" or "through" or "thru" or "-" || (isBetween && Word(at) is "and");

        /// <summary>Another day of the month that a day is in.</summary>
        private static Period? Borrowed(Period of, int day, int end, bool isEarlier)
        {
            var from = of.Past.From;
            if (from != of.Past.To || (isEarlier ? day >= from.Day : day <= from.Day || day > DateTime.DaysInMonth(from.Year, from.Month))) return null;
            return new Period(end, Of(of.Past), Of(of.Ahead), of.HasYear) { InYear = of.InYear is { } inYear ? year => Of(inYear(year)) : null };

            Days Of(Days days) => Days.One(new DateOnly(days.From.Year, days.From.Month, day));
        }

        private static QuerySpan Join(Period left, Period right, bool isAhead)
        {
            var (first, last) = isAhead ? (left.Ahead, right.Ahead) : (left.Past, right.Past);
            if (left is { HasYear: false, InYear: { } leftIn } && right.HasYear) first = Latest(leftIn, last.To.Year, days => days.From <= last.To);
            else if (right is { HasYear: false, InYear: { } rightIn } && left.HasYear) last = Latest(rightIn, first.From.Year + 1, days => days.To.Year == first.From.Year && days.To >= first.From, rightIn(first.From.Year + 1));
            else if (first.From > last.To && !left.HasYear && !right.HasYear)
            {
                if (isAhead && right.InYear is { } aheadIn) last = aheadIn(last.To.Year + 1);
                else if (left.InYear is { } pastIn) first = pastIn(first.From.Year - 1);
            }

            return QuerySpan.Of(first.From, last.To);
        }

        private static Days Latest(Func<int, Days> inYear, int year, Func<Days, bool> fits, Days? otherwise = null)
        {
            for (var candidate = year; candidate > year - 2; candidate--)
            {
                if (fits(inYear(candidate))) return inYear(candidate);
            }

            return otherwise ?? inYear(year);
        }

        /// <summary>"since March", "until Friday", "before 5 May", "by next month".</summary>
        private TimeMention? ReadOpen(int at)
        {
            var word = Word(at);
            var start = word switch
            {
                "up" when Word(at + 1) is "to" or "until" or "till" => at + 2,
                "prior" when Word(at + 1) == "to" => at + 2,
                "no" when Word(at + 1) == "later" && Word(at + 2) == "than" => at + 3,
                "starting" or "beginning" when Word(at + 1) is "in" or "on" or "from" or "with" => at + 2,
                "starting" or "since" or "from" or "until" or "till" or "through" or "before" or "after" or "by" => at + 1,
                "ever" when Word(at + 1) == "since" => at + 2,
                _ => 0,
            };
            if (start == 0 || _periods.Read(start) is not { } period) return null;

            // What somebody got through last week was not over by then.
            if (word == "through" && (Word(at - 1) is "get" or "gets" or "got" or "gotten" or "getting" or "worked" or "working" || (Word(at - 1) == "work" && IsAskedWithDo(at)))) return null;

            // "Changes from last week" are those of last week.
            if (word == "from" && Word(start) is "last" or "this" or "previous" or "past" or "yesterday" or "today" or "the" or "current") return null;
            var end = period.End;
            if (word is "from" && Word(end) is "on" or "onwards" or "onward") end++;
            var today = new TimeBound(_today);
            return word switch
            {
                "starting" or "beginning" or "since" or "from" or "ever" =>
                    new TimeMention(at, end, new QuerySpan(new TimeBound(period.Past.From), today), new QuerySpan(new TimeBound(period.Ahead.From), null), period.IsCertain),
                "after" => period.Past.To == DateOnly.MaxValue ? null
                    : new TimeMention(at, end, new QuerySpan(new TimeBound(period.Past.To.AddDays(1)), today), new QuerySpan(new TimeBound(period.Ahead.To.AddDays(1)), null), period.IsCertain),
                "before" or "prior" => period.Past.From == DateOnly.MinValue ? null
                    : new TimeMention(at, end, new QuerySpan(null, new TimeBound(period.Past.From.AddDays(-1))), new QuerySpan(null, new TimeBound(period.Ahead.From.AddDays(-1))), period.IsCertain),
                _ => new TimeMention(at, end, new QuerySpan(null, new TimeBound(period.Past.To)), new QuerySpan(null, new TimeBound(period.Ahead.To)), period.IsCertain),
            };
        }

        private TimeMention? ReadPeriod(int at) =>
            _periods.Read(at) is { } period
                ? new TimeMention(at, period.End, QuerySpan.Of(period.Past.From, period.Past.To), QuerySpan.Of(period.Ahead.From, period.Ahead.To), period.IsCertain)
                : null;
    }
}
