using System.Runtime.CompilerServices;
using ShitOps.Forecasting;

namespace ShitOps.Rows;

/// <summary>Goes through where the forecasting of projects stands, of all or of some, from a position on.</summary>
internal static class OutlookScan
{
    /// <summary>Of the projects named, in their order; of all, if none is.</summary>
    public static IAsyncEnumerable<ProjectOutlook> OfAsync(ForecastTable forecasts, IReadOnlyList<string> projects, RowPosition position, CancellationToken cancellationToken)
    {
        return projects.Count == 0 ? forecasts.OutlooksAsync(position.After?[0], cancellationToken) : NamedAsync(cancellationToken);

        async IAsyncEnumerable<ProjectOutlook> NamedAsync([EnumeratorCancellation] CancellationToken stopping)
        {
            foreach (var project in projects.Where(position.IsBefore).Order(StringComparer.Ordinal))
                if (await forecasts.OutlookAsync(project, stopping) is { } outlook) yield return outlook;
        }
    }
}
