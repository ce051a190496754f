using System.Diagnostics.CodeAnalysis;

namespace ShitOps.Events;

/// <summary>What became of one record's bytes: an event, or the reason why it is none. Exactly one of the two is set.</summary>
public readonly record struct DecodeResult
{
    internal DecodeResult(Event decoded) => Event = decoded;

    internal DecodeResult(DecodeError error) => Error = error;

    /// <summary>The event; its <see cref="Event.Data"/> is null if the type is unknown.</summary>
    public Event? Event { get; }

    /// <summary>Why the bytes are no event of the contract.</summary>
    public DecodeError? Error { get; }

    /// <summary>Whether there is an event.</summary>
    [MemberNotNullWhen(true, nameof(Event))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsDecoded => Event is not null;
}

/// <summary>Why bytes are no event of the contract.</summary>
/// <param name="Reason">The kind of fault, for counting.</param>
/// <param name="Place">Where: <c>time</c>, <c>data.due</c>, <c>line 1, byte 17</c>; empty for the whole.</param>
/// <param name="Message">What was found and what was expected there.</param>
public sealed record DecodeError(DecodeFailure Reason, string Place, string Message)
{
    /// <summary>Place and message as one line.</summary>
    public override string ToString() => Place.Length == 0 ? Message : $"{Place}: {Message}";
}

/// <summary>The kinds of faults that make bytes undecodable.</summary>
public enum DecodeFailure
{
    /// <summary>Nothing there: a null or empty Kafka value.</summary>
    Empty,

    /// <summary>Larger than <see cref="EventDecoder.MaxBytes"/>.</summary>
    TooLarge,

    /// <summary>Not UTF-8, not JSON, or nested deeper than 64 levels.</summary>
    NotJson,

    /// <summary>A content type that no event of the contract has.</summary>
    UnsupportedContentType,

    /// <summary>A CloudEvents attribute is missing or invalid.</summary>
    InvalidAttribute,

    /// <summary>The <c>data</c> of a known type is missing or invalid.</summary>
    InvalidData,
}
