using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ShitOps.Planning;

/// <summary>The headers of an answer that say by which plan it came, and what that was expected to take and took.</summary>
internal static class PlanHeaders
{
    public static void Write(HttpResponse response, QueryPlan plan, double expectedMs, double spentMs, long requests)
    {
        response.Headers["x-shitops-plan"] = plan.ToString();
        response.Headers["x-shitops-expected-ms"] = expectedMs.ToString("F1", CultureInfo.InvariantCulture);
        response.Headers["x-shitops-spent-ms"] = spentMs.ToString("F1", CultureInfo.InvariantCulture);
        response.Headers["x-shitops-spent-requests"] = requests.ToString(CultureInfo.InvariantCulture);
    }
}
