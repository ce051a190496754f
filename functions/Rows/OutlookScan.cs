using System.Runtime.CompilerServices;
using ShitOps.Forecasting;
using ShitOps.Security;

namespace ShitOps.Rows;

/// <summary>Goes through where the forecasting of projects stands, of all or of some, from a position on.</summary>
internal static class OutlookScan
{
    /// <summary>Of the projects named, in their order; of all, if none is. Those that a scope does not see by the team of the latest forecast are left out.</summary>
    /// <param name="forecasts">Where they stand.</param>
    /// <param name="projects">The projects named.</param>
    /// <param name="scope">What whoever asks may see.</param>
    /// <param name="after">Where to begin; null: with the first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static IAsyncEnumerable<ProjectOutlook> OfAsync(ForecastTable forecasts, IReadOnlyList<string> projects, Scope scope, RowPosition? after, CancellationToken cancellationToken)
    {
        var all = projects.Count == 0 ? forecasts.OutlooksAsync(after?.After?[0], cancellationToken) : NamedAsync(cancellationToken);
        return all.Where(outlook => scope.Sees(outlook.Latest.Team));

        async IAsyncEnumerable<ProjectOutlook> NamedAsync([EnumeratorCancellation] CancellationToken stopping)
        {
            foreach (var project in projects.Where(project => after?.IsBefore(project) ?? true).Order(StringComparer.Ordinal))
                if (await forecasts.OutlookAsync(project, stopping) is { } outlook) yield return outlook;
        }
    }
}
