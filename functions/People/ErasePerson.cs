using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.People;

/// <summary><c>DELETE /api/people/{person}</c>: erases a person, by name or person id. It asks for the master key, as whatever cannot be undone.</summary>
public sealed class ErasePerson(PersonErasure erasure)
{
    [Function(nameof(ErasePerson))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Admin, "delete", Route = "people/{person}")] HttpRequest request, string person, CancellationToken cancellationToken) =>
        await erasure.EraseAsync(RequestPath.LastSegment(request) ?? person, cancellationToken) is { } erased
            ? Json.Answer(StatusCodes.Status200OK, erased)
            : Json.Answer(StatusCodes.Status404NotFound, UnknownPerson, "application/problem+json; charset=utf-8");

    private static readonly object UnknownPerson = new
    {
        Title = "Unknown person",
        Status = StatusCodes.Status404NotFound,
        Detail = "Nobody has that name or person id. Letter case counts, and who was erased before has no name any more: erase by the person id to be sure.",
    };
}
