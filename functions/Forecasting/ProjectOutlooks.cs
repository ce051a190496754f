using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Security;

namespace ShitOps.Forecasting;

/// <summary>Where the forecasting of projects stands, for whoever may see them: by the team that a project has now, not by that which it had when it was forecast.</summary>
public sealed class ProjectOutlooks(LiveAggregates aggregates, ProjectCache cache, ForecastTable forecasts)
{
    /// <summary>Of a project; null: it was never forecast, or may not be seen.</summary>
    public async Task<ProjectOutlook?> OfAsync(string project, Scope scope, CancellationToken cancellationToken) =>
        await SeesAsync(project, scope, cancellationToken) ? await forecasts.OutlookAsync(project, cancellationToken) : null;

    /// <summary>Of the projects named, in their order; of all, if none is.</summary>
    /// <param name="projects">The projects named.</param>
    /// <param name="scope">What whoever asks may see.</param>
    /// <param name="after">The project after which to begin; null: with the first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<ProjectOutlook> OfAsync(IReadOnlyList<string> projects, Scope scope, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (projects.Count > 0)
        {
            foreach (var project in projects.Where(project => string.CompareOrdinal(after, project) < 0).Order(StringComparer.Ordinal))
                if (await OfAsync(project, scope, cancellationToken) is { } outlook) yield return outlook;
            yield break;
        }

        HashSet<string>? seen = null;
        if (!scope.IsAll)
        {
            seen = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var project in cache.AllAsync(await aggregates.TableAsync(cancellationToken), cancellationToken))
                if (scope.Sees(project.State.Team)) seen.Add(project.Key);
        }

        await foreach (var outlook in forecasts.OutlooksAsync(after, cancellationToken))
            if (seen?.Contains(outlook.Latest.Forecast.Project) != false) yield return outlook;
    }

    /// <summary>The forecasts of a project whose cutoffs lie within a span, both ends included, the earliest first; none if it may not be seen.</summary>
    public async IAsyncEnumerable<StoredForecast> ForecastsAsync(string project, Scope scope, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await SeesAsync(project, scope, cancellationToken)) yield break;
        await foreach (var forecast in forecasts.ForecastsAsync(project, from, to, cancellationToken)) yield return forecast;
    }

    private async Task<bool> SeesAsync(string project, Scope scope, CancellationToken cancellationToken) =>
        scope.IsAll || (await (await aggregates.TableAsync(cancellationToken)).ProjectAsync(project, cancellationToken) is { } found && scope.Sees(found.State.Team));
}
