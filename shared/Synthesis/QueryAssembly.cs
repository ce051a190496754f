using ShitOps.Planning;
using ShitOps.Synthesis.Times;

namespace ShitOps.Synthesis;

/// <summary>Puts a query together from the choices that were made for a question; the rules that <c>docs/asking.md</c> states for times are here.</summary>
/// <param name="question">The question.</param>
/// <param name="now">When it is asked; UTC.</param>
internal sealed class QueryAssembly(PreparedQuestion question, DateTime now)
{
    private readonly DateOnly _today = DateOnly.FromDateTime(now);

    /// <summary>The query; null if the choices do not go together, or nothing answers it.</summary>
    /// <param name="choices">The way of each choice, in the order of <see cref="QuestionChoices.All"/>.</param>
    /// <param name="roles">The role of each item.</param>
    public Query? Assemble(ReadOnlySpan<int> choices, ReadOnlySpan<MentionRole> roles)
    {
        if (choices[0] == QuestionChoices.NoMetric) return null;
        var meaning = QueryMetrics.All[choices[0]];
        if (!TryTimes(meaning, roles, choices[3] > 0, out var span, out var versus)) return null;
        if (!TryLimit(choices[5], roles, out var limit)) return null;
        var query = new Query
        {
            Metric = meaning.Metric,
            Aggregation = (QueryAggregation)choices[1],
            Filters = Filters(meaning, choices[6], roles),
            By = choices[2] == 0 ? null : (QueryField)(choices[2] - 1),
            Step = choices[3] == 0 ? null : (QueryStep)(choices[3] - 1),
            Order = choices[4] == 0 ? null : (QueryOrder)(choices[4] - 1),
            Span = span,
            Versus = versus,
            Limit = limit,
        };
        return QueryRules.Fault(query) is null ? query : null;
    }

    private List<QueryFilter> Filters(MetricMeaning meaning, int change, ReadOnlySpan<MentionRole> roles)
    {
        var kept = new SortedDictionary<(QueryField Field, bool Excludes), List<string>>();
        for (var i = 0; i < roles.Length; i++)
        {
            if (question.Items[i].Name is not { } name || roles[i] is not (MentionRole.Used or MentionRole.Opposed)) continue;
            Values((name.Field, roles[i] == MentionRole.Opposed)).Add(name.Keys[0]);
        }

        if (change > 0 && meaning.Metric == QueryMetric.Changes) Values((QueryField.Change, false)).Add(QueryWords.Changes[change - 1]);
        return [.. kept.Select(filter => new QueryFilter(filter.Key.Field, filter.Value, filter.Key.Excludes))];

        List<string> Values((QueryField, bool) key)
        {
            if (!kept.TryGetValue(key, out var values)) kept[key] = values = [];
            return values;
        }
    }

    private bool TryLimit(int way, ReadOnlySpan<MentionRole> roles, out int? limit)
    {
        limit = way == 1 ? 1 : null;
        for (var i = 0; i < roles.Length; i++)
        {
            if (question.Items[i].Number is not { } number || roles[i] != MentionRole.Used) continue;
            if (way != 2 || limit is not null) return false;
            limit = number;
        }

        return way != 2 || limit is not null;
    }

    private bool TryTimes(MetricMeaning meaning, ReadOnlySpan<MentionRole> roles, bool hasStep, out QuerySpan? span, out QuerySpan? versus)
    {
        (span, versus) = (null, null);
        TimeMention? used = null;
        TimeMention? opposed = null;
        for (var i = 0; i < roles.Length; i++)
        {
            if (question.Items[i].Time is not { } time) continue;
            if (roles[i] == MentionRole.Used)
            {
                if (used is not null) return false;
                used = time;
            }
            else if (roles[i] == MentionRole.Opposed)
            {
                if (opposed is not null) return false;
                opposed = time;
            }
        }

        var isAhead = meaning.Time is MetricTime.Ahead or MetricTime.Day;
        if (opposed is not null)
        {
            versus = opposed.Past ?? QuerySpan.On(_today);
            span = used is null ? SameUnitNow(versus.Value) : used.Past ?? QuerySpan.On(_today);
            return span is not null;
        }

        if (used is null || used.IsNow) return true;
        span = isAhead ? used.Ahead : used.Past;
        if (meaning.Time is MetricTime.Level or MetricTime.Present && !hasStep && span == QuerySpan.On(_today)) span = null;
        if (meaning.Metric == QueryMetric.OnTimeProbability) span = span?.To is { } last ? QuerySpan.On(last.Day) : null;
        else if (meaning.Metric == QueryMetric.ExpectedTasks && span is { From: null, To: { } end }) span = QuerySpan.On(end.Day);
        return span is not null || meaning.Time is MetricTime.Level or MetricTime.Present;
    }

    /// <summary>"Compared with last month" compares this month.</summary>
    private QuerySpan? SameUnitNow(QuerySpan other)
    {
        if (other is not { From: { IsDay: true } from, To: { IsDay: true } to }) return null;
        foreach (var unit in "dwmqy")
        {
            var whole = PeriodReader.UnitOf(from.Day, unit);
            if (whole.From != from.Day || whole.To != to.Day) continue;
            var here = PeriodReader.UnitOf(_today, unit);
            return QuerySpan.Of(here.From, here.To);
        }

        return null;
    }
}
