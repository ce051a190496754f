using System.Globalization;
using ShitOps.Synthesis.Words;

namespace ShitOps.Synthesis.Times;

/// <summary>Reads one day, or one run of days, from the tokens of a question; <c>docs/asking.md</c> says what the words mean.</summary>
/// <param name="tokens">The question.</param>
/// <param name="today">The day (UTC) that it is asked on.</param>
internal sealed class PeriodReader(IReadOnlyList<QuestionToken> tokens, DateOnly today)
{
    private static readonly string[] Months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] Weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    /// <summary>The longest reading that begins at a token, or null.</summary>
    public Period? Read(int at)
    {
        if (at >= tokens.Count) return null;
        try
        {
            return ReadEdge(at) ?? ReadNamedDay(at) ?? ReadDigits(at) ?? ReadDayOfMonth(at) ?? ReadMonth(at) ?? ReadPartOfYear(at)
                ?? ReadYear(at) ?? ReadWeekday(at) ?? ReadUnit(at) ?? ReadAgo(at);
        }
        catch (ArgumentOutOfRangeException)
        {
            // A day before the first one, or after the last one, that there is.
            return null;
        }
    }

    internal static int Month(string word)
    {
        for (var i = 0; i < Months.Length; i++)
        {
            if (word == Months[i] || (word.Length is 3 or 4 && (word == Months[i][..3] || (word.Length == 4 && i == 8 && word == "sept")))) return i + 1;
        }

        return 0;
    }

    internal static DayOfWeek? Weekday(string word)
    {
        for (var i = 0; i < Weekdays.Length; i++)
        {
            if (word == Weekdays[i] || word == Weekdays[i] + "s" || (word.Length >= 3 && word.Length <= 5 && word is not ("sun" or "sat") && Weekdays[i].StartsWith(word, StringComparison.Ordinal))) return (DayOfWeek)i;
        }

        return null;
    }

    internal static bool TryUnit(string word, out char unit)
    {
        unit = word switch
        {
            "day" or "days" => 'd',
            "week" or "weeks" or "wk" or "wks" => 'w',
            "fortnight" or "fortnights" => 'f',
            "month" or "months" => 'm',
            "quarter" or "quarters" => 'q',
            "year" or "years" => 'y',
            _ => '\0',
        };
        return unit != '\0';
    }

    internal static DateOnly Add(DateOnly day, char unit, int count) => unit switch
    {
        'd' => day.AddDays(count),
        'w' => day.AddDays(checked(7 * count)),
        'f' => day.AddDays(checked(14 * count)),
        'm' => day.AddMonths(count),
        'q' => day.AddMonths(checked(3 * count)),
        _ => day.AddYears(count),
    };

    /// <summary>The calendar unit that a day is in.</summary>
    internal static Days UnitOf(DateOnly day, char unit)
    {
        var first = unit switch
        {
            'd' => day,
            'w' or 'f' => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            'm' => new DateOnly(day.Year, day.Month, 1),
            'q' => new DateOnly(day.Year, day.Month - ((day.Month - 1) % 3), 1),
            _ => new DateOnly(day.Year, 1, 1),
        };
        return new Days(first, Add(first.AddDays(-1), unit, 1) is var last && unit is 'm' or 'q' or 'y' ? Add(first, unit, 1).AddDays(-1) : last);
    }

    private string Word(int at) => at < tokens.Count ? tokens[at].Folded : string.Empty;

    /// <summary>A period that stands without a year, the latest that has begun and the next that is not over.</summary>
    private Period Yearless(int end, Func<int, Days> inYear)
    {
        var past = inYear(today.Year);
        if (past.From > today) past = inYear(today.Year - 1);
        var ahead = inYear(today.Year);
        if (ahead.To < today) ahead = inYear(today.Year + 1);
        return new Period(end, past, ahead, HasYear: false) { InYear = inYear };
    }

    private static Period Sure(int end, Days days) => new(end, days, days);

    /// <summary>"end of June", "the beginning of last month", "year end".</summary>
    private Period? ReadEdge(int at)
    {
        var start = Word(at) is "the" ? at + 1 : at;
        var isStart = Word(start) is "start" or "beginning";
        if (Word(start) is "month" or "quarter" or "year" && TryUnit(Word(start), out var ended) && (at == 0 || Word(at - 1) is not ("per" or "each" or "every")))
        {
            var endAt = Word(start + 1) is "-" ? start + 2 : start + 1;
            return Word(endAt) is "end" && Word(endAt + 1) is not "of" ? Sure(endAt + 1, Edge(UnitOf(today, ended))) : null;
        }

        if (!isStart && Word(start) is not "end") return null;
        if (Word(start + 1) is not "of") return null;
        var inner = start + 2;
        if (Word(inner) is "the") inner++;
        var whole = TryUnit(Word(inner), out var unit) ? Sure(inner + 1, UnitOf(today, unit)) : Read(inner);
        return whole is null ? null : whole with
        {
            Past = Edge(whole.Past),
            Ahead = Edge(whole.Ahead),
            InYear = whole.InYear is { } inYear ? year => Edge(inYear(year)) : null,
        };

        Days Edge(Days days) => Days.One(isStart ? days.From : days.To);
    }

    private Period? ReadNamedDay(int at)
    {
        switch (Word(at))
        {
            case "today" or "tonight": return Sure(at + 1, Days.One(today));
            case "yesterday": return Sure(at + 1, Days.One(today.AddDays(-1)));
            case "tomorrow": return Sure(at + 1, Days.One(today.AddDays(1)));
            case "ytd": return Sure(at + 1, new Days(UnitOf(today, 'y').From, today));
            case "mtd": return Sure(at + 1, new Days(UnitOf(today, 'm').From, today));
            case "qtd": return Sure(at + 1, new Days(UnitOf(today, 'q').From, today));
        }

        var day = Word(at) == "the" ? at + 1 : at;
        if (Word(day) != "day") return null;
        if (Word(day + 1) == "before" && Word(day + 2) == "yesterday") return Sure(day + 3, Days.One(today.AddDays(-2)));
        return Word(day + 1) == "after" && Word(day + 2) == "tomorrow" ? Sure(day + 3, Days.One(today.AddDays(2))) : null;
    }

    private Period? ReadDigits(int at)
    {
        if (tokens[at].Sort != TokenSort.Date) return null;
        var parts = tokens[at].Text.Split(['-', '/', '.', 'T', ' ']);
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var second)) return null;
        if (parts.Length == 2)
        {
            return second is >= 1 and <= 12 && first >= 1 ? Sure(at + 1, MonthOf(first, second)) : null;
        }

        if (parts[0].Length == 4) return int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && DayOf(first, second, last) is { } day ? Sure(at + 1, Days.One(day)) with { IsCertain = parts.Length == 3 } : null;
        if (!int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var year)) return null;
        if (second > 12) (first, second) = (second, first);
        return DayOf(year, second, first) is { } slashed
            ? Sure(at + 1, Days.One(slashed)) with { IsCertain = first > 12 || first == second }
            : null;
    }

    /// <summary>"1 March", "March 1st, 2026", "the 3rd of June".</summary>
    private Period? ReadDayOfMonth(int at)
    {
        var start = Word(at) == "the" ? at + 1 : at;
        if (start >= tokens.Count) return null;
        int end;
        if (NumberWords.TryReadDay(tokens[start], out var day))
        {
            var of = Word(start + 1) == "of" ? start + 2 : start + 1;
            if (Month(Word(of)) is not (> 0 and var month)) return null;
            end = of + 1;
            return OfMonth(month);
        }

        if (Month(Word(start)) is not (> 0 and var named) || start + 1 >= tokens.Count) return null;
        var number = Word(start + 1) == "the" ? start + 2 : start + 1;
        if (number >= tokens.Count || !NumberWords.TryReadDay(tokens[number], out day)) return null;
        end = number + 1;
        return OfMonth(named);

        Period? OfMonth(int month)
        {
            var yearAt = Word(end) == "," ? end + 1 : end;
            if (TryYear(yearAt, out var year)) return DayOf(year, month, day) is { } certain ? Sure(yearAt + 1, Days.One(certain)) : null;
            if (day > DateTime.DaysInMonth(2024, month)) return null;
            return Yearless(end, inYear => Days.One(new DateOnly(inYear, month, Math.Min(day, DateTime.DaysInMonth(inYear, month)))));
        }
    }

    private Period? ReadMonth(int at)
    {
        var start = Word(at) is "this" or "last" or "previous" or "next" or "coming" ? at + 1 : at;
        if (Month(Word(start)) is not (> 0 and var month) || !IsMonthHere(start)) return null;
        if (at > 0 && NumberWords.TryReadDay(tokens[at - 1], out _)) return null;
        var yearAt = Word(start + 1) is "of" or "," ? start + 2 : start + 1;
        if (TryYear(yearAt, out var year)) return Sure(yearAt + 1, MonthOf(year, month));
        var here = MonthOf(today.Year, month);
        return (start == at ? string.Empty : Word(at)) switch
        {
            "this" => Sure(start + 1, here),
            "last" or "previous" => Sure(start + 1, here.To < today ? here : MonthOf(today.Year - 1, month)),
            "next" or "coming" => Sure(start + 1, here.From > today ? here : MonthOf(today.Year + 1, month)),
            _ => Yearless(start + 1, inYear => MonthOf(inYear, month)),
        };
    }

    /// <summary>"may" and "march" are verbs too, and "mar" or "sep" may be names: a word of time stands before them, or a number behind.</summary>
    private bool IsMonthHere(int at)
    {
        if (Word(at) is not ("may" or "march" or "mar" or "dec" or "jan" or "sep")) return true;
        if (at + 1 < tokens.Count && tokens[at + 1].Sort == TokenSort.Number) return true;
        if (at == 0) return false;
        if (char.IsUpper(tokens[at].Text[0])) return true;
        return Word(at - 1) is "in" or "since" or "until" or "till" or "from" or "to" or "of" or "by" or "before" or "after" or "this" or "last" or "next"
            or "for" or "during" or "and" or "between" or "through" or "throughout" or "vs" or "versus" or "with" or "previous" or "than" or "over" or "-" or "," or "coming";
    }

    /// <summary>"Q1", "Q4 2025", "the first quarter", "H1 of 2025", "second half of 2025".</summary>
    private Period? ReadPartOfYear(int at)
    {
        var start = Word(at) == "the" ? at + 1 : at;
        var (part, months, end) = (0, 0, 0);
        if (Word(start) is ['q', >= '1' and <= '4'] quarter) (part, months, end) = (quarter[1] - '0', 3, start + 1);
        else if (Word(start) is ['h', '1' or '2'] half) (part, months, end) = (half[1] - '0', 6, start + 1);
        else if (Word(start) == "quarter" && start + 1 < tokens.Count && tokens[start + 1].Text is ['1' or '2' or '3' or '4']) (part, months, end) = (tokens[start + 1].Text[0] - '0', 3, start + 2);
        else if (Word(start + 1) is "quarter" or "half")
        {
            part = Word(start) switch { "first" or "1st" => 1, "second" or "2nd" => 2, "third" or "3rd" => 3, "fourth" or "4th" => 4, _ => 0 };
            (months, end) = (Word(start + 1) == "half" ? 6 : 3, start + 2);
        }

        if (part == 0 || part * months > 12) return TryYear(at, out var yearBefore) && Word(at + 1) is ['q', >= '1' and <= '4'] after ? Sure(at + 2, PartOf(yearBefore, after[1] - '0', 3)) : null;
        var yearAt = Word(end) is "of" or "," or "/" or "in" ? end + 1 : end;
        if (TryYear(yearAt, out var year)) return Sure(yearAt + 1, PartOf(year, part, months));
        if (Word(end) == "of" && Word(end + 1) is "this" or "last" or "next" && Word(end + 2) == "year")
        {
            return Sure(end + 3, PartOf(today.Year + Word(end + 1) switch { "last" => -1, "next" => 1, _ => 0 }, part, months));
        }

        return Yearless(end, inYear => PartOf(inYear, part, months));
    }

    private Period? ReadYear(int at) => (at == 0 || Month(Word(at - 1)) == 0) && TryYear(at, out var year) ? Sure(at + 1, new Days(new DateOnly(year, 1, 1), new DateOnly(year, 12, 31))) : null;

    private Period? ReadWeekday(int at)
    {
        var start = Word(at) is "last" or "next" or "this" or "previous" or "coming" or "past" ? at + 1 : at;
        if (Weekday(Word(start)) is not { } weekday) return null;
        if (start == at && Word(at).Length < 6 && at > 0 && Word(at - 1) is not ("on" or "since" or "until" or "till" or "by" or "from" or "to" or "before" or "after" or "between" or "and" or "through")) return null;
        var back = ((int)today.DayOfWeek - (int)weekday + 7) % 7;
        var last = today.AddDays(back == 0 ? -7 : -back);
        var next = today.AddDays(back == 0 ? 7 : 7 - back);
        var notOver = back == 0 ? today : next;
        var modifier = start == at ? string.Empty : Word(at);
        if (modifier is "last" or "previous" or "past") return Sure(start + 1, Days.One(last));
        if (modifier is "next" or "coming") return Sure(start + 1, Days.One(next));
        if (modifier == "this") return Sure(start + 1, Days.One(UnitOf(today, 'w').From.AddDays(((int)weekday + 6) % 7)));
        var isFromHere = at > 0 && Word(at - 1) is "on" or "since" or "from" or "until" or "till" or "by" or "to";
        return new Period(start + 1, Days.One(back == 0 && isFromHere ? today : last), Days.One(notOver));
    }

    /// <summary>"this week", "the last 3 months", "past quarter", "year to date".</summary>
    private Period? ReadUnit(int at)
    {
        var start = Word(at) is "the" ? at + 1 : at;
        var word = Word(start);
        if (TryUnit(word, out var bare))
        {
            if (Word(start + 1) == "to" && Word(start + 2) == "date") return Sure(start + 3, new Days(UnitOf(today, bare).From, today));
            return null;
        }

        if (word is "so" && Word(start + 1) == "far" && Word(start + 2) == "this" && TryUnit(Word(start + 3), out var far))
        {
            return Sure(start + 4, new Days(UnitOf(today, far).From, today));
        }

        var isBack = word is "last" or "past" or "previous" or "preceding" or "prior";
        var isAhead = word is "next" or "coming" or "following" or "upcoming";
        if (!isBack && !isAhead && word is not ("this" or "current")) return null;
        if (word is "past" && Word(start + 1) is "due" or "their" or "its") return null;
        var numberAt = Word(start + 1) is "full" or "whole" or "calendar" ? start + 2 : start + 1;
        if (NumberWords.TryRead(tokens, numberAt, out var count, out var unitAt) && TryUnit(Word(unitAt), out var many) && count > 0)
        {
            return isBack ? Sure(unitAt + 1, new Days(Add(today, many, -count).AddDays(1), today))
                : isAhead ? Sure(unitAt + 1, new Days(today.AddDays(1), Add(today, many, count)))
                : null;
        }

        if (!TryUnit(Word(numberAt), out var unit)) return null;
        var end = numberAt + 1;
        if (word is "this" or "current")
        {
            var here = UnitOf(today, unit);
            if (Word(end) == "so" && Word(end + 1) == "far") return Sure(end + 2, new Days(here.From, today));
            return Word(end) == "to" && Word(end + 1) == "date" ? Sure(end + 2, new Days(here.From, today)) : Sure(end, here);
        }

        if (isBack && (word is "past" || unit == 'f')) return Sure(end, new Days(Add(today, unit, -1).AddDays(1), today));
        if (unit == 'f') return Sure(end, new Days(today.AddDays(1), Add(today, unit, 1)));
        return Sure(end, UnitOf(Add(UnitOf(today, unit).From, unit, isBack ? -1 : 1), unit));
    }

    /// <summary>"3 days ago", "a week ago", "in two weeks", "10 days from now".</summary>
    private Period? ReadAgo(int at)
    {
        var start = Word(at) == "in" ? at + 1 : at;
        int unitAt;
        if (!NumberWords.TryRead(tokens, start, out var count, out unitAt))
        {
            if (Word(start) is not ("a" or "an" or "one")) return null;
            (count, unitAt) = (1, start + 1);
        }

        if (!TryUnit(Word(unitAt), out var unit)) return null;
        if (Word(unitAt + 1) is "ago" or "earlier" or "back") return Sure(unitAt + 2, Days.One(Add(today, unit, -count)));
        if (start > at) return Sure(unitAt + 1, Days.One(Add(today, unit, count)));
        return Word(unitAt + 1) == "from" && Word(unitAt + 2) is "now" or "today" ? Sure(unitAt + 3, Days.One(Add(today, unit, count))) : null;
    }

    private bool TryYear(int at, out int year)
    {
        year = 0;
        return at < tokens.Count && tokens[at].Sort == TokenSort.Number && tokens[at].Text.Length == 4
            && int.TryParse(tokens[at].Text, NumberStyles.None, CultureInfo.InvariantCulture, out year) && year is >= 1900 and <= 2199;
    }

    private static DateOnly? DayOf(int year, int month, int day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;

    private static Days MonthOf(int year, int month) => new(new DateOnly(year, month, 1), new DateOnly(year, month, DateTime.DaysInMonth(year, month)));

    private static Days PartOf(int year, int part, int months)
    {
        var first = new DateOnly(year, ((part - 1) * months) + 1, 1);
        return new Days(first, first.AddMonths(months).AddDays(-1));
    }
}
