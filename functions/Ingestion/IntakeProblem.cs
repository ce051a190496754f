namespace ShitOps.Ingestion;

/// <summary>Why a request's events were not taken: the body of an error answer by RFC 9457.</summary>
/// <param name="Title">The kind of problem in a few words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What to do.</param>
/// <param name="Taken">How many of the request's events Kafka has acknowledged all the same.</param>
/// <param name="Events">The events that were not taken and the reason of each; an event that is left out here was taken. Null: none was looked at.</param>
public sealed record IntakeProblem(string Title, int Status, string Detail, int Taken = 0, IReadOnlyList<RefusedEvent>? Events = null);

/// <summary>An event that was not taken.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Id">Its id, if it could be read.</param>
/// <param name="Reason">What was found and expected where, or what Kafka said.</param>
public sealed record RefusedEvent(int Index, string? Id, string Reason);

/// <summary>What became of a request: either all of its events were taken, or there is a problem.</summary>
/// <param name="Taken">How many events Kafka has acknowledged.</param>
/// <param name="Problem">Null: all were taken.</param>
public sealed record IntakeOutcome(int Taken, IntakeProblem? Problem);
