namespace ShitOps.Planning;

/// <summary>How the reading for a request ended; those who answer put it into the request's features. Without it, and without an exception, there is nothing to note.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Rows">How many rows or series the answer has; 0 where there is none.</param>
/// <param name="WaitedMs">How long it waited for its turn, which says nothing of its plan.</param>
internal sealed record ReadingEnd(QueryOutcome Outcome, int Rows, double WaitedMs = 0);
