namespace ShitOps.Rows;

/// <summary>Every route of rows.</summary>
internal static class RowRoutes
{
    /// <summary>Them, in the order in which they are documented.</summary>
    public static IReadOnlyList<RowRoute> All { get; } =
    [
        ProjectRows.Route, ProjectRows.OneRoute, TaskRows.Route, ResourceRows.Route, TeamRows.Route, HistoryRows.Route, ForecastRows.Route, TaskForecastRows.Route, MilestoneForecastRows.Route,
        BottleneckRows.Route, CalibrationRows.Route, AuditRows.Route, PartitionRows.Route,
    ];
}
