using ShitOps.Aggregation;
using ShitOps.Projects;

namespace ShitOps.Rows;

/// <summary>A row for each team: the sums over all tasks that it has, whatever their project.</summary>
public sealed class TeamRows(LiveAggregates aggregates)
{
    private static readonly Column<TeamRow>[] Columns =
    [
        new("team", CellKind.Text, "the team; null: tasks that no team has. A name of more than 44 bytes is shortened", row => row.Label == ProjectSummary.NoTeam ? null : row.Label),
        new("tasksCreated", CellKind.Integer, "tasks that came to be and are not deleted", row => row.Sum[Measure.Created]),
        .. CounterColumns.Tasks<TeamRow>(row => row.Sum),
        .. CounterColumns.Effort<TeamRow>(row => row.Sum),
        .. CounterColumns.Flow<TeamRow>(row => row.Sum),
    ];

    /// <summary><c>GET /api/rows/teams</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/teams",
        "One row a team that has tasks, by the team: sums over the tasks that are its own, or that have no team in a project of its own.",
        [new("team", "only these teams", MayRepeat: true)],
        Columns);

    /// <summary>The teams that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        var position = RowPosition.Of(query, Route, table.SliceCount);
        var labels = query.Values("team").Select(ProjectSummary.TeamLabel).ToHashSet(StringComparer.Ordinal);
        var sums = new Dictionary<string, Counters>(StringComparer.Ordinal);
        foreach (var teams in await FleetScan.OfAsync(table, table.TeamsAsync, cancellationToken))
        {
            foreach (var (team, sum) in teams)
            {
                if ((labels.Count > 0 && !labels.Contains(team)) || !query.Scope.SeesSums(team)) continue;
                if (!sums.TryGetValue(team, out var total)) sums.Add(team, total = new Counters());
                total.Add(sum);
            }
        }

        var page = await RowScan.OfSumsAsync(sums.Where(team => !team.Value.IsZero), position, query.Limit, (label, sum) => new TeamRow(label, sum));
        return RowPage.Of(Columns, page.Rows, page.Continuation);
    }

    private sealed record TeamRow(string Label, Counters Sum);
}
