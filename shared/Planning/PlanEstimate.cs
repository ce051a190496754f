namespace ShitOps.Planning;

/// <summary>What a plan is estimated to read. It need not be right, only the greater for what is more.</summary>
/// <param name="Requests">Requests to storage.</param>
/// <param name="Entities">Rows of tables, or events of the archive.</param>
/// <param name="Bytes">Bytes of the answers.</param>
/// <param name="Slices">Slices that are touched; 0 if the archive is read.</param>
public sealed record PlanEstimate(double Requests, double Entities, double Bytes, int Slices)
{
    /// <summary>The most requests of a plan.</summary>
    public const int MostRequests = 50_000;

    /// <summary>The most rows and events that a plan reads.</summary>
    public const int MostEntities = 5_000_000;

    private const double PageRows = 1_000;
    private const double RowsOfAProject = 2;
    private const double ProjectBytes = 2_500;
    private const double TaskBytes = 700;
    private const double DayBytes = 300;
    private const double CheckpointsOfASlice = 8;
    private const double RequestMs = 6;
    private const double EntityMs = 0.02;

    /// <summary>Whether it stays within what one query may read.</summary>
    public bool IsWithinLimits => Requests <= MostRequests && Entities <= MostEntities;

    /// <summary>The estimate of a plan.</summary>
    /// <param name="query">The query.</param>
    /// <param name="plan">One of its plans.</param>
    /// <param name="fleet">How much there is.</param>
    /// <param name="now">When it is asked; UTC.</param>
    public static PlanEstimate Of(Query query, QueryPlan plan, FleetSize fleet, DateTime now)
    {
        var keys = query.Filters.FirstOrDefault(filter => filter is { Field: QueryField.Project, Excludes: false })?.Values;
        if (plan.Source == PlanSource.Archive)
        {
            var searches = plan.Reach == PlanReach.Listed ? keys!.Count : 1;
            var days = Math.Clamp((QuerySpans.EndOf(query.Span, now) - QuerySpans.BeginOf(query, query.Span, now, now.AddDays(-365))).TotalDays, 1, 365);
            var events = fleet.Projects.Where(project => plan.Reach == PlanReach.All || keys!.Contains(project.Key)).Sum(project => (double)project.Tasks) * 10 * days / 365;
            return new PlanEstimate(8 * searches + (events / 20_000), events, events * 20, 0);
        }

        var isListed = plan.Reach == PlanReach.Listed;
        if (plan.Source is PlanSource.TeamSums or PlanSource.Kept)
        {
            var touched = isListed ? Math.Min(fleet.Slices, keys!.Count) : fleet.Slices;
            return new PlanEstimate(touched, touched * CheckpointsOfASlice, touched * CheckpointsOfASlice * 1_000, touched);
        }

        var wanted = (keys is null ? fleet.Projects : keys.Select(fleet.Of).OfType<ProjectSize>()).Where(project => MayBeOf(query, project)).ToList();
        var read = isListed ? keys!.Count : fleet.Projects.Count;
        var requests = isListed ? read * RowsOfAProject : fleet.Slices + Math.Floor(read * RowsOfAProject / PageRows);
        var (entities, bytes) = (read * RowsOfAProject, read * ProjectBytes);
        var slices = isListed ? Math.Min(fleet.Slices, keys!.Count) : fleet.Slices;
        if (plan.Source == PlanSource.Tasks)
        {
            var tasks = wanted.Sum(project => (double)project.Tasks);
            requests += wanted.Count + Math.Floor(tasks / PageRows);
            entities += tasks;
            bytes += tasks * TaskBytes;
        }
        else if (plan.Source is PlanSource.History or PlanSource.Series)
        {
            var after = Math.Max(0, (now - QuerySpans.EndOf(query.Span, now)).TotalDays);
            var days = wanted.Sum(project => Math.Max(0, project.Days - after));
            requests += (2 * wanted.Count) + Math.Floor(days / PageRows);
            entities += days;
            bytes += days * DayBytes;

            // Each expression reads all anew.
            var times = plan.Source == PlanSource.Series ? Math.Max(1, PromQLRequest.Of(query with { Order = null, Limit = null }, now, DateTime.UnixEpoch).Count) : 1;
            (requests, entities, bytes) = (requests * times, entities * times, bytes * times);
        }

        return new PlanEstimate(requests, entities, bytes, slices);
    }

    /// <summary>How long an engineer would say that it takes, in milliseconds.</summary>
    public double RuleMs(QueryPlan plan) => 1 + (RequestMs * Requests / Math.Min(plan.Concurrency, Math.Max(1, Requests))) + (EntityMs * Entities);

    private static bool MayBeOf(Query query, ProjectSize project) =>
        query.Filters.All(filter => filter.Field != QueryField.Team || filter.Excludes || (project.Team is { } team && filter.Values.Contains(team)) || project.Teams.Any(filter.Values.Contains));
}
