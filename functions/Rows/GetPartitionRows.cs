using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/partitions</c>: a row for each Kafka partition that fed the aggregates; docs/rows.md lists its columns.</summary>
public sealed class GetPartitionRows(PartitionRows rows)
{
    [Function(nameof(GetPartitionRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/partitions")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, PartitionRows.Route, query => rows.ListAsync(query, cancellationToken));
}
