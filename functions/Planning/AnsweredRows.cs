namespace ShitOps.Planning;

/// <summary>How many rows or series an answer has; those who answer put it into the request's features.</summary>
internal sealed record AnsweredRows(int Count);
