using System.Globalization;
using ShitOps.Aggregation;
using ShitOps.Forecasting;
using ShitOps.Planning;
using ShitOps.Rows;

namespace ShitOps.Asking;

/// <summary>What is said where an answer holds nothing: within which bounds nothing was found, and of a project that has no forecast why.</summary>
public sealed class NothingFound(LiveAggregates aggregates, ForecastTable forecasts)
{
    /// <summary>Of more projects it is not said one by one.</summary>
    private const int MostProjects = 5;

    /// <summary>What is said of an answer; null: it holds something.</summary>
    /// <param name="query">The query.</param>
    /// <param name="page">Its answer.</param>
    /// <param name="now">When it was asked; UTC.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<string?> OfAsync(Query query, RowPage page, DateTime now, CancellationToken cancellationToken)
    {
        if (!IsEmpty(page)) return null;
        var text = $"Nothing found: {Bounds(query, now)}.";
        if (!QueryMetrics.Of(query.Metric).IsForecast || query.Filters.FirstOrDefault(filter => filter is { Field: QueryField.Project, Excludes: false }) is not { Values: var projects }) return text;
        foreach (var project in projects.Take(MostProjects)) text += $" {project}: {await WhyAsync(query, project, cancellationToken)}.";
        return text;
    }

    /// <summary>The metric, filters and times, as the line of the query has them; and of which time it is if it states none.</summary>
    private static string Bounds(Query query, DateTime now)
    {
        var plain = query with { Aggregation = QueryAggregation.Natural, By = null, Step = null, Order = null, Limit = null };
        var line = plain.ToString()[(plain.Kind.Word().Length + 1)..];
        if (query.Span is { } span) return span.From?.Instant >= now && QueryMetrics.Of(query.Metric).Time is MetricTime.Level or MetricTime.Flow ? $"{line}, which has not begun" : line;
        var isOfSpan = query.Step is not null || QueryMetrics.Of(query.Metric).Time == MetricTime.Flow;
        return isOfSpan && !QueryMetrics.Of(query.Metric).IsForecast
            ? string.Create(CultureInfo.InvariantCulture, $"{line} from {QuerySpans.BeginOf(query, null, now, DateTime.MinValue):yyyy-MM-dd} until now")
            : $"{line} as of now";
    }

    /// <summary>Why a project has no forecast of what is asked.</summary>
    private async Task<string> WhyAsync(Query query, string project, CancellationToken cancellationToken)
    {
        if (await forecasts.OutlookAsync(project, cancellationToken) is not { Latest: var latest })
        {
            var table = await aggregates.TableAsync(cancellationToken);
            if (await table.ProjectAsync(project, cancellationToken) is not { } stored) return "no event has told of such a project";
            return stored.Summary.Totals.IsZero ? "it has no tasks" : "it was not forecast yet; new projects are within some minutes, unless many events wait";
        }

        if (latest.Forecast.Shortage is { } shortage) return latest.Forecast.Backlog == 0 ? $"{shortage}; and none of its tasks is open" : shortage;
        return query.Metric switch
        {
            QueryMetric.OnTimeProbability when latest.Due is null => "no due day is stated",
            QueryMetric.CompletionDate => "at these odds it is not done within three years",
            _ => string.Create(CultureInfo.InvariantCulture, $"its latest forecast, of {latest.Forecast.Cutoff:yyyy-MM-dd'T'HH:mm'Z'}, does not tell of that time"),
        };
    }

    /// <summary>Whether there are no rows, or none in which a value stands.</summary>
    private static bool IsEmpty(RowPage page)
    {
        var values = page.Columns.Select((column, i) => (column.Name, i)).Where(column => column.Name is AnswerRows.Value or AnswerRows.Versus).Select(column => column.i).ToList();
        return page.Rows.Count == 0 || (values.Count > 0 && page.Rows.All(row => values.TrueForAll(i => row[i] is null)));
    }
}
