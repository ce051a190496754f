using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using ShitOps.Planning;
using ShitOps.Rows;
using ShitOps.Storage;

namespace ShitOps.Asking;

/// <summary>What is answered where there is no answer.</summary>
internal static class AskProblems
{
    /// <summary>The answer, or why there is none.</summary>
    public static async Task<IActionResult> OrAnswerAsync(Func<Task<IActionResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (RowProblemException fault)
        {
            return Of(fault.Problem);
        }
        catch (QuerySpanException fault)
        {
            return Of(RowProblemException.Invalid(fault.Message).Problem);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            return Of(new RowProblem("Storage does not answer", StatusCodes.Status503ServiceUnavailable, "Storage does not answer, or refuses. Try again; /api/health says whether it does."));
        }
        catch (TimeoutException fault)
        {
            return Of(new RowProblem("It takes too long", StatusCodes.Status503ServiceUnavailable, fault.Message));
        }
    }

    private static IActionResult Of(RowProblem problem) => Json.Answer(problem.Status, problem, "application/problem+json; charset=utf-8");
}
